import type { AgentUpdateRefusal } from "../agent/self_update/agent_update_service.ts";
import { operationProblem } from "./operation_problem.ts";
import { conflict, type Problem } from "./problem.ts";

/** Why an update of the agent was refused, in words. */
export function agentUpdateProblem(reply: AgentUpdateRefusal): Problem {
  switch (reply.reason) {
    case "no-agent":
      return conflict(
        reply.reason,
        "No newer agent",
        "The release that the channel leads to names no newer agent for this machine, or the channel could not be asked.",
      );
    case "by-hand":
      return conflict(
        reply.reason,
        "This agent was started by hand",
        "Only the one that its service runs updates itself: sudo alga-agent install.",
      );
    default:
      return operationProblem(reply, {
        nothingToResume: "No update of the agent is waiting for this.",
        nothingSubmitted: ["No update of the agent yet", "Start one first."],
        refused: "This update of the agent is refused",
      });
  }
}
