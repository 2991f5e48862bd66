import type { SettingsRefusal } from "../agent/settings/settings_service.ts";
import { utcTime } from "../agent/text/utc_time.ts";
import { acceptanceProblem, conflict, type Problem } from "./problem.ts";

/** What the engine refuses, whichever operation is asked for. */
type EngineRefusal = Exclude<SettingsRefusal, { reason: "not-set-up" | "nothing-changed" }>;

/** What differs between operations in the words of a refusal. */
export interface OperationWords {
  nothingToResume: string;
  nothingSubmitted: readonly [title: string, detail: string];
  refused: string;
}

/** Why an operation was refused, in words. */
export function operationProblem(reply: EngineRefusal, words: OperationWords): Problem {
  const { reason } = reply;
  switch (reply.reason) {
    case "locked":
      return conflict(
        reason,
        "Another session is working on this appliance",
        `It was started by ${reply.holder} at ${
          utcTime(reply.since)
        }. Wait until it has ended, then try again.`,
      );
    case "record-damaged":
      return conflict(
        reason,
        "The record of this appliance is damaged",
        "Nothing is changed before somebody has decided what counts: open the page Set up.",
      );
    case "not-waiting-for-this":
      return conflict(reason, "Nothing to resume", words.nothingToResume);
    case "nothing-submitted":
      return conflict(reason, ...words.nothingSubmitted);
    case "needs-acknowledgement":
    case "not-overridable":
    case "unknown-checks":
      return acceptanceProblem(reply, "check again");
    case "inputs-refused":
      return conflict(
        reason,
        words.refused,
        reply.changes.map((it) => `${it.field}: ${it.reason ?? it.means}`).join("; "),
      );
  }
}
