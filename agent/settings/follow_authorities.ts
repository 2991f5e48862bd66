import type { Clock } from "../clock.ts";
import { errorText } from "../error.ts";
import { followFile } from "../host/follow_file.ts";
import type { Host } from "../host/host.ts";
import { SYSTEM_AUTHORITIES } from "../net/settings.ts";
import type { Report } from "../report.ts";
import { areAuthoritiesRight, readAuthorities } from "../setup/steps/flux_authorities.ts";
import type { Say } from "../text/log_line.ts";
import type { KubeClient } from "../../k8s/mod.ts";
import type { SettingsService } from "./settings_service.ts";

/** Where the file cannot be watched, and while Kubernetes does not answer. */
const LOOK_MS = 60_000;
/** Who asked, as it is kept and shown. */
export const AUTHORITIES_FOLLOWER = "the agent, because this machine trusts other authorities";

/** What following needs. */
export interface FollowAuthoritiesDeps {
  host: Host;
  clock: Clock;
  settings: Pick<SettingsService, "look" | "current" | "apply">;
  /** `undefined` while there is no kubeconfig. */
  connectKube(): Promise<KubeClient | undefined>;
  say: Say;
}

/**
 * Flux trusts what this machine trusts, also after somebody has run update-ca-certificates: the steps of a change of settings
 * bring it to the cluster. Ends with the signal.
 */
export async function followAuthorities(deps: FollowAuthoritiesDeps, signal: AbortSignal): Promise<void> {
  const { host, clock, settings, say } = deps;
  /** What the cluster is known to have: it is asked only when the file says something else. */
  let known: string | undefined;
  const look = async () => {
    const text = await readAuthorities(host);
    if (text === undefined || text === known) return;
    const { isSetUp, operation } = await settings.look();
    // A change that waits for a person is not swept away.
    if (!isSetUp || ["running", "failed", "blocked"].includes(operation.state.status)) return;
    const kube = await deps.connectKube();
    if (!kube) return;
    if (await areAuthoritiesRight(host, kube)) {
      known = text;
      return;
    }
    const now = await settings.current();
    const reply = now && await settings.apply(now, { by: AUTHORITIES_FOLLOWER, isFollowing: true });
    // Refused while something else is under way: it is asked again.
    if (reply?.ok) say("notice", "Flux is given the authorities that this machine trusts now");
  };
  const report: Report = (_what, error) =>
    say("warning", `The authorities of this machine could not be followed: ${errorText(error)}`);
  await followFile(host, SYSTEM_AUTHORITIES, look, { clock, signal, pollMs: LOOK_MS, report });
}
