import { NAMESPACES } from "../product/names.ts";
import type { Clock } from "../clock.ts";
import type { Report } from "../report.ts";
import { latest } from "../text/time.ts";
import { ObjectBudget } from "../../k8s/client/answer_limits.ts";
import { KINDS } from "../../k8s/client/kinds.ts";
import type { KubeClient, KubeObject, ResourceKind } from "../../k8s/client/kube_client.ts";
import { WatchCache } from "../../k8s/client/watch_cache.ts";
import {
  projectJob,
  projectNode,
  projectPvc,
  projectSecret,
  projectStorageClass,
  projectWorkload,
} from "./projections/cluster.ts";
import { projectConfig } from "./projections/config.ts";
import { projectEvent } from "./projections/event.ts";
import { projectFlux } from "./projections/flux.ts";
import { projectPod } from "./projections/pod.ts";
import type {
  AppValuesView,
  Collections,
  Knowledge,
  ObservedSnapshot,
  ReleaseView,
} from "../facts/snapshot.ts";

/** What the watches tell. */
export type KubeCollections = Pick<
  ObservedSnapshot,
  keyof Collections | "knowledge" | "missingFluxKinds" | "appValues" | "release"
>;

/** Reads all kinds of interest of one cluster by list and watch. */
export interface KubeObserver {
  collections(): KubeCollections;
  /** A watch has broken, and has not come back. */
  hasBroken(): boolean;
  /** Newest word of the API server on any watch. */
  lastContactAt(): string | undefined;
  stop(): Promise<void>;
}

/** Starts watching. `onChange` is called for every change and may be called very often. */
export function observeKube(
  client: KubeClient,
  { clock, onChange, report }: { clock: Clock; onChange: () => void; report: Report },
): KubeObserver {
  const abort = new AbortController();
  const budget = new ObjectBudget();
  function cache<V>(
    resource: ResourceKind,
    project: (object: KubeObject) => V | undefined,
    more: { namespace?: string; metadataOnly?: boolean } = {},
  ): WatchCache<V> {
    return new WatchCache({
      client,
      resource,
      clock,
      onChange,
      budget,
      project: guarded(resource.kind, project, report),
      ...more,
    });
  }

  const nodes = cache(KINDS.Node, projectNode);
  const deployments = cache(KINDS.Deployment, projectWorkload("Deployment"));
  const statefulSets = cache(KINDS.StatefulSet, projectWorkload("StatefulSet"));
  const jobs = cache(KINDS.Job, projectJob);
  const pods = cache(KINDS.Pod, projectPod);
  const pvcs = cache(KINDS.PersistentVolumeClaim, projectPvc);
  const storageClasses = cache(KINDS.StorageClass, projectStorageClass);
  const secrets = cache(KINDS.Secret, projectSecret, { metadataOnly: true });
  const configs = cache(KINDS.ConfigMap, projectConfig, { namespace: NAMESPACES.settings });
  const events = cache(KINDS.Event, projectEvent);
  const flux = (["OCIRepository", "HelmRepository", "Kustomization", "HelmRelease"] as const)
    .map((kind) => ({ kind, cache: cache(KINDS[kind], projectFlux(kind)) }));

  const all: WatchCache<unknown>[] = [
    nodes,
    deployments,
    statefulSets,
    jobs,
    pods,
    pvcs,
    storageClasses,
    secrets,
    configs,
    events,
    ...flux.map((it) => it.cache),
  ];
  const running = all.map((it) => it.run(abort.signal));

  return {
    collections() {
      let appValues: AppValuesView | undefined;
      let release: ReleaseView | undefined;
      for (const config of configs.items()) {
        if (config.kind === "values") appValues = config.values;
        else release = config.release;
      }
      return {
        nodes: nodes.items(),
        workloads: [...deployments.items(), ...statefulSets.items()],
        jobs: jobs.items(),
        pods: pods.items(),
        pvcs: pvcs.items(),
        storageClasses: storageClasses.items(),
        secrets: secrets.items(),
        events: events.items(),
        flux: flux.flatMap((it) => it.cache.items()),
        knowledge: {
          nodes: known([nodes]),
          workloads: known([deployments, statefulSets]),
          jobs: known([jobs]),
          pods: known([pods]),
          pvcs: known([pvcs]),
          storageClasses: known([storageClasses]),
          secrets: known([secrets]),
          events: known([events]),
          flux: known(flux.map((it) => it.cache)),
        },
        missingFluxKinds: flux.filter((it) => it.cache.state().missingKind).map((it) => it.kind),
        appValues,
        release,
      };
    },
    hasBroken: () => all.some((it) => it.state().error !== undefined && !it.state().missingKind),
    lastContactAt() {
      return latest(all.map((it) => it.state().lastContactAt));
    },
    async stop() {
      abort.abort(new DOMException("Stopped", "AbortError"));
      await Promise.allSettled(running);
    },
  };
}

/** An object so odd that it cannot be read is left out; it must not end the watch. */
function guarded<V>(
  kind: string,
  project: (object: KubeObject) => V | undefined,
  report: Report,
): (object: KubeObject) => V | undefined {
  return (object) => {
    try {
      return project(object);
    } catch (error) {
      report(`reading objects of kind ${kind}`, error);
      return undefined;
    }
  };
}

function known(caches: readonly WatchCache<unknown>[]): Knowledge {
  const states = caches.map((it) => it.state());
  if (states.some((it) => it.missingKind)) return "missing-kind";
  return states.every((it) => it.synced) ? "known" : "unknown";
}
