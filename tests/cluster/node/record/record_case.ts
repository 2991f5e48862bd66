import type { BlockerId } from "../../../../agent/causes/cause.ts";
import type { KubeObject } from "../../../../k8s/mod.ts";
import type { Undo } from "../faults.ts";
import { type RealNode, REGISTRY_HOST } from "../real_node.ts";

/** One way in which an appliance fails, as it is made to happen on a real node. */
export interface RecordCase {
  /** Name of the fixture, and of the namespace in which it happens. */
  name: string;
  /** What the agent must say first. */
  expected: BlockerId;
  /** Component that it must blame, where that is the point; else the one that fails. */
  component?: string;
  /** How long it is watched at least. */
  watchSec?: number;
  /**
   * What its containers must be seen in, by the reason of a state ("CrashLoopBackOff", "Error") or else its name ("running"): it is
   * watched until all were, so that no half of a back-off is missing. See {@link statesOf}.
   */
  states?: readonly string[];
  /** The rule is patient: judged so much later than it was seen. */
  laterSec?: number;
  /** The nodes belong to it. Such cases have the node for themselves. */
  wholeNode?: boolean;
  /** What belongs to it elsewhere, by the beginning of its name. */
  also?: { namespace: string; name: string };
  /** Needs Flux's controllers. */
  flux?: boolean;
  /** Made in this order, with this between them. The namespace is filled in. */
  objects: KubeObject[];
  staggerSec?: number;
  /** Before the objects are made. */
  arrange?: (node: RealNode, namespace: string) => Promise<Undo | void>;
}

export const STANDIN = `${REGISTRY_HOST}/record/standin:1`;
export const SHELL = `${REGISTRY_HOST}/record/busybox:1`;

type Json = Record<string, unknown>;

/** The application's Deployment with one container as the case needs it. */
export function app(container: Json, podSpec: Json = {}): KubeObject {
  return deployment("alga-core-sebastian", { name: "sebastian", ...container }, podSpec);
}

/** A part of the application. */
export function deployment(name: string, container: Json, podSpec: Json = {}): KubeObject {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name },
    spec: {
      replicas: 1,
      strategy: { type: "Recreate" },
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } }, spec: pod({ name, ...container }, podSpec) },
    },
  };
}

/** The database's StatefulSet. */
export function database(container: Json): KubeObject {
  const { spec, metadata } = deployment("db", container);
  const { replicas, selector, template } = spec;
  return {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata,
    spec: { serviceName: "db", replicas, selector, template },
  };
}

/** The Job of the first-time setup. */
export function bootstrap(container: Json, jobSpec: Json): KubeObject {
  const spec = pod({ name: "bootstrap", image: SHELL, ...container }, { restartPolicy: "Never" });
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: "alga-core-sebastian-bootstrap" },
    spec: { ...jobSpec, template: { spec } },
  };
}

/** A shell that runs this text. */
export function shell(script: string, more: Json = {}): Json {
  return { image: SHELL, command: ["sh", "-c", script], ...more };
}

function pod(container: Json, more: Json): Json {
  return {
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: 1,
    containers: [{ imagePullPolicy: "IfNotPresent", ...container }],
    ...more,
  };
}
