import { componentOfPod } from "../facts/component_of_pod.ts";
import type { ContainerStateView, ContainerView, PodView } from "../facts/snapshot.ts";
import { componentByName } from "../product/components.ts";
import type { TierId } from "../product/tiers.ts";
import { clip } from "../text/clip.ts";
import { redactText } from "../text/redact/redact_text.ts";
import { timeMs } from "../text/time.ts";
import { type Look, podState, type State, type StateCode } from "./state.ts";
import { type Tone, toneOf } from "./tone.ts";

/** Longest text of a program that a row of a list keeps, in characters. */
const MESSAGE_CHARS = 200;
/** Longest name of an image that a row keeps, in characters. */
export const IMAGE_CHARS = 120;
const MOST_IMAGES = 3;

/** How a container ended before it was started again. */
export interface LastEnd {
  reason: string;
  exitCode: number | null;
  at: string | null;
}

/** What runs in a container: its name as written, and what was really fetched. */
export interface RunImage {
  container: string;
  image: string;
  /** "sha256:…" of what was fetched; `null` until it is there. */
  digest: string | null;
}

/** One workload of the list, or one pod. */
export interface WorkloadRow {
  kind: string;
  namespace: string;
  name: string;
  /** Name of the appliance's part; `null` for what is none. */
  component: string | null;
  /** The tier that it counts for. */
  tier: TierId | null;
  state: StateCode;
  tone: Tone;
  /** What the cluster says of the state: its own word and message; "" when it says nothing. */
  reason: string;
  message: string;
  /** Ready of wanted: pods of a workload, containers of a pod. */
  ready: number;
  wanted: number;
  /** Pods that are not over, and those that are. */
  pods: number;
  ended: number;
  /** The only pod, or the one that the state is about; `null` when there is none. */
  pod: string | null;
  restarts: number;
  lastEnd: LastEnd | null;
  createdAt: string | null;
  images: readonly RunImage[];
  /** Measured by the kubelet; `null` when it does not tell. */
  cpuCores: number | null;
  memoryBytes: number | null;
}

/** A row with the pods that it stands for, which no face shows. Images are asked for of the rows alone that are shown. */
export interface RowOf {
  row: WorkloadRow;
  members: readonly PodView[];
  images(): readonly RunImage[];
}

/** What a row says of a state; its message lost what looks like a credential on arrival. */
export function shownState(
  { code, reason, message }: State,
  tier: TierId | null,
  messageChars = MESSAGE_CHARS,
): Pick<WorkloadRow, "state" | "tone" | "reason" | "message"> {
  return {
    state: code,
    tone: toneOf(code, tier),
    reason,
    message: clip(message, messageChars),
  };
}

/** A pod as a row, without its images. */
export function podRow(pod: PodView, look: Look): WorkloadRow {
  const component = componentOfPod(pod);
  const known = componentByName(component.name) === component ? component : undefined;
  const tier = known?.tier ?? null;
  const mains = pod.containers.filter(isLasting);
  return {
    kind: "Pod",
    namespace: pod.namespace,
    name: pod.name,
    component: known?.name ?? null,
    tier,
    ...shownState(podState(pod, look), tier),
    ready: mains.filter((it) => it.ready).length,
    wanted: mains.length,
    pods: 1,
    ended: 0,
    pod: pod.name,
    ...restartsOf([pod]),
    createdAt: pod.createdAt ?? null,
    images: [],
    cpuCores: null,
    memoryBytes: null,
  };
}

/** Restarts of all containers together, and how the last one of them ended before. */
export function restartsOf(pods: readonly PodView[]): Pick<WorkloadRow, "restarts" | "lastEnd"> {
  let restarts = 0;
  let last: ContainerStateView | undefined;
  for (const { restartCount, lastState } of pods.flatMap((it) => it.containers)) {
    restarts += restartCount;
    if (restartCount === 0 || lastState.kind !== "terminated") continue;
    if (last === undefined || timeMs(lastState.finishedAt) > timeMs(last.finishedAt)) last = lastState;
  }
  return { restarts, lastEnd: last === undefined ? null : lastEndOf(last) };
}

/** How a container ended. */
export function lastEndOf({ reason, exitCode, finishedAt }: ContainerStateView): LastEnd {
  return { reason, exitCode: exitCode ?? null, at: finishedAt ?? null };
}

/** Images of the containers that stay, the first few. */
export function imagesOf(pod: PodView): readonly RunImage[] {
  return pod.containers.filter(isLasting).slice(0, MOST_IMAGES).map(imageOf);
}

/** The image of one container. */
export function imageOf({ name, image, imageId }: ContainerView): RunImage {
  return { container: name, image: clip(redactText(image), IMAGE_CHARS), digest: digestOf(imageId) };
}

/** A container that is meant to go on: not one that only prepares. */
export function isLasting({ init, sidecar }: ContainerView): boolean {
  return !init || sidecar === true;
}

/** "…@sha256:abc…" → "sha256:abc…"; without the "@" it is an id of this machine's store, not what a registry knows. */
function digestOf(imageId: string): string | null {
  return /@(sha256:[0-9a-f]{64})$/.exec(imageId)?.[1] ?? null;
}
