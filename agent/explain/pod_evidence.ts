import type { ContainerProblem } from "../facts/container_problem.ts";
import type { PodView } from "../facts/snapshot.ts";
import type { Finding } from "./finding.ts";

/** Exact object, state and message of a container, for support. */
export function containerEvidence(problem: ContainerProblem, text: string): Finding["evidence"] {
  const { pod, container } = problem;
  const state = container.state.reason || container.state.kind;
  return [
    { label: "Object", text: `Pod ${pod.namespace}/${pod.name}, container ${container.name}` },
    {
      label: "State",
      text: container.restartCount > 0 ? `${state}, ${container.restartCount} restarts` : state,
    },
    ...(text === "" ? [] : [{ label: "Message", text }]),
    { label: "Image", text: container.image },
  ];
}

/** A pod as evidence. */
export function podEvidence(pod: PodView, message: string): Finding["evidence"] {
  return [
    { label: "Object", text: `Pod ${pod.namespace}/${pod.name}` },
    { label: "State", text: pod.reason || pod.phase },
    ...(message === "" ? [] : [{ label: "Message", text: message }]),
  ];
}
