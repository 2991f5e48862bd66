import type { OperationView } from "../operation/operation.ts";
import { RESUME_RELEASES } from "./steps/hold.ts";

/** Which parts an update that is over still holds, and when it lets them go; `undefined`: none. Pure. */
export function heldSentence({ state, owed }: Pick<OperationView, "state" | "owed">): string | undefined {
  if (state.status === "running") return undefined;
  const held = owed.flatMap(({ id, data: { releases } }) =>
    id === RESUME_RELEASES && Array.isArray(releases) ? releases.map(String) : []
  );
  return held.length === 0
    ? undefined
    : `Still held: ${
      [...new Set(held)].join(", ")
    }. They are let go by themselves as soon as Kubernetes answers.`;
}
