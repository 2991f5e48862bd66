import type { Engine, OperationView } from "../operation/operation.ts";

/** Calls the listener after each change of an update of the agent; gives the way to stop. */
export function onAgentUpdate(engine: Pick<Engine, "subscribe">, listener: () => void): () => void {
  return engine.subscribe((name) => {
    if (name === "agent-update") listener();
  });
}

/** Why the last update of the agent ended badly; `undefined` when it did not. Pure. */
export function agentUpdateFailure(
  view: OperationView | undefined,
): { message: string; next: string; since: string } | undefined {
  if (view?.state.status !== "failed") return undefined;
  const { message, suggestedNextStep, at } = view.state.failure;
  return { message, next: suggestedNextStep, since: at };
}
