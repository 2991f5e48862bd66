import type { MonotonicClock } from "../clock.ts";
import { errorText } from "../error.ts";
import { isLive } from "../facts/facts.ts";
import type { Snapshot } from "../facts/snapshot.ts";
import { redactLine } from "../text/redact/redact_line.ts";
import type { KubeClient } from "../../k8s/mod.ts";
import { type EventList, listEvents } from "./events.ts";
import { listWorkloads, type WorkloadList } from "./list.ts";
import { makePodPage, type PodPage } from "./pod_page.ts";
import type { EventQuery, WorkloadQuery } from "./query.ts";
import { lookAtKept, type ReadObject } from "./kept_pod.ts";
import { noLook, type PodLook, readPod } from "./read_pod.ts";
import { sumUsage } from "./usage.ts";
import { type MeasuredUsage, UsageReader } from "./usage_reader.ts";

/** A list is shown without CPU and memory rather than late; the next look at it has them. */
const LIST_PATIENCE_MS = 100;
const POD_PATIENCE_MS = 1_500;

/** Workloads, pods and events for every face. */
export interface WorkloadsService {
  list(query: WorkloadQuery): Promise<WorkloadList>;
  /** `undefined` when there is no such pod, and none is remembered. */
  pod(namespace: string, name: string): Promise<PodPage | undefined>;
  events(query: EventQuery): EventList;
}

/** What {@link createWorkloadsService} needs. */
export interface WorkloadsDeps {
  snapshot(): Snapshot;
  clock: MonotonicClock;
  /** `undefined` while there is no cluster. */
  connectKube(): Promise<KubeClient | undefined>;
}

/** What is running, from what is observed anyway; a pod that is opened, and what kubelets measure, are asked for then. */
export function createWorkloadsService({ snapshot, clock, connectKube }: WorkloadsDeps): WorkloadsService {
  const usage = new UsageReader({ clock, connectKube });

  async function look(namespace: string, name: string): Promise<PodLook> {
    if (!isLive(snapshot(), clock.nowMs())) return noLook("Kubernetes does not answer");
    try {
      const kube = await connectKube();
      return kube === undefined ? noLook("Kubernetes does not answer") : await readPod(kube, namespace, name);
    } catch (error) {
      return noLook(redactLine(errorText(error)));
    }
  }

  async function measure(nodes: readonly string[], patienceMs: number): Promise<MeasuredUsage> {
    if (isLive(snapshot(), clock.nowMs())) return await usage.read(nodes, patienceMs);
    return { nodes: new Map(), problem: "Kubernetes does not answer" };
  }

  return {
    async list(query) {
      const { list, rows } = listWorkloads(snapshot(), query, clock.nowMs());
      const { nodes, problem } = await measure(
        rows.flatMap((it) => it.members.map((pod) => pod.nodeName)),
        LIST_PATIENCE_MS,
      );
      return {
        ...list,
        usageProblem: problem,
        rows: rows.map(({ row, members }) => ({
          ...row,
          ...sumUsage(
            members.map((pod) => nodes.get(pod.nodeName)?.get(`${pod.namespace}/${pod.name}`)),
          ),
        })),
      };
    },
    async pod(namespace, name) {
      const known = snapshot().pods.find((it) => it.namespace === namespace && it.name === name);
      // Asked for side by side where the node is known.
      const early = known && measure([known.nodeName], POD_PATIENCE_MS);
      const found = await look(namespace, name);
      const node = (found.pod ?? known)?.nodeName ?? "";
      const measured = await (known?.nodeName === node ? early : undefined) ??
        await measure([node], POD_PATIENCE_MS);
      return makePodPage(snapshot(), { namespace, name }, {
        look: found,
        usage: measured.nodes.get(node)?.get(`${namespace}/${name}`),
        usageProblem: measured.problem,
      }, clock.nowMs());
    },
    events: (query) => listEvents(snapshot(), query, clock.nowMs()),
  };
}

/**
 * The same of what was observed once, as a bundle keeps it: nothing is asked. `readObject` gives a pod's own object, its claims and
 * their volumes where they were kept.
 */
export function replayWorkloads(
  snapshot: Snapshot,
  nowMs: number,
  readObject: ReadObject = () => undefined,
): WorkloadsService {
  const usageProblem = "Measured on the appliance alone";
  return {
    list: (query) => Promise.resolve({ ...listWorkloads(snapshot, query, nowMs).list, usageProblem }),
    pod: (namespace, name) => {
      const look = lookAtKept(readObject, namespace, name);
      return Promise.resolve(
        makePodPage(snapshot, { namespace, name }, { look, usage: undefined, usageProblem }, nowMs),
      );
    },
    events: (query) => listEvents(snapshot, query, nowMs),
  };
}
