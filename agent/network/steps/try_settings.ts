import { AgentError } from "../../error.ts";
import type { Host } from "../../host/host.ts";
import { TRIAL_MS } from "../../operation/trial_ms.ts";
import { waitFor } from "../../operation/wait_for.ts";
import type { Step } from "../../operation/step.ts";
import type { NetworkContext } from "../context.ts";
import { linkConfig } from "../link_config.ts";
import { addressesOf, differenceFrom, readNetworkState } from "../link_state.ts";

/** Owed from the moment in which other settings count until somebody has kept them. */
export const RESTORE_LINK = "restore-link";
/** The answer that tells where to look next leaves the machine before its address changes. */
const ANSWER_MS = 1_500;
const APPLY_TIMEOUT_MS = 60_000;
/** A lease and a link that comes up take some seconds. */
const TAKEN_UP_SEC = 20;
const LOOK_MS = 500;
/** netplan sets a link up twice, a moment apart, and in between the link has no address. */
const STEADY_LOOKS = 3;

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
    const { path, mode, apply } = config;
    const endsMs = clock.nowMs() + ANSWER_MS + TRIAL_MS;
    tried.addressesBefore = addressesOf(await readNetworkState(host), settings.link).map((it) => it.address);
    tried.owed = await context.owe(RESTORE_LINK, { path, before, mode, apply }, endsMs);
    tried.endsMs = endsMs;
    trial.begin(endsMs, settings);
    await clock.sleep(ANSWER_MS, signal);
    await host.writeFile(path, config.text, { mode });
    if (config.validate) await runOrThrow(host, config.validate, signal);
    say(`Giving ${settings.link} its new settings`);
    for (const argv of apply) await runOrThrow(host, argv, signal);
    let rightLooks = 0;
    await waitFor(context, async () => {
      const difference = differenceFrom(settings, await readNetworkState(host));
      rightLooks = difference === undefined ? rightLooks + 1 : 0;
      return rightLooks === STEADY_LOOKS || (difference ?? `${settings.link} has them since a moment ago`);
    }, {
      what: `${settings.link} to have its new settings`,
      timeoutSec: TAKEN_UP_SEC,
      intervalMs: LOOK_MS,
    });
    trial.takenUp();
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

/** What a link had, and what takes it up. */
export interface LinkBefore {
  path: string;
  /** `null`: there was no file of ours. */
  before: string | null;
  mode: number;
  apply: readonly (readonly [string, ...string[]])[];
}

/** Gives a link back what it had. May be repeated. */
export async function restoreLink(
  host: Host,
  { path, before, mode, apply }: LinkBefore,
  signal: AbortSignal,
): Promise<void> {
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
