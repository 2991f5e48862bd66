import type { SettingsRefusal } from "../agent/settings/settings_service.ts";
import { operationProblem } from "./operation_problem.ts";
import { conflict, type Problem } from "./problem.ts";

/** Why a change of settings was refused, in words. */
export function settingsProblem(reply: SettingsRefusal): Problem {
  switch (reply.reason) {
    case "not-set-up":
      return conflict(
        reply.reason,
        "Not set up yet",
        "Set this appliance up first. Until then its answers are changed in setup.",
      );
    case "nothing-changed":
      return conflict(
        reply.reason,
        "Nothing to change",
        "These settings are the ones that count already.",
      );
    default:
      return operationProblem(reply, {
        nothingToResume: "The settings are not waiting for this. Look at their page for where they stand.",
        nothingSubmitted: ["No change yet", "Enter the change first."],
        refused: "This change is refused",
      });
  }
}
