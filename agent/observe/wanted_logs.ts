import { componentByName } from "../product/components.ts";
import { timeMs } from "../text/time.ts";
import type { Facts } from "../facts/facts.ts";
import type { PodView } from "../facts/snapshot.ts";

const CRASH_LIMIT = 10;

/** A piece of log worth reading. The same `key` need not be read twice within `freshMs`. */
export interface LogWish {
  pod: PodView;
  container: string;
  restartCount: number;
  /** Of the run before the present one. */
  previous: boolean;
  tailLines: number;
  timestamps: boolean;
  key: string;
  freshMs: number;
}

/**
 * What the kubelet sends in place of a log, and calls a success: the container is gone already, and the pod's status does not
 * say so yet.
 */
export function isNoLog(text: string): boolean {
  return /^unable to retrieve container logs for \S+\s*$/.test(text);
}

/** Which logs tell the cause of present problems: containers that stopped, and an application that does not answer. Pure. */
export function wantedLogs(facts: Facts): LogWish[] {
  const wishes: LogWish[] = [];
  for (const it of facts.problems) {
    if (wishes.length >= CRASH_LIMIT) break;
    const { pod, container } = it;
    // What runs and is not ready says why: a name service that cannot reach Kubernetes never stops for it.
    if (it.kind === "not-ready" && it.component.tier === "platform") {
      wishes.push({
        pod,
        container: container.name,
        restartCount: container.restartCount,
        previous: false,
        tailLines: 40,
        timestamps: false,
        key: `${pod.uid} ${container.name} running`,
        freshMs: 30_000,
      });
    }
    if (it.kind !== "crash") continue;
    wishes.push({
      pod,
      container: container.name,
      restartCount: container.restartCount,
      previous: container.state.kind === "running",
      tailLines: 40,
      timestamps: false,
      key: `${pod.uid} ${container.name} ${container.restartCount}`,
      freshMs: Infinity,
    });
  }
  const { local, isLocalGood, pod } = facts.app;
  if (local && !isLocalGood) {
    const container = pod?.containers.find((it) => !it.init && it.state.kind === "running");
    if (pod && container && !wishes.some((it) => it.pod === pod)) {
      wishes.push({
        pod,
        container: container.name,
        restartCount: container.restartCount,
        previous: false,
        tailLines: 40,
        timestamps: false,
        key: `${pod.uid} ${container.name} running`,
        freshMs: 30_000,
      });
    }
  }
  return wishes;
}

/** The pod of the first-time setup that tells most: one that failed, else the newest. */
export function bootstrapLogWish(facts: Facts): LogWish | undefined {
  const component = componentByName("bootstrap");
  const pods = facts.snapshot.pods.filter((it) =>
    it.namespace === component?.namespace && it.owner?.kind === "Job" && it.owner.name === component.object
  ).toSorted((a, b) => timeMs(b.createdAt) - timeMs(a.createdAt) || (a.name < b.name ? -1 : 1));
  const newest = pods[0];
  if (!newest) return undefined;
  const active = newest.phase === "Running" || newest.phase === "Succeeded";
  const pod = active ? newest : pods.find((it) => it.phase === "Failed");
  if (!pod) return undefined;
  return {
    pod,
    container: "bootstrap",
    restartCount: 0,
    previous: false,
    tailLines: 160,
    timestamps: true,
    key: `${pod.uid} ${pod.phase}`,
    freshMs: pod.phase === "Running" ? 3_000 : Infinity,
  };
}
