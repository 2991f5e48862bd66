import type { Clock } from "../clock.ts";
import { errorText } from "../error.ts";
import { followFile } from "../host/follow_file.ts";
import type { Host } from "../host/host.ts";
import { parseResolvConf, readResolvers } from "../host/network_facts.ts";
import type { Report } from "../report.ts";
import type { Say } from "../text/log_line.ts";
import { PATHS } from "../state/paths.ts";
import type { SettingsService } from "./settings_service.ts";

/** Written by systemd-resolved when a lease or a person changes the servers. */
const RESOLVED_FILE = "/run/systemd/resolve/resolv.conf";
/** Where that file cannot be watched, and while servers are held. */
const LOOK_MS = 15_000;
/** DHCP may give and take servers in a moment (a lease, a cable): what stays this long counts. */
export const HOLD_MS = 60_000;
/** Who asked, as it is kept and shown. */
export const FOLLOWER = "the agent, because this machine has other DNS servers";

/** What following needs. */
export interface FollowDeps {
  host: Host;
  clock: Clock;
  settings: Pick<SettingsService, "look" | "current" | "apply">;
  say: Say;
}

/**
 * Cluster DNS follows the servers of this machine where the settings say so: once other ones have stayed for a minute, the same
 * steps bring them to the cluster that bring a change of settings. Ends with the signal.
 */
export async function followResolvers(deps: FollowDeps, signal: AbortSignal): Promise<void> {
  const { host, clock, settings, say } = deps;
  /** Servers that the cluster does not have, and since when they have been seen. */
  let held: { servers: string; sinceMs: number } | undefined;
  const look = async () => {
    const servers = await newServers(host, settings);
    if (servers === undefined) held = undefined;
    else if (held?.servers !== servers) held = { servers, sinceMs: clock.nowMs() };
    else if (clock.nowMs() - held.sinceMs >= HOLD_MS) {
      const now = await settings.current();
      const reply = now && await settings.apply(now, { by: FOLLOWER, isFollowing: true });
      // Refused while something else is under way: it is asked again.
      if (!reply?.ok) return;
      say("notice", `The cluster follows this machine's DNS servers: ${servers}`);
      held = undefined;
    }
  };
  const report: Report = (_what, error) =>
    say("warning", `The DNS servers of this machine could not be followed: ${errorText(error)}`);
  await followFile(host, RESOLVED_FILE, look, { clock, signal, pollMs: LOOK_MS, report });
}

/** Servers of this machine that pods do not have and should; `undefined` when there is nothing to do, or it is being done. */
async function newServers(host: Host, settings: FollowDeps["settings"]): Promise<string | undefined> {
  const servers = await readResolvers(host);
  const ofPods = parseResolvConf(await host.readText(PATHS.k3sResolvConf) ?? "");
  if (servers.length === 0 || ofPods.length === 0 || servers.join() === ofPods.join()) return undefined;
  if ((await settings.current())?.dnsMode !== "system") return undefined;
  const { isSetUp, operation } = await settings.look();
  // A change that waits for a person is not swept away.
  const isBusy = ["running", "failed", "blocked"].includes(operation.state.status);
  return isSetUp && !isBusy ? servers.join(", ") : undefined;
}
