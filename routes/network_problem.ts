import type { NetworkRefusal } from "../agent/network/network_service.ts";
import { operationProblem } from "./operation_problem.ts";
import { conflict, type Problem } from "./problem.ts";

/** Why a change of the network was refused, in words. */
export function networkProblem(reply: NetworkRefusal): Problem {
  if (reply.reason === "no-trial") {
    return conflict(
      reply.reason,
      "Nothing is being tried",
      "If there was a change, its time is over or somebody has decided. The page Network shows what counts; enter a change there.",
    );
  }
  if (reply.reason === "not-taken-up") {
    return conflict(
      reply.reason,
      "Not yet",
      "The new settings are being taken up. Keep them in some seconds, once they are there.",
    );
  }
  return operationProblem(reply, {
    nothingToResume: "The network is not waiting for this. Look at its page for where it stands.",
    nothingSubmitted: ["No change yet", "Enter the change first."],
    refused: "This change is refused",
  });
}
