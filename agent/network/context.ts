import type { Obligation, StepTools } from "../operation/step.ts";
import type { LinkSettings } from "./link_settings.ts";
import type { Trial } from "./trial.ts";

/** What the steps of a change of the network work with. */
export interface NetworkContext extends StepTools {
  settings: LinkSettings;
  trial: Trial;
  /** What one step leaves the next of the same walk. */
  tried: { owed?: Obligation | undefined; endsMs?: number; addressesBefore?: readonly string[] };
  /** Kubernetes runs here and has taken down this machine's address. */
  hasKubernetes(): boolean;
}
