import {
  projectJob,
  projectNode,
  projectPvc,
  projectSecret,
  projectStorageClass,
  projectWorkload,
} from "../../../agent/observe/projections/cluster.ts";
import { projectConfig } from "../../../agent/observe/projections/config.ts";
import { projectEvent } from "../../../agent/observe/projections/event.ts";
import { projectFlux } from "../../../agent/observe/projections/flux.ts";
import { projectPod } from "../../../agent/observe/projections/pod.ts";
import { emptySnapshot, type FluxView, type Snapshot } from "../../../agent/facts/snapshot.ts";
import type { KubeObject } from "../../../k8s/client/kube_client.ts";

/** The moment that every test object is seen from. */
export const NOW = "2026-11-21T12:00:00.000Z";
export const NOW_MS = Date.parse(NOW);

/** A time before NOW. */
export function ago(seconds: number): string {
  return new Date(NOW_MS - seconds * 1_000).toISOString().replace(".000Z", "Z");
}

type Json = Record<string, unknown>;

/** Raw objects as the API server sends them; every test goes through the real projections. */
export interface Cluster {
  nodes: KubeObject[];
  deployments: KubeObject[];
  statefulSets: KubeObject[];
  jobs: KubeObject[];
  pods: KubeObject[];
  pvcs: KubeObject[];
  storageClasses: KubeObject[];
  secrets: KubeObject[];
  configs: KubeObject[];
  events: KubeObject[];
  flux: KubeObject[];
}

/** A cluster's raw objects as a snapshot that was just read. */
export function snapshotOf(cluster: Partial<Cluster>, more: Partial<Snapshot> = {}): Snapshot {
  const configs = (cluster.configs ?? []).flatMap((it) => projectConfig(it) ?? []);
  const base: Snapshot = {
    ...emptySnapshot({ version: "0.1.0", siteId: "site-1", statusUrl: "http://192.0.2.7:8080/" }),
    api: { state: "answering", since: ago(3_600), lastContactAt: ago(1), error: "", version: "v1.36.5+k3s1" },
    knowledge: {
      nodes: "known",
      workloads: "known",
      jobs: "known",
      pods: "known",
      pvcs: "known",
      storageClasses: "known",
      secrets: "known",
      events: "known",
      flux: "known",
    },
    nodes: (cluster.nodes ?? []).map(projectNode),
    workloads: [
      ...(cluster.deployments ?? []).map(projectWorkload("Deployment")),
      ...(cluster.statefulSets ?? []).map(projectWorkload("StatefulSet")),
    ],
    jobs: (cluster.jobs ?? []).map(projectJob),
    pods: (cluster.pods ?? []).map(projectPod),
    pvcs: (cluster.pvcs ?? []).map(projectPvc),
    storageClasses: (cluster.storageClasses ?? []).map(projectStorageClass),
    secrets: (cluster.secrets ?? []).flatMap((it) => projectSecret(it) ?? []),
    events: (cluster.events ?? []).flatMap((it) => projectEvent(it) ?? []),
    flux: (cluster.flux ?? []).map((it) => projectFlux(it.kind as FluxView["kind"])(it)),
    appValues: configs.find((it) => it.kind === "values")?.values,
    release: configs.find((it) => it.kind === "release")?.release,
  };
  return {
    ...base,
    ...more,
    setup: { ...base.setup, status: "done", since: ago(7_200), storageTested: true, ...more.setup },
  };
}

export function object(
  kind: string,
  namespace: string,
  name: string,
  fields: Json = {},
  metadata: Json = {},
): KubeObject {
  return {
    kind,
    metadata: {
      namespace,
      name,
      uid: `uid-${namespace}-${name}`,
      generation: 1,
      creationTimestamp: ago(3_600),
      ...metadata,
    },
    ...fields,
  };
}

export function node(conditions: Json[] = [], fields: Json = {}): KubeObject {
  return object("Node", "", "appliance-01", {
    spec: fields,
    status: {
      addresses: [{ type: "Hostname", address: "appliance-01" }, {
        type: "InternalIP",
        address: "192.0.2.7",
      }],
      nodeInfo: { kubeletVersion: "v1.36.5+k3s1" },
      conditions: conditions.length > 0 ? conditions : [
        { type: "MemoryPressure", status: "False", reason: "KubeletHasSufficientMemory" },
        { type: "DiskPressure", status: "False", reason: "KubeletHasNoDiskPressure" },
        { type: "Ready", status: "True", reason: "KubeletReady", lastTransitionTime: ago(3_000) },
      ],
    },
  });
}

export function deployment(
  namespace: string,
  name: string,
  options: { ready?: number; replicas?: number; image?: string; container?: string; createdSecAgo?: number } =
    {},
): KubeObject {
  const { ready = 1, replicas = 1, image = "registry.example/x:1", container = name, createdSecAgo = 3_600 } =
    options;
  return object("Deployment", namespace, name, {
    spec: { replicas, template: { spec: { containers: [{ name: container, image }] } } },
    status: {
      replicas,
      ...(ready > 0 ? { readyReplicas: ready } : {}),
      observedGeneration: 1,
      conditions: [{
        type: "Available",
        status: ready > 0 ? "True" : "False",
        reason: ready > 0 ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
        message: ready > 0
          ? "Deployment has minimum availability."
          : "Deployment does not have minimum availability.",
        lastTransitionTime: ago(createdSecAgo),
      }],
    },
  }, { creationTimestamp: ago(createdSecAgo) });
}

export function statefulSet(name: string, ready = 1): KubeObject {
  return object("StatefulSet", "msp", name, {
    spec: { replicas: 1, template: { spec: { containers: [{ name, image: `${name}:latest` }] } } },
    status: { replicas: 1, readyReplicas: ready, observedGeneration: 1 },
  });
}

export function bootstrapJob(status: Json, uid = "job-1"): KubeObject {
  return object(
    "Job",
    "msp",
    "alga-core-sebastian-bootstrap",
    { status: { startTime: ago(600), ...status } },
    { uid },
  );
}

interface PodOptions {
  owner?: { kind: string; name: string; hash?: string };
  phase?: string;
  containers?: Json[];
  init?: Json[];
  images?: Record<string, string>;
  conditions?: Json[];
  claims?: string[];
  node?: string;
  createdSecAgo?: number;
}

/** A pod of a Deployment unless another owner is given. Container states are written as the kubelet reports them. */
export function pod(namespace: string, name: string, options: PodOptions = {}): KubeObject {
  const owner = options.owner;
  const containers = options.containers ?? [];
  const init = options.init ?? [];
  const imageOf = (it: Json) => options.images?.[String(it.name)] ?? it.image ?? "registry.example/x:1";
  return object("Pod", namespace, name, {
    spec: {
      nodeName: options.node ?? "appliance-01",
      initContainers: init.map((it) => ({ name: it.name, image: imageOf(it) })),
      containers: containers.map((it) => ({
        name: it.name,
        image: imageOf(it),
        ports: [{ containerPort: 3000 }],
      })),
      volumes: (options.claims ?? []).map((claimName, index) => ({
        name: `v${index}`,
        persistentVolumeClaim: { claimName },
      })),
    },
    status: {
      phase: options.phase ?? "Pending",
      hostIP: "192.0.2.7",
      podIP: "192.0.2.7",
      conditions: options.conditions ??
        [{ type: "Ready", status: "False", reason: "ContainersNotReady", lastTransitionTime: ago(240) }],
      initContainerStatuses: init,
      containerStatuses: containers,
    },
  }, {
    creationTimestamp: ago(options.createdSecAgo ?? 300),
    labels: owner?.hash === undefined ? {} : { "pod-template-hash": owner.hash },
    ownerReferences: owner === undefined ? [] : [{
      apiVersion: "apps/v1",
      kind: owner.kind,
      name: owner.hash === undefined ? owner.name : `${owner.name}-${owner.hash}`,
      uid: "owner",
      controller: true,
    }],
  });
}

/** A pod of a known component with one container in the given state. */
export function podOf(
  component:
    | "db"
    | "redis"
    | "pgbouncer"
    | "alga-core"
    | "workflow-worker"
    | "temporal"
    | "temporal-ui"
    | "temporal-worker"
    | "email-service"
    | "coredns"
    | "appliance-status"
    | "bootstrap",
  status: Json,
  options: PodOptions = {},
): KubeObject {
  const place: Record<
    string,
    {
      namespace: string;
      owner: { kind: string; name: string; hash?: string };
      name: string;
      container: string;
    }
  > = {
    db: { namespace: "msp", owner: { kind: "StatefulSet", name: "db" }, name: "db-0", container: "db" },
    redis: {
      namespace: "msp",
      owner: { kind: "StatefulSet", name: "redis" },
      name: "redis-0",
      container: "redis",
    },
    "alga-core": {
      namespace: "msp",
      owner: { kind: "ReplicaSet", name: "alga-core-sebastian", hash: "6c9b7d5f4b" },
      name: "alga-core-sebastian-6c9b7d5f4b-x2x8p",
      container: "sebastian",
    },
    coredns: {
      namespace: "kube-system",
      owner: { kind: "ReplicaSet", name: "coredns", hash: "5d9" },
      name: "coredns-5d9-q",
      container: "coredns",
    },
    "appliance-status": {
      namespace: "appliance-system",
      owner: { kind: "ReplicaSet", name: "appliance-status", hash: "5d9" },
      name: "appliance-status-5d9-q",
      container: "appliance-status",
    },
    bootstrap: {
      namespace: "msp",
      owner: { kind: "Job", name: "alga-core-sebastian-bootstrap" },
      name: "alga-core-sebastian-bootstrap-r7q4t",
      container: "bootstrap",
    },
  };
  const at = place[component] ??
    {
      namespace: "msp",
      owner: { kind: "ReplicaSet", name: component, hash: "7d9c5" },
      name: `${component}-7d9c5-x2x8p`,
      container: component,
    };
  return pod(at.namespace, at.name, {
    owner: at.owner,
    containers: [{ name: at.container, ready: false, restartCount: 0, imageID: "", ...status }],
    ...options,
  });
}

export function waiting(reason: string, message = "", more: Json = {}): Json {
  return { state: { waiting: { reason, ...(message === "" ? {} : { message }) } }, lastState: {}, ...more };
}

/** A container that ended `secondsAgo` and now is in one of the phases of a crash loop. */
export function crashed(
  phase: "waiting" | "terminated" | "running",
  options: { exitCode?: number; reason?: string; message?: string; restarts?: number; secondsAgo?: number } =
    {},
): Json {
  const { exitCode = 1, reason = "Error", message = "", restarts = 4, secondsAgo = 20 } = options;
  const ended = {
    terminated: {
      exitCode,
      reason,
      ...(message === "" ? {} : { message }),
      startedAt: ago(secondsAgo + 3),
      finishedAt: ago(secondsAgo),
    },
  };
  const base = { restartCount: restarts, imageID: "sha256:abc", ready: phase === "running" };
  if (phase === "waiting") {
    return {
      ...base,
      lastState: ended,
      state: {
        waiting: {
          reason: "CrashLoopBackOff",
          message: "back-off 20s restarting failed container=app pod=app_NS(UID)",
        },
      },
    };
  }
  if (phase === "terminated") return { ...base, state: ended, lastState: ended };
  return { ...base, state: { running: { startedAt: ago(1) } }, lastState: ended };
}

export function event(
  about: KubeObject,
  reason: string,
  message: string,
  options: {
    type?: string;
    secondsAgo?: number;
    firstSecAgo?: number;
    count?: number | null;
    container?: string;
    newer?: boolean;
  } = {},
): KubeObject {
  const { type = "Warning", secondsAgo = 10, firstSecAgo = secondsAgo, count = 1, container, newer = false } =
    options;
  return object(
    "Event",
    about.metadata.namespace ?? "",
    `${about.metadata.name}.${reason}.${secondsAgo}.${message.length}`,
    {
      involvedObject: {
        kind: about.kind,
        namespace: about.metadata.namespace,
        name: about.metadata.name,
        uid: about.metadata.uid,
        ...(container === undefined ? {} : { fieldPath: `spec.containers{${container}}` }),
      },
      type,
      reason,
      message,
      ...(newer
        ? {
          eventTime: ago(firstSecAgo).replace("Z", ".000000Z"),
          firstTimestamp: null,
          lastTimestamp: null,
          count: null,
        }
        : { firstTimestamp: ago(firstSecAgo), lastTimestamp: ago(secondsAgo), count }),
    },
  );
}

export function pvc(
  name: string,
  phase: string,
  options: { storageClass?: string; createdSecAgo?: number } = {},
): KubeObject {
  return object("PersistentVolumeClaim", "msp", name, {
    spec: { storageClassName: options.storageClass ?? "local-path" },
    status: { phase },
  }, { creationTimestamp: ago(options.createdSecAgo ?? 600) });
}

export function flux(
  kind: string,
  name: string,
  conditions: Json[],
  options: { observedGeneration?: number; generation?: number; suspend?: boolean; status?: Json } = {},
): KubeObject {
  const { generation = 1, observedGeneration = generation } = options;
  return object(kind, kind === "HelmRelease" ? "alga-system" : "flux-system", name, {
    spec: options.suspend ? { suspend: true } : {},
    status: { observedGeneration, conditions, ...options.status },
  }, { generation });
}

export function ready(message = "ok", reason = "Succeeded"): Json {
  return {
    type: "Ready",
    status: "True",
    reason,
    message,
    lastTransitionTime: ago(900),
    observedGeneration: 1,
  };
}

export function notReady(reason: string, message: string, more: Json = {}): Json {
  return {
    type: "Ready",
    status: "False",
    reason,
    message,
    lastTransitionTime: ago(120),
    observedGeneration: 1,
    ...more,
  };
}

export function stalled(reason = "RetriesExceeded", message = "Failed to install after 1 attempt(s)"): Json {
  return {
    type: "Stalled",
    status: "True",
    reason,
    message,
    lastTransitionTime: ago(120),
    observedGeneration: 1,
  };
}

const RELEASES = [
  "alga-core",
  "pgbouncer",
  "temporal",
  "email-service",
  "workflow-worker",
  "temporal-worker",
];
const BACKGROUND = ["temporal", "temporal-ui", "workflow-worker", "email-service", "temporal-worker"];

/** Everything as it stands on an appliance that is well. */
export function healthyCluster(): Cluster {
  return {
    nodes: [node()],
    deployments: [
      deployment("kube-system", "coredns"),
      deployment("local-path-storage", "local-path-provisioner"),
      ...["source", "kustomize", "helm", "notification"].map((it) =>
        deployment("flux-system", `${it}-controller`)
      ),
      deployment("appliance-system", "appliance-status"),
      deployment("msp", "pgbouncer"),
      deployment("msp", "alga-core-sebastian", {
        container: "sebastian",
        image: "ghcr.io/nine-minds/alga-psa-ee:0a1b2c3d",
      }),
      ...BACKGROUND.map((it) => deployment("msp", it)),
    ],
    statefulSets: [statefulSet("db"), statefulSet("redis")],
    jobs: [],
    pods: [],
    pvcs: [
      "alga-core-sebastian-postgres-data",
      "alga-core-sebastian-redis-data",
      "alga-core-sebastian-storage",
    ].map((it) => pvc(it, "Bound")),
    storageClasses: [object("StorageClass", "", "local-path", { provisioner: "rancher.io/local-path" })],
    secrets: ["db-credentials", "redis-credentials", "alga-psa-shared"].map((it) =>
      object("Secret", "msp", it)
    )
      .concat(object("Secret", "appliance-system", "appliance-status-auth")),
    configs: [
      object("ConfigMap", "alga-system", "appliance-values-alga-core", {
        data: {
          "alga-core.single-node.yaml":
            'appUrl: "https://psa.example.com"\nbootstrap:\n  mode: "recover"\nserver:\n  image:\n    name: ghcr.io/nine-minds/alga-psa-ee\n    tag: "0a1b2c3d"\n',
        },
      }),
      object("ConfigMap", "alga-system", "appliance-release-selection", {
        data: { releaseVersion: "9.9.0", selectedChannel: "stable", appVersion: "9.9.0" },
      }),
    ],
    events: [],
    flux: [
      flux("OCIRepository", "alga-appliance", [ready("stored artifact for digest 'sha256:11'")], {
        status: { artifact: { revision: "sha256:11" } },
      }),
      ...["alga-appliance", "alga-platform", "alga-core", "alga-background"].map((it) =>
        flux("Kustomization", it, [ready("Applied revision: sha256:11", "ReconciliationSucceeded")])
      ),
      ...RELEASES.map((it) => flux("HelmRelease", it, [ready("Helm install succeeded", "InstallSucceeded")])),
    ],
  };
}

/** What makes a healthy cluster a working appliance. */
export function workingMore(): Partial<Snapshot> {
  return {
    probes: {
      local: {
        at: ago(2),
        url: "http://192.0.2.7:3000/auth/signin",
        statusCode: 200,
        location: undefined,
        error: "",
        privateCertificate: false,
      },
      public: undefined,
      registry: { at: ago(30), ok: true, message: "ghcr.io answers" },
    },
    remembered: {
      bootstrap: {
        outcome: "completed",
        at: ago(3_000),
        jobUid: "job-1",
        pod: "p",
        tail: ["Appliance setup completed"],
        errors: [],
      },
      loginReadyOnce: true,
      stateDamage: undefined,
    },
  };
}

/** A cluster in which one component is not ready, with pods and events of its own. */
export function broken(component: string, more: Partial<Cluster>): Cluster {
  const cluster = healthyCluster();
  const name = component === "alga-core" ? "alga-core-sebastian" : component;
  return {
    ...cluster,
    deployments: cluster.deployments.map((it) =>
      it.metadata.name === name
        ? deployment(it.metadata.namespace ?? "", name, { ready: 0, createdSecAgo: 300 })
        : it
    ),
    statefulSets: cluster.statefulSets.map((it) => it.metadata.name === name ? statefulSet(name, 0) : it),
    ...more,
  };
}

/** A pod that the scheduler finds no place for, in its words ("1 Insufficient memory."). */
export function unplacedPod(
  component: Parameters<typeof podOf>[0],
  message: string,
  secondsAgo = 400,
): KubeObject {
  return podOf(component, {}, {
    containers: [],
    node: "",
    conditions: [{
      type: "PodScheduled",
      status: "False",
      reason: "Unschedulable",
      message: `0/1 nodes are available: ${message}`,
      lastTransitionTime: ago(secondsAgo),
    }],
  });
}
