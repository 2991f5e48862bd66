import type { Obligation, StepTools } from "../operation/step.ts";
import type { RegistryClient, RegistryMirrors } from "../registry/registry.ts";
import type { ResolvedRelease } from "../release/mod.ts";
import type { Settings } from "../settings/settings.ts";
import type { LoginWatch } from "../setup/login_watch.ts";
import type { KubeClient } from "../../k8s/mod.ts";
import type { MaintenanceWindow } from "./maintenance_window.ts";
import type { UpdateRequest } from "./update_request.ts";

/** What the steps of an update may use. */
export interface UpdateContext extends StepTools {
  request: UpdateRequest;
  /** The settings that count now. @throws {AgentError} STATE_DAMAGED when there are none to be read. */
  settings(): Promise<Settings>;
  /** The release that is installed; `undefined` when it is not on record. */
  installed(): Promise<ResolvedRelease | undefined>;
  /** When updates may begin; `undefined` where they always may. */
  window(): Promise<{ window: MaintenanceWindow; timeZone: string } | undefined>;
  registry: RegistryClient;
  mirrors: RegistryMirrors;
  agentPort: number;
  login: LoginWatch;
  /** What keeps the appliance from being well now, in words; empty when nothing does. */
  troubles(): readonly string[];
  /** `undefined` while there is no kubeconfig. */
  connectKube(): Promise<KubeClient | undefined>;
  /** What holds the releases still, from the moment it is owed. One object for the whole run. */
  hold: { owed?: Obligation };
}

/** The release that the update goes to. */
export function targetOf({ request }: Pick<UpdateContext, "request">): ResolvedRelease {
  return request.target;
}

/** Every release that this update leads to: its own, then those that follow on the way. */
export function releasesOf({ request }: Pick<UpdateContext, "request">): readonly ResolvedRelease[] {
  return [request.target, ...request.further ?? []];
}
