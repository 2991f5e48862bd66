import { componentOfPod } from "./component_of_pod.ts";
import type { PodView } from "./snapshot.ts";

/** Whether any container of a part has ever run: only then is there a log to read. */
export function hasRun(pods: readonly PodView[], component: string): boolean {
  return pods.some((pod) =>
    componentOfPod(pod).name === component &&
    pod.containers.some(({ state, lastState }) =>
      [state, lastState].some((it) =>
        it.kind === "running" || it.kind === "terminated" && it.reason !== "StartError"
      )
    )
  );
}
