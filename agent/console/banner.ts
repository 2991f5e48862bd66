import type { Clock } from "../clock.ts";
import type { Host } from "../host/host.ts";
import { type Banner, writeBanner } from "../state/banner_files.ts";
import type { Say } from "../text/log_line.ts";
import { utcMinute } from "../text/utc_time.ts";
import { toCells } from "./cells.ts";
import type { ConsoleDocument } from "./document.ts";
import type { ConsoleFeed } from "./feed.ts";
import { addressLines } from "./frames/network.ts";

/** Nothing tells of some changes (a file was taken away): the files are looked at this often. */
const LOOK_MS = 10 * 60_000;
const RETRY_MS = 5_000;

/** What /etc/issue.d and motd say. In ASCII: who reads it may sit at any terminal. */
export function bannerOf({ build, network, setup, status, token }: ConsoleDocument): Banner {
  const { urls, rollup, tiers } = status;
  const made = build.builtAt === "" ? build.commit : utcMinute(build.builtAt);
  const done = setup.steps.filter((it) => it.status === "done").length;
  const progress = setup.state.status === "running" ? ` (step ${done + 1} of ${setup.steps.length})` : "";
  const lines = [
    `Alga appliance, agent ${build.version} of ${made}`,
    `State:       ${rollup.message}${progress}`,
    ...addressLines(network),
    `Open:        ${urls.statusUrl} in a browser: the page is the main way to set up and to look after it`,
    ...tiers.login.ready && urls.loginUrl !== null ? [`Alga:        ${urls.loginUrl}`] : [],
    "Login here:  with the account that was made when the system was installed",
    "Token:       sudo alga-agent token show (forgotten, or signed out everywhere: token rotate)",
    "No browser:  sudo alga-agent console",
    "Logs:        journalctl -u alga-appliance -u k3s",
  ];
  return {
    lines: lines.map((it) => toCells(it, "ascii")),
    secretLines: token === null ? [] : [`Setup token: ${token}`],
  };
}

/** Keeps these files as the appliance is, until the signal aborts. A file that cannot be written is a warning, once. */
export async function keepBanner(
  { host, clock, feed, say }: { host: Host; clock: Clock; feed: ConsoleFeed; say: Say },
  signal: AbortSignal,
): Promise<void> {
  let revision: string | undefined;
  let told: string | undefined;
  while (!signal.aborted) {
    const document = await feed.next(revision, LOOK_MS);
    if (signal.aborted) return;
    revision = document.revision;
    const problem = await writeBanner(host, bannerOf(document));
    if (problem !== undefined && problem !== told) say("warning", `The banner cannot be written: ${problem}`);
    told = problem;
    await clock.sleep(RETRY_MS, signal).catch(() => {}); // setup says a lot; a few seconds are soon enough
  }
}
