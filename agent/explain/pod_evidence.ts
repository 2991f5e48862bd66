import { clip } from "../text/clip.ts";
import type { ContainerProblem } from "../facts/container_problem.ts";
import type { PodView } from "../facts/snapshot.ts";
import type { EvidenceLine } from "./blocker.ts";
import type { Finding } from "./finding.ts";

const STOPPED_FOR = "Stopped for";
const EXIT_CODE = "Exit code";

/** How a container ended, and what the kubelet stopped it for. */
export function endEvidence(
  { reason, exitCode, stoppedFor }: { reason: string; exitCode: number | undefined; stoppedFor: string },
): Finding["evidence"] {
  return [
    { label: "Ended with", text: reason || "unknown" },
    { label: EXIT_CODE, text: `${exitCode ?? "unknown"}` },
    ...(stoppedFor === "" ? [] : [{ label: STOPPED_FOR, text: clip(stoppedFor, 400) }]),
  ];
}

/** What {@link endEvidence} has written down, for the memory of the status; `undefined` where nothing was stopped. */
export function readStop(evidence: Finding["evidence"]): { exitCode: number; text: string } | undefined {
  const of = (label: string) => evidence.find((it) => it.label === label)?.text;
  const text = of(STOPPED_FOR);
  const exitCode = Number(of(EXIT_CODE));
  return text === undefined || !Number.isInteger(exitCode) ? undefined : { exitCode, text };
}

/** Exact object, state and message of a container, for support. */
export function containerEvidence(problem: ContainerProblem, text: string): Finding["evidence"] {
  const { pod, container } = problem;
  const state = container.state.reason || container.state.kind;
  return [
    objectLine(pod, `Pod ${pod.namespace}/${pod.name}, container ${container.name}`),
    {
      label: "State",
      text: container.restartCount > 0 ? `${state}, ${container.restartCount} restarts` : state,
    },
    ...(text === "" ? [] : [{ label: "Message", text }]),
    { label: "Image", text: container.image },
  ];
}

/** A pod as evidence. */
export function podEvidence(pod: PodView, message: string, at?: string): Finding["evidence"] {
  return [
    objectLine(pod, `Pod ${pod.namespace}/${pod.name}`),
    { label: "State", text: pod.reason || pod.phase },
    ...(message === "" ? [] : [{ label: "Message", text: message }]),
    ...(at === undefined ? [] : [{ label: "Time", text: at }]),
  ];
}

function objectLine({ namespace, name }: PodView, text: string): EvidenceLine {
  return { label: "Object", text, pod: { namespace, name } };
}
