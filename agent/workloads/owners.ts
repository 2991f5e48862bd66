import { isPodOver } from "../facts/container_problem.ts";
import type { ConditionView, JobView, PodView, Snapshot, WorkloadView } from "../facts/snapshot.ts";
import { componentByObject } from "../product/components.ts";
import { clip } from "../text/clip.ts";
import { redactText } from "../text/redact/redact_text.ts";
import {
  IMAGE_CHARS,
  imagesOf,
  podRow,
  restartsOf,
  type RowOf,
  shownState,
  type WorkloadRow,
} from "./row.ts";
import { isOverdue, type Look, plain, podState, type State } from "./state.ts";
import { worst } from "./tone.ts";

type Observed = Pick<Snapshot, "workloads" | "jobs" | "pods">;

/** What the pods of one owner hang on. */
interface Owner {
  kind: string;
  namespace: string;
  name: string;
  workload?: WorkloadView;
  job?: JobView;
  live: PodView[];
  over: PodView[];
}

/** Key of an owner: "Deployment/msp/db". */
export function ownerKey(
  { kind, namespace, name }: { kind: string; namespace: string; name: string },
): string {
  return `${kind}/${namespace}/${name}`;
}

/** The owner of a pod; what a node runs by itself, or nobody made, stands for itself. */
export function ownerOf(
  { owner, namespace, name }: PodView,
): { kind: string; namespace: string; name: string } {
  if (owner === undefined || owner.kind === "Node") return { kind: "Pod", namespace, name };
  return { kind: owner.kind, namespace, name: owner.name };
}

/** Every workload with its pods, in no order. Pods that are over (finished, evicted) say nothing of how their owner stands. */
export function ownerRows({ workloads, jobs, pods }: Observed, look: Look): RowOf[] {
  const owners = new Map<string, Owner>();
  for (const workload of workloads) {
    owners.set(ownerKey(workload), { ...workload, workload, live: [], over: [] });
  }
  for (const job of jobs) {
    const { namespace, name } = job;
    const owner: Owner = { kind: "Job", namespace, name, job, live: [], over: [] };
    owners.set(ownerKey(owner), owner);
  }
  for (const pod of pods) {
    const ref = ownerOf(pod);
    const key = ownerKey(ref);
    let owner = owners.get(key);
    if (owner === undefined) owners.set(key, owner = { ...ref, live: [], over: [] });
    (isPodOver(pod) && pod.deletedAt === undefined ? owner.over : owner.live).push(pod);
  }
  return [...owners.values()].map((it) => rowOf(it, look));
}

function rowOf(owner: Owner, look: Look): RowOf {
  const { kind, namespace, name, live, over, workload, job } = owner;
  const only = live[0] ?? over[0];
  if (kind === "Pod" && only) {
    const row = podRow(only, look);
    return {
      row: live.length === 0 ? { ...row, pods: 0, ended: 1 } : row,
      members: live,
      images: () => imagesOf(only),
    };
  }
  const component = componentByObject(namespace, kind, name);
  const tier = component?.tier ?? null;
  const { state, pod } = judge(owner, look);
  const row: WorkloadRow = {
    kind,
    namespace,
    name,
    component: component?.name ?? null,
    tier,
    ...shownState(state, tier),
    ready: workload?.ready ?? job?.succeeded ?? live.filter(isReady).length,
    wanted: workload?.desired ?? (job ? 1 : live.length),
    pods: live.length,
    ended: over.length,
    pod: (pod ?? only)?.name ?? null,
    ...restartsOf(live),
    createdAt: workload?.createdAt ?? job?.createdAt ?? only?.createdAt ?? null,
    images: [],
    cpuCores: null,
    memoryBytes: null,
  };
  const written = () =>
    Object.entries({ ...workload?.images, ...job?.images }).map(([container, image]) => ({
      container,
      image: clip(redactText(image), IMAGE_CHARS),
      digest: null,
    }));
  return { row, members: live, images: () => only ? imagesOf(pod ?? only) : written() };
}

/** How it stands, and the pod that says so. */
function judge({ kind, workload, job, live, over }: Owner, look: Look): { state: State; pod?: PodView } {
  if (job) {
    const end = job.conditions.find((it) => it.status === "True" && ["Complete", "Failed"].includes(it.type));
    if (end) return { state: said(end.type === "Complete" ? "done" : "failed", end) };
  }
  if (workload?.desired === 0 && live.length === 0) return { state: plain("stopped") };
  if (live.length === 0 && over.length > 0 && workload === undefined && job === undefined) {
    return { state: worst(over.map((it) => podState(it, look))) };
  }
  // Its pods may not have been read yet: what it says itself counts.
  if (live.length === 0 && workload !== undefined && workload.ready >= workload.desired) {
    return { state: plain("running") };
  }
  const states = new Map(live.map((it) => [podState(it, look), it]));
  if (states.size > 0) {
    const state = worst([...states.keys()]);
    const pod = states.get(state) as PodView;
    const isShort = workload !== undefined && workload.ready < workload.desired && state.code === "running";
    if (!isShort) return { state, pod };
  }
  const since = workload?.createdAt ?? job?.createdAt;
  const failure = workload?.conditions.find((it) => it.type === "ReplicaFailure" && it.status === "True") ??
    workload?.conditions.find((it) => it.type === "Available" && it.status === "False");
  const code = kind !== "Pod" && isOverdue(failure?.since ?? since, look.nowMs) ? "no-pod" : "starting";
  return { state: failure ? said(code, failure) : plain(code) };
}

function said(code: State["code"], { reason, message }: ConditionView): State {
  return { code, reason, message };
}

function isReady(pod: PodView): boolean {
  return pod.containers.length > 0 && pod.containers.every((it) => it.init || it.ready);
}
