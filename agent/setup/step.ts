import type { Step as OperationStep, StepTools } from "../operation/step.ts";
import type { RegistryClient, RegistryMirrors } from "../registry/registry.ts";
import type { ResolvedRelease } from "../release/mod.ts";
import type { KubeClient } from "../../k8s/mod.ts";
import type { StoredInputs } from "./inputs/stored.ts";
import type { LoginWatch } from "./login_watch.ts";
import type { StepId } from "./setup_state.ts";

/** What a step of setup may use. Everything that leaves the process comes in here. */
export interface StepContext extends StepTools {
  inputs: StoredInputs;
  registry: RegistryClient;
  mirrors: RegistryMirrors;
  agentPort: number;
  downloadUrl: string | undefined;
  /** `undefined` while there is no kubeconfig. */
  connectKube(): Promise<KubeClient | undefined>;
  /** The release of the resolve step. @throws {AgentError} RELEASE_INVALID before that step. */
  release(): Promise<ResolvedRelease>;
  login: LoginWatch;
}

/** One step of setup. */
export interface Step extends OperationStep<StepContext, StepId> {
  /** Its words in install-state.json, which other tools read. */
  installState: { status: string; phase: string };
}
