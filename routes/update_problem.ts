import type { UpdateRefusal } from "../agent/update/update_service.ts";
import { utcTime } from "../agent/text/utc_time.ts";
import { acceptanceProblem, type Problem } from "./problem.ts";

/** Why an update was refused, in words. */
export function updateProblem(reply: UpdateRefusal): Problem {
  const { reason } = reply;
  const conflict = (title: string, detail: string): Problem => ({ status: 409, title, detail, reason });
  switch (reply.reason) {
    case "locked":
      return conflict(
        "Another session is working on this appliance",
        `It was started by ${reply.holder} at ${
          utcTime(reply.since)
        }. Wait until it has ended, then try again.`,
      );
    case "record-damaged":
      return conflict(
        "The record of this appliance is damaged",
        "Nothing is changed before somebody has decided what counts: open the page Set up.",
      );
    case "not-set-up":
      return conflict("Not set up yet", "Set this appliance up first. It then installs the newest release.");
    case "no-update":
      switch (reply.answer) {
        case "update-available":
          return conflict(
            "The channel leads to another release now",
            "Look at the plan again: it shows the release that the channel leads to now.",
          );
        case "up-to-date":
          return conflict("Nothing to update", "The installed release is the newest of its channel.");
        default:
          return conflict(
            "It is not known whether there is an update",
            `The channel could not be asked${
              reply.problem === undefined ? "" : `: ${reply.problem}`
            }. See on the status page whether the registry can be reached, then ask again.`,
          );
      }
    case "not-waiting-for-this":
      return conflict(
        "Nothing to resume",
        "No update is waiting for this. Look at the page Updates for where it stands.",
      );
    case "nothing-submitted":
      return conflict("No update yet", "Start one first.");
    case "needs-acknowledgement":
    case "not-overridable":
      return acceptanceProblem(reply, "check again");
    case "inputs-refused":
      return conflict(
        "This update is refused",
        reply.changes.map((it) => `${it.field}: ${it.reason ?? it.means}`).join("; "),
      );
  }
}
