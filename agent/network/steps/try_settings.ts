import { AgentError } from "../../error.ts";
import type { Host } from "../../host/host.ts";
import { waitFor } from "../../operation/wait_for.ts";
import type { Step } from "../../operation/step.ts";
import type { NetworkContext } from "../context.ts";
import { linkConfig } from "../link_config.ts";
import { differenceFrom, readNetworkState } from "../link_state.ts";
import { TRIAL_MS } from "../trial.ts";

/** Owed from the moment in which other settings count until somebody has kept them. */
export const RESTORE_LINK = "restore-link";
/** The answer that tells where to look next leaves the machine before its address changes. */
const ANSWER_MS = 1_500;
const APPLY_TIMEOUT_MS = 60_000;
/** A lease and a link that comes up take some seconds. */
const TAKEN_UP_SEC = 20;

/** Gives the link its new settings; the old ones come back unless somebody keeps these. */
export const trySettingsStep: Step<NetworkContext> = {
  id: "try",
  title: "Try the new settings",
  failure: {
    category: "network",
    cannot: "The new settings could not be taken up",
    nextAction:
      'Look at address, gateway and cable ("ip -brief address" shows what there is), then enter them again on the page "Network"',
  },
  usualDurationSec: 5,
  deadlineSec: 120,
  mayCancel: true,
  async look({ host, settings }) {
    const { path, text } = await linkConfig(host, settings);
    return await host.readText(path) === text &&
      differenceFrom(settings, await readNetworkState(host)) === undefined;
  },
  async act(context) {
    const { host, settings, clock, signal, say, trial, tried } = context;
    const config = await linkConfig(host, settings);
    const before = await host.readText(config.path) ?? null;
    const { path, apply } = config;
    const endsMs = clock.nowMs() + ANSWER_MS + TRIAL_MS;
    const { links } = await readNetworkState(host);
    tried.addressesBefore =
      links.find((it) => it.name === settings.link)?.addresses.map((it) => it.address) ?? [];
    tried.owed = await context.owe(RESTORE_LINK, { path, before, apply }, endsMs);
    tried.endsMs = endsMs;
    trial.begin(endsMs);
    await clock.sleep(ANSWER_MS, signal);
    await host.writeFile(path, config.text, { mode: config.mode });
    if (config.validate) await runOrThrow(host, config.validate, signal);
    say(`Giving ${settings.link} its new settings`);
    for (const argv of apply) await runOrThrow(host, argv, signal);
    await waitFor(context, async () => differenceFrom(settings, await readNetworkState(host)) ?? true, {
      what: `${settings.link} to have its new settings`,
      timeoutSec: TAKEN_UP_SEC,
      intervalMs: 500,
    });
  },
  async plan({ host, settings }) {
    const { path, text } = await linkConfig(host, settings);
    const found = await host.readText(path);
    return found === text ? [] : [{
      object: path,
      field: "",
      from: found === undefined ? undefined : "written",
      to: found === undefined ? "written" : "written again",
    }];
  },
};

/** Gives a link back what it had. May be repeated. */
export async function restoreLink(
  host: Host,
  { path, before, apply }: {
    path: string;
    before: string | null;
    apply: readonly (readonly [string, ...string[]])[];
  },
  signal: AbortSignal,
): Promise<void> {
  const mode = path.endsWith(".yaml") ? 0o600 : 0o644;
  if (before === null) await host.remove(path);
  else await host.writeFile(path, before, { mode });
  for (const argv of apply) await runOrThrow(host, argv, signal);
}

async function runOrThrow(
  host: Host,
  argv: readonly [string, ...string[]],
  signal: AbortSignal,
): Promise<void> {
  const { code, stderr } = await host.run(argv, { timeoutMs: APPLY_TIMEOUT_MS, signal });
  if (code === 0) return;
  throw new AgentError("COMMAND_FAILED", `"${argv.join(" ")}" ended with ${code}: ${stderr.trim()}`);
}
