import type { OperationView } from "../operation/operation.ts";

/** Who stopped the newest update; `undefined` where nobody did. Checks that were asked for alone are no update. */
export function stoppedBy({ state, inputs }: Pick<OperationView, "state" | "inputs">): string | undefined {
  return state.status === "cancelled" && inputs["checksOnly"] !== true ? state.by : undefined;
}
