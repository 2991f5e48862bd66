import type { KubeObject } from "../../../k8s/client/kube_client.ts";
import { ago, event } from "../status/objects.ts";

type Json = Record<string, unknown>;

/** One moment of the back-off cycle: a container as the kubelet reports it, with the events that exist then. */
export interface Phase {
  name: string;
  status: Json;
  events?: (pod: KubeObject) => KubeObject[];
}

/** How one failing download looks at every moment of its cycle. */
export function pullPhases(image: string, container: string, text: string): Phase[] {
  const bare = { state: { waiting: { reason: "ErrImagePull", message: text } } };
  const prefixed = {
    state: {
      waiting: {
        reason: "ImagePullBackOff",
        message: `Back-off pulling image "${image}": ErrImagePull: ${text}`,
      },
    },
  };
  const creating = { state: { waiting: { reason: "ContainerCreating" } } };
  const normal = { type: "Normal", container };
  const told = (pod: KubeObject) => [
    event(pod, "Pulling", `Pulling image "${image}"`, {
      ...normal,
      secondsAgo: 60,
      firstSecAgo: 200,
      count: 4,
    }),
    event(pod, "Failed", `Failed to pull image "${image}": ${text}`, {
      container,
      secondsAgo: 40,
      firstSecAgo: 180,
      count: 4,
    }),
    event(pod, "Failed", "Error: ErrImagePull", { container, secondsAgo: 40, firstSecAgo: 180, count: 4 }),
    event(pod, "BackOff", `Back-off pulling image "${image}"`, {
      ...normal,
      secondsAgo: 12,
      firstSecAgo: 179,
    }),
    event(pod, "Failed", "Error: ImagePullBackOff", {
      container,
      secondsAgo: 12,
      firstSecAgo: 179,
      count: 6,
    }),
  ];
  const tryingAgain = (pod: KubeObject) => [
    ...told(pod).filter((it) => it.reason !== "Pulling"),
    event(pod, "Pulling", `Pulling image "${image}"`, {
      ...normal,
      secondsAgo: 5,
      firstSecAgo: 200,
      count: 5,
    }),
  ];
  const rebooted = {
    lastState: {
      terminated: {
        exitCode: 255,
        reason: "Unknown",
        startedAt: ago(90_000),
        finishedAt: ago(300),
        containerID: "containerd://a",
      },
    },
    restartCount: 3,
    imageID: "R/app@sha256:11",
  };
  return [
    { name: "bare, before its events have arrived", status: bare },
    { name: "bare", status: bare, events: told },
    { name: "prefixed", status: prefixed, events: told },
    { name: "prefixed, while the next try runs", status: prefixed, events: tryingAgain },
    { name: "prefixed, its events expired", status: prefixed },
    { name: "a kubelet that has just started knows only the events", status: creating, events: told },
    {
      name: "a kubelet that tells the cause only in the event",
      events: told,
      status: {
        state: { waiting: { reason: "ImagePullBackOff", message: `Back-off pulling image "${image}"` } },
      },
    },
    { name: "bare, of a container that ran before a reboot", status: { ...bare, ...rebooted } },
    { name: "prefixed, of a container that ran before a reboot", status: { ...prefixed, ...rebooted } },
  ];
}

interface End {
  exitCode: number;
  reason: string;
  message?: string;
  /** How long it ran. */
  ranSec?: number;
}

/** How a container that ends again and again looks at every moment, from its third start on. */
export function crashPhases(end: End, options: { runs?: boolean; since?: number } = {}): Phase[] {
  const { exitCode, reason, message, ranSec = 3 } = end;
  const ended = (secondsAgo: number) => ({
    terminated: {
      exitCode,
      reason,
      ...(message === undefined ? {} : { message }),
      // A container that could not be started has the beginning of time here.
      startedAt: reason === "StartError" ? "1970-01-01T00:00:00Z" : ago(secondsAgo + ranSec),
      finishedAt: ago(secondsAgo),
      containerID: "containerd://a",
    },
  });
  const backOff = {
    waiting: {
      reason: "CrashLoopBackOff",
      message: "back-off 20s restarting failed container=app pod=app_NS(UID)",
    },
  };
  const image = { imageID: "R/app@sha256:11" };
  const phases: Phase[] = [
    { name: "terminated", status: { ...image, restartCount: 3, state: ended(1), lastState: ended(40) } },
    { name: "backing off", status: { ...image, restartCount: 3, state: backOff, lastState: ended(12) } },
    {
      name: "backing off for long",
      status: { ...image, restartCount: 3, state: backOff, lastState: ended(290) },
    },
  ];
  if (options.runs === false) return phases;
  const running = (secondsAgo: number, restartCount: number, ready: boolean, lastAgo: number): Json => ({
    ...image,
    restartCount,
    ready,
    started: ready,
    state: { running: { startedAt: ago(secondsAgo) } },
    lastState: ended(lastAgo),
  });
  return [
    ...phases,
    { name: "running again", status: running(1, 4, true, 41) },
    { name: "running again, its probe not yet asked", status: running(1, 4, false, 41) },
    { name: "about to end again", status: running(Math.max(1, ranSec - 1), 4, true, 300) },
  ];
}

/** Phases of a container that cannot be started at all. */
export function startErrorPhases(message: string): Phase[] {
  const last = crashPhases({ exitCode: 128, reason: "StartError", message }, { runs: false });
  const lastState = (last[1]?.status as Json).lastState;
  const image = { imageID: "R/app@sha256:11" };
  return [
    {
      name: "first try",
      status: { ...image, restartCount: 0, state: { waiting: { reason: "RunContainerError", message } } },
    },
    {
      name: "could not be run",
      status: {
        ...image,
        restartCount: 3,
        lastState,
        state: { waiting: { reason: "RunContainerError", message } },
      },
    },
    ...last.filter((it) => it.name !== "terminated"),
  ];
}
