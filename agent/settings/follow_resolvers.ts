import type { Clock } from "../clock.ts";
import { errorText } from "../error.ts";
import { followFile } from "../host/follow_file.ts";
import type { Host } from "../host/host.ts";
import { parseResolvConf, readResolvers } from "../host/network_facts.ts";
import type { Report } from "../report.ts";
import type { Say } from "../text/log_line.ts";
import { PATHS } from "../state/paths.ts";
import { heldBackBy } from "./held_back.ts";
import type { SettingsService } from "./settings_service.ts";

/** Written by systemd-resolved when a lease or a person changes the servers. */
const RESOLVED_FILE = "/run/systemd/resolve/resolv.conf";
/** Where that file cannot be watched, and while servers are held. */
const LOOK_MS = 15_000;
/** DHCP may give and take servers in a moment (a lease, a cable): what stays this long counts. */
export const HOLD_MS = 60_000;
/** Who asked, as it is kept and shown. */
export const FOLLOWER = "the agent, because this machine has other DNS servers";

/** Who else works is waited for this long before somebody is told. */
const REFUSED_MS = 10 * 60_000;

/** What following needs. */
export interface FollowDeps {
  host: Host;
  clock: Clock;
  settings: Pick<SettingsService, "look" | "current" | "apply">;
  say: Say;
}

/** Servers of this machine that the cluster does not have and does not get without somebody. */
export interface StaleResolvers {
  servers: string;
  /** Those that pods ask. */
  asked: string;
  /** A change of settings waits for somebody, one has failed, or none could be begun. */
  why: "waits" | "failed" | "refused";
  since: string;
}

/** Cluster DNS and the DNS servers of this machine. */
export interface ResolverFollower {
  /** What the cluster does not follow, and why; `undefined` while all is well or on its way. */
  stale(): StaleResolvers | undefined;
  /** Follows until the signal aborts. Never throws. */
  follow(signal: AbortSignal): Promise<void>;
}

/** Servers of this machine that pods do not have. */
interface Difference {
  servers: string;
  asked: string;
  /** Why the change that brings them cannot be begun now. */
  heldBack?: "waits" | "failed";
}

/**
 * Cluster DNS follows the servers of this machine where the settings say so: once other ones have stayed for a minute, the same
 * steps bring them to the cluster that bring a change of settings. Where that cannot be, `stale()` says so.
 */
export function createResolverFollower({ host, clock, settings, say }: FollowDeps): ResolverFollower {
  let held: Difference & { sinceMs: number } | undefined;
  let stale: StaleResolvers | undefined;

  async function look(): Promise<void> {
    const found = await readDifference(host, settings);
    const sinceMs = held && held.servers === found?.servers ? held.sinceMs : clock.nowMs();
    held = found && { ...found, sinceMs };
    const heldMs = clock.nowMs() - sinceMs;
    if (held === undefined || heldMs < HOLD_MS) return void (stale = undefined);
    const { servers, asked, heldBack } = held;
    const since = new Date(sinceMs).toISOString();
    if (heldBack !== undefined) return void (stale = { servers, asked, why: heldBack, since });
    stale = heldMs < REFUSED_MS ? undefined : { servers, asked, why: "refused", since };
    const now = await settings.current();
    const reply = now && await settings.apply(now, { by: FOLLOWER, isFollowing: true });
    // Refused while something else is under way: it is asked again.
    if (!reply?.ok) return;
    say("notice", `The cluster follows this machine's DNS servers: ${servers}`);
    held = stale = undefined;
  }

  return {
    stale: () => stale,
    follow(signal) {
      const report: Report = (_what, error) =>
        say("warning", `The DNS servers of this machine could not be followed: ${errorText(error)}`);
      return followFile(host, RESOLVED_FILE, look, { clock, signal, pollMs: LOOK_MS, report });
    },
  };
}

/** `undefined` when there is nothing to do, or it is being done. */
async function readDifference(host: Host, settings: FollowDeps["settings"]): Promise<Difference | undefined> {
  const servers = await readResolvers(host);
  const ofPods = parseResolvConf(await host.readText(PATHS.k3sResolvConf) ?? "");
  if (servers.length === 0 || ofPods.length === 0 || servers.join() === ofPods.join()) return undefined;
  if ((await settings.current())?.dnsMode !== "system") return undefined;
  const heldBack = heldBackBy(await settings.look());
  if (heldBack === "busy") return undefined;
  return { servers: servers.join(", "), asked: ofPods.join(", "), ...(heldBack ? { heldBack } : {}) };
}
