import { openConditions } from "./conditions.ts";
import type { FoldedOperation } from "./fold_operation.ts";
import type { Operation, OperationState, OperationView, Owed } from "./operation.ts";
import type { Progress, Step } from "./step.ts";

/** What the journal does not know: it is lost with the process. */
export interface LiveOperation {
  /** What the running step said last; empty before it has said anything. */
  message: string;
  log: OperationView["log"];
  /** The journal itself cannot be written: shown in place of what it says. */
  broken: OperationState | undefined;
  /** When the network is looked at next, in place of the next attempt's time. */
  probeAt: string | undefined;
  /** How far the running step has come, and when it last came on. */
  counted: { stepId: string; progress: Progress; progressAt: string } | undefined;
  owed: readonly Owed[];
  mayCancel: boolean;
}

/** What the faces show: the journal's word and what goes on beside it. */
export function toOperationView(
  operation: Pick<Operation<unknown>, "name" | "title" | "gate"> & {
    steps: readonly Pick<Step, "id" | "title" | "usualDurationSec">[];
  },
  folded: FoldedOperation,
  live: LiveOperation,
): OperationView {
  const { gate, name, title } = operation;
  const { request, report, accepted } = folded;
  const conditions = gate && report !== undefined ? openConditions(gate.conditions(report), accepted) : [];
  return {
    name,
    title,
    state: shownState(folded.state, live),
    by: typeof request?.data.by === "string" ? request.data.by : undefined,
    requestedAt: request?.at,
    steps: operation.steps.map(({ id, title, usualDurationSec }) => {
      const row = folded.rows[id] ?? { status: "waiting" };
      const isRunning = row.status === "running";
      const { stepId, ...counted } = live.counted ?? {};
      return {
        id,
        title,
        ...row,
        ...isRunning && live.message !== "" ? { message: live.message } : {},
        ...isRunning && stepId === id ? counted : {},
        ...usualDurationSec === undefined ? {} : { usualDurationSec },
      };
    }),
    inputs: request?.data ?? {},
    changes: folded.changes,
    report,
    conditions,
    accepted,
    owed: live.owed,
    mayCancel: live.mayCancel,
    log: [...live.log],
  };
}

function shownState(
  state: OperationState,
  { message, broken, probeAt }: Pick<LiveOperation, "message" | "broken" | "probeAt">,
): OperationState {
  if (broken) return broken;
  if (state.status === "running") return { ...state, message };
  return state.status === "failed" && probeAt !== undefined ? { ...state, nextAttemptAt: probeAt } : state;
}
