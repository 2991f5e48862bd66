import type { ResumeReply } from "../agent/update/resume.ts";
import type { RetryPartReply } from "../agent/update/retry_part.ts";
import type { UpdateRefusal } from "../agent/update/update_service.ts";
import { operationProblem } from "./operation_problem.ts";
import { conflict, type Problem } from "./problem.ts";

/** Why an update was refused, in words. */
export function updateProblem(reply: UpdateRefusal): Problem {
  switch (reply.reason) {
    case "not-set-up":
      return conflict(
        reply.reason,
        "Not set up yet",
        "Set this appliance up first. It then installs the newest release.",
      );
    case "no-update":
      return noUpdateProblem(reply);
    default:
      return operationProblem(reply, {
        nothingToResume: "No update is waiting for this. Look at the page Updates for where it stands.",
        nothingSubmitted: ["No update yet", "Start one first."],
        refused: "This update is refused",
      });
  }
}

/** Why nothing goes on, in words. */
export function resumeProblem(reply: UpdateRefusal | Extract<ResumeReply, { ok: false }>): Problem {
  switch (reply.reason) {
    case "nothing-to-resume":
      return conflict(
        reply.reason,
        "Nothing to resume",
        "No update was interrupted or stopped, and no release is paused. A new one begins with its plan on the page Updates.",
      );
    case "cluster-unknown":
      return conflict(
        reply.reason,
        "It is not known what is paused",
        `Kubernetes could not be asked: ${reply.problem}. See on the status page whether it runs, then try again.`,
      );
    default:
      return updateProblem(reply);
  }
}

/** Why a part is not tried again, in words. */
export function retryPartProblem(reply: Extract<RetryPartReply, { ok: false }>): Problem {
  switch (reply.reason) {
    case "unknown-part":
      return conflict(
        reply.reason,
        "There is no such part",
        `No part has this name. These can be tried again: ${reply.known.join(", ")}.`,
      );
    case "part-is-well":
      return conflict(
        reply.reason,
        "There is nothing to try again",
        "The installer is content with this part, and nothing pauses it. Look at the status page for what it needs.",
      );
    case "job-running":
      return conflict(
        reply.reason,
        "It is still at work",
        `The Job ${reply.job} runs, and must not be cut off. Wait until it has ended, then try again.`,
      );
    case "cluster-unknown":
      return conflict(
        reply.reason,
        "It could not be tried again",
        `Kubernetes: ${reply.problem}. See on the status page whether it runs, then try again.`,
      );
    default:
      return resumeProblem(reply);
  }
}

/** Why images are not fetched beforehand, in words. */
export function prepareProblem(reply: UpdateRefusal): Problem {
  if (reply.reason === "not-set-up" || reply.reason === "no-update") return updateProblem(reply);
  return operationProblem(reply, {
    nothingToResume:
      "No fetching of images is waiting for this. Look at the page Updates for where it stands.",
    nothingSubmitted: ["No images were asked for yet", "Start fetching them first."],
    refused: "Fetching these images is refused",
  });
}

function noUpdateProblem(
  { reason, answer, problem, refused }: Extract<UpdateRefusal, { reason: "no-update" }>,
): Problem {
  switch (answer) {
    case "update-available":
      return conflict(
        reason,
        "The channel leads to another release now",
        "Look at the plan again: it shows the release that the channel leads to now.",
      );
    case "up-to-date":
      return conflict(
        reason,
        "Nothing to update",
        "This appliance runs the release that its channel, pin or testing override leads to.",
      );
    default:
      if (refused) {
        return conflict(reason, "The release is not believed", `${problem}. ${refused.remediation}.`);
      }
      return conflict(
        reason,
        "It is not known whether there is an update",
        `The channel could not be asked${
          problem === undefined ? "" : `: ${problem}`
        }. See on the status page whether the registry can be reached, and with "alga-agent channel" whether a release is followed that is not there; then ask again.`,
      );
  }
}
