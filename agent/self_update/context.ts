import type { StepTools } from "../operation/step.ts";
import type { RegistryClient } from "../registry/registry.ts";
import type { ReleaseKey } from "../trust/mod.ts";
import type { AgentRequest } from "./agent_request.ts";

/** What the steps of an update of the agent may use. */
export interface AgentUpdateContext extends StepTools {
  request: AgentRequest;
  registry: RegistryClient;
  /** Where this agent answers. */
  agentPort: number;
  /** The file of this very program. */
  program: string;
  /** The publisher's keys; those that are compiled in unless a test brings its own. */
  releaseKeys?: readonly ReleaseKey[];
}
