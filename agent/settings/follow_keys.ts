import { errorText } from "../error.ts";
import { followFolder } from "../host/follow_file.ts";
import type { Report } from "../report.ts";
import { areKeysRight, readKeyIds } from "../setup/steps/source_keys.ts";
import { PATHS } from "../state/paths.ts";
import { createBringer, type FollowFluxDeps } from "./bring_to_flux.ts";

/** For the day on which a key retires, where the folder cannot be watched, and while Kubernetes does not answer. */
const LOOK_MS = 60_000;
/** Who asked, as it is kept and shown. */
export const KEYS_FOLLOWER = "the agent, because other keys of releases count here";

/**
 * Flux verifies by the keys that count here, also after a site has put one into its folder or taken one away, after the day on
 * which one retires, and with an agent that brings others: the steps of a change of settings bring them to the cluster. Ends with
 * the signal.
 */
export async function followKeys(deps: FollowFluxDeps, signal: AbortSignal): Promise<void> {
  const { host, clock, say } = deps;
  const look = createBringer(deps, {
    read: () => readKeyIds({ host, clock }),
    isRight: (kube) => areKeysRight(kube, { host, clock }),
    by: KEYS_FOLLOWER,
    begun: "Flux is given the keys whose signatures count here now",
  });
  const report: Report = (_what, error) =>
    say("warning", `The keys of releases could not be followed: ${errorText(error)}`);
  await followFolder(host, PATHS.keyFolder, look, { clock, signal, pollMs: LOOK_MS, report });
}
