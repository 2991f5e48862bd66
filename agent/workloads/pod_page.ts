import { compareEvents } from "../facts/event_order.ts";
import { indexEvents } from "../facts/event_index.ts";
import type { ConditionView, ContainerView, PodView, Snapshot } from "../facts/snapshot.ts";
import { clip } from "../text/clip.ts";
import type { ClaimDetails } from "./claims.ts";
import { type EventRow, eventRow } from "./events.ts";
import { type Freshness, freshnessOf } from "./freshness.ts";
import { ownerOf } from "./owners.ts";
import type { PodVolume } from "./pod_details.ts";
import type { PodLook } from "./read_pod.ts";
import {
  imageOf,
  imagesOf,
  type LastEnd,
  lastEndOf,
  podRow,
  type RunImage,
  shownState,
  type WorkloadRow,
} from "./row.ts";
import { containerState, type Look, lookAt } from "./state.ts";
import type { PodUsage, Usage, VolumeUsage } from "./usage.ts";

const MOST_EVENTS = 30;
const MOST_CONTAINERS = 30;
const MOST_VOLUMES = 40;
const MESSAGE_CHARS = 600;

/** What a container is for: it prepares, goes on beside the others, or is what the pod is there for. */
export type ContainerRole = "prepares" | "beside" | "main";

/** One container of a pod. */
export interface ContainerRow
  extends Pick<WorkloadRow, "state" | "tone" | "reason" | "message">, RunImage, Usage {
  role: ContainerRole;
  isReady: boolean;
  restarts: number;
  lastEnd: LastEnd | null;
  startedAt: string | null;
  /** Of one that is over. */
  finishedAt: string | null;
  exitCode: number | null;
  /** What it asks for and what it may use at most; `null` when that was not read. */
  requests: Usage | null;
  limits: Usage | null;
}

/** One volume of a pod. */
export interface VolumeRow extends PodVolume, VolumeUsage {
  /** What it was promised; `null` where nothing limits it, or it is not known. */
  sizeBytes: number | null;
  /** Of a claim: "Bound", "Pending"; "" of what is none. */
  phase: string;
}

/** One pod with all that is known of it. */
export interface PodPage {
  freshness: Freshness;
  row: WorkloadRow;
  owner: { kind: string; name: string } | null;
  phase: string;
  node: string;
  podIp: string | null;
  restartPolicy: string;
  conditions: readonly ConditionView[];
  containers: readonly ContainerRow[];
  /** `null`: not read. */
  volumes: readonly VolumeRow[] | null;
  /** Newest first. */
  events: readonly EventRow[];
  /** How many of each there are beside those. */
  leftOut: { containers: number; volumes: number; events: number };
  /** What of this page was not read now, and why; "" when all was. */
  lookProblem: string;
  usageProblem: string;
}

/** What a page is made from. */
export interface PodEvidence {
  look: PodLook;
  usage: PodUsage | undefined;
  usageProblem: string;
}

/** Everything about one pod; `undefined` when it is gone, or neither memory nor a look knows it. Pure. */
export function makePodPage(
  snapshot: Snapshot,
  { namespace, name }: { namespace: string; name: string },
  { look, usage, usageProblem }: PodEvidence,
  nowMs: number,
): PodPage | undefined {
  if (look.isGone) return undefined;
  const pod = look.pod ?? snapshot.pods.find((it) => it.namespace === namespace && it.name === name);
  if (pod === undefined) return undefined;
  const events = look.events ?? indexEvents(snapshot.events)("Pod", namespace, name);
  const at = lookAt(events, nowMs);
  const { details, claims } = look;
  const row = podRow(pod, at);
  const ownEvents = events.filter((it) => it.uid === "" || pod.uid === "" || it.uid === pod.uid)
    .toSorted((a, b) => compareEvents(b, a));
  const beyond = (all: readonly unknown[] | undefined, most: number) =>
    Math.max(0, (all?.length ?? 0) - most);
  return {
    freshness: freshnessOf(snapshot, ["pods"], nowMs),
    row: {
      ...row,
      images: imagesOf(pod),
      cpuCores: usage?.cpuCores ?? null,
      memoryBytes: usage?.memoryBytes ?? null,
    },
    owner: ownerOf(pod).kind === "Pod" ? null : ownerOf(pod),
    phase: pod.phase,
    node: pod.nodeName,
    podIp: pod.podIp ?? null,
    restartPolicy: details?.restartPolicy ?? "",
    conditions: (details?.conditions ?? pod.conditions).map((it) => ({
      ...it,
      message: clip(it.message, MESSAGE_CHARS),
    })),
    containers: pod.containers.slice(0, MOST_CONTAINERS).map((it) =>
      containerRow(pod, it, { at, row, usage, amounts: details?.containers[it.name] })
    ),
    volumes: details?.volumes.slice(0, MOST_VOLUMES).map((it) => volumeRow(it, claims, usage)) ?? null,
    events: ownEvents.slice(0, MOST_EVENTS).map(eventRow),
    leftOut: {
      containers: beyond(pod.containers, MOST_CONTAINERS),
      volumes: beyond(details?.volumes, MOST_VOLUMES),
      events: beyond(ownEvents, MOST_EVENTS),
    },
    lookProblem: look.problem,
    usageProblem,
  };
}

function containerRow(
  pod: PodView,
  container: ContainerView,
  { at, row, usage, amounts }: {
    at: Look;
    row: WorkloadRow;
    usage: PodUsage | undefined;
    amounts: { requests: Usage; limits: Usage } | undefined;
  },
): ContainerRow {
  const { state, lastState, restartCount } = container;
  const own = usage?.containers[container.name];
  return {
    ...imageOf(container),
    ...shownState(containerState(pod, container, at), row.tier, MESSAGE_CHARS),
    role: container.sidecar ? "beside" : container.init ? "prepares" : "main",
    isReady: container.ready,
    restarts: restartCount,
    lastEnd: restartCount > 0 && lastState.kind === "terminated" ? lastEndOf(lastState) : null,
    startedAt: state.startedAt ?? null,
    finishedAt: state.finishedAt ?? null,
    exitCode: state.exitCode ?? null,
    cpuCores: own?.cpuCores ?? null,
    memoryBytes: own?.memoryBytes ?? null,
    requests: amounts?.requests ?? null,
    limits: amounts?.limits ?? null,
  };
}

function volumeRow(
  volume: PodVolume,
  claims: Readonly<Record<string, ClaimDetails>> | undefined,
  usage: PodUsage | undefined,
): VolumeRow {
  const claim = volume.kind === "claim" ? claims?.[volume.source] : undefined;
  const measured = usage?.volumes[volume.name];
  return {
    ...volume,
    hostPath: claim?.hostPath ?? volume.hostPath,
    sizeBytes: claim?.sizeBytes ?? volume.sizeLimitBytes,
    phase: claim?.phase ?? "",
    usedBytes: measured?.usedBytes ?? null,
    capacityBytes: measured?.capacityBytes ?? null,
  };
}
