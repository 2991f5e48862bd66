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
  /** The release that is installed; `undefined` when neither our record nor the cluster tells. */
  release(): Promise<ResolvedRelease | undefined>;
}
