import type { OperationView } from "../operation/operation.ts";

/** The last change of the network, as far as somebody at the machine has to know. */
export interface NetworkChange {
  isRunning: boolean;
  /** What goes on, what stands in the way, or what became of it. */
  lines: readonly string[];
  /** What may be accepted so that it goes on; none where something may not. */
  acceptIds: readonly string[];
}

/** `null` where nothing was changed, or the last change leaves nothing to say. */
export function changeOf({ state, conditions, by }: OperationView): NetworkChange | null {
  const told = (lines: readonly string[], acceptIds: readonly string[] = []) => ({
    isRunning: state.status === "running",
    lines,
    acceptIds,
  });
  switch (state.status) {
    case "running":
      return told([state.message || "Changing the network"]);
    case "blocked":
      return told(
        ["The change waits for you:", ...conditions.flatMap((it) => [it.cause, `What to do: ${it.wayOut}`])],
        conditions.every((it) => it.mayBeAccepted) ? conditions.map((it) => it.id) : [],
      );
    case "failed":
      return told([state.failure.message, `What to do: ${state.failure.suggestedNextStep}`]);
    case "done":
      return told([`The last change was kept, asked for by ${by ?? "the agent"}.`]);
    default:
      return null;
  }
}
