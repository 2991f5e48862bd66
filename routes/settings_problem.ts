import type { SettingsRefusal } from "../agent/settings/settings_service.ts";
import { utcTime } from "../agent/text/utc_time.ts";
import { acceptanceProblem, type Problem } from "./problem.ts";

/** Why a change of settings was refused, in words. */
export function settingsProblem(reply: SettingsRefusal): Problem {
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
      return conflict(
        "Not set up yet",
        "Set this appliance up first. Until then its answers are changed in setup.",
      );
    case "nothing-changed":
      return conflict("Nothing to change", "These settings are the ones that count already.");
    case "not-waiting-for-this":
      return conflict(
        "Nothing to resume",
        "The settings are not waiting for this. Look at their page for where they stand.",
      );
    case "nothing-submitted":
      return conflict("No change yet", "Enter the change first.");
    case "needs-acknowledgement":
    case "not-overridable":
      return acceptanceProblem(reply, "check again");
    case "inputs-refused":
      return conflict(
        "This change is refused",
        reply.changes.map((it) => `${it.field}: ${it.reason ?? it.means}`).join("; "),
      );
  }
}
