import { AgentError } from "../error.ts";
import type { StepTools } from "../operation/step.ts";
import type { RegistryClient, RegistryMirrors } from "../registry/registry.ts";
import type { ResolvedRelease } from "../release/mod.ts";
import type { KubeClient } from "../../k8s/mod.ts";
import type { Settings } from "./settings.ts";
import type { CurrentSettings } from "./settings_store.ts";

/** What the steps of a change may use. */
export interface SettingsContext extends StepTools {
  /** As they are to be. */
  settings: Settings;
  /** Who asked. */
  by: string;
  /** As they are now, by our own record. */
  current(): Promise<CurrentSettings>;
  registry: RegistryClient;
  mirrors: RegistryMirrors;
  agentPort: number;
  /** `undefined` while there is no kubeconfig. */
  connectKube(): Promise<KubeClient | undefined>;
  /** The release that is installed; `undefined` when it is not on record. */
  release(): Promise<ResolvedRelease | undefined>;
}

/** The installed release. @throws {AgentError} RELEASE_INVALID when it is not on record: values must not be made up. */
export async function requireRelease(
  { release }: Pick<SettingsContext, "release">,
): Promise<ResolvedRelease> {
  const found = await release();
  if (found) return found;
  throw new AgentError("RELEASE_INVALID", "The record of the installed release can no longer be read", {
    hint: "Send what this prints to Alga support: sudo alga-agent status --for-support",
    retrySafe: false,
  });
}
