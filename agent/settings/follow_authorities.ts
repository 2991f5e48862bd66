import { errorText } from "../error.ts";
import { followFile } from "../host/follow_file.ts";
import { SYSTEM_AUTHORITIES } from "../net/settings.ts";
import type { Report } from "../report.ts";
import { areAuthoritiesRight, readAuthorities } from "../setup/steps/flux_authorities.ts";
import { createBringer, type FollowFluxDeps } from "./bring_to_flux.ts";

/** Where the file cannot be watched, and while Kubernetes does not answer. */
const LOOK_MS = 60_000;
/** Who asked, as it is kept and shown. */
export const AUTHORITIES_FOLLOWER = "the agent, because this machine trusts other authorities";

/**
 * Flux trusts what this machine trusts, also after somebody has run update-ca-certificates: the steps of a change of settings
 * bring it to the cluster. Ends with the signal.
 */
export async function followAuthorities(deps: FollowFluxDeps, signal: AbortSignal): Promise<void> {
  const { host, clock, say } = deps;
  const look = createBringer(deps, {
    read: () => readAuthorities(host),
    isRight: (kube) => areAuthoritiesRight(host, kube),
    by: AUTHORITIES_FOLLOWER,
    begun: "Flux is given the authorities that this machine trusts now",
  });
  const report: Report = (_what, error) =>
    say("warning", `The authorities of this machine could not be followed: ${errorText(error)}`);
  await followFile(host, SYSTEM_AUTHORITIES, look, { clock, signal, pollMs: LOOK_MS, report });
}
