import * as z from "zod";
import { AgentError } from "../../error.ts";
import type { Host } from "../../host/host.ts";
import { openConditions } from "../../operation/conditions.ts";
import { foldOperation } from "../../operation/fold_operation.ts";
import type { Gate } from "../../operation/gate.ts";
import type { Step } from "../../operation/step.ts";
import { TRIAL_MS } from "../../operation/trial_ms.ts";
import { waitFor } from "../../operation/wait_for.ts";
import { PATHS } from "../../state/paths.ts";
import { writeK3sConfig } from "../../../k8s/k3s/config.ts";
import type { SettingsContext } from "../context.ts";
import { changedKeys, type SettingKey } from "../settings.ts";
import { wantedK3sFiles } from "../wanted_files.ts";

/** Owed from the moment in which this machine's files name other servers or another proxy, until these have answered. */
export const RESTORE_FILES = "restore-network-files";
export const TRY_STEP = "try";
/** What can keep this machine from names and registries. */
const TRIED_KEYS: readonly SettingKey[] = ["dnsMode", "dnsServers", "proxyUrl", "noProxy"];
/** Between two looks through what is tried, ms. */
const LOOK_MS = 2_000;
const NEXT = 'See that they answer from this machine, then enter them again on the page "Settings"';

/** The servers as the file had them: no secret. A proxy may hold one, so its file is made again from the settings that count. */
const Owed = z.object({ resolvConf: z.string().nullable() });

/**
 * Tries other DNS servers and another proxy before they count: this machine's files name them for 30 s at most, and the old ones
 * come back unless names and registries have answered through them, also after a crash or a reboot in between.
 * - What keeps them is an answer, not a person: a wrong one cuts no browser off, so that somebody still sees the page shows nothing.
 * - What a person accepted at the check before is known, and not waited for.
 * - Kubernetes reads the files at its start and for new pods, which come in the steps after this one.
 */
export function tryNetworkStep<Report>(gate: Gate<SettingsContext, Report>): Step<SettingsContext> {
  async function problem(context: SettingsContext): Promise<true | string> {
    const { accepted = [] } = foldOperation(
      { name: "settings", stepIds: [gate.id], gate },
      context.journal.entries(),
    );
    const known = new Set(accepted.map((it) => it.checkId));
    const found = openConditions(gate.conditions(await gate.check(context)), accepted);
    const causes = found.filter((it) => !known.has(it.id)).map((it) => it.cause);
    return causes.length === 0 || causes.join("; ");
  }
  return {
    id: TRY_STEP,
    title: "Try the DNS servers and the proxy",
    failure: {
      category: "network",
      cannot: "The new DNS servers or the proxy gave no answer, so the old ones count again",
      nextAction: NEXT,
    },
    usualDurationSec: 5,
    mayCancel: true,
    async look({ current, settings }) {
      const before = await current();
      // Where nobody knows the old ones there is nothing to go back to.
      if ("isChannelKnown" in before) return true;
      return !changedKeys(before.settings, settings).some((it) => TRIED_KEYS.includes(it));
    },
    async act(context) {
      const { host, clock, say } = context;
      const resolvConf = await host.readText(PATHS.k3sResolvConf) ?? null;
      const owed = await context.owe(RESTORE_FILES, { resolvConf }, clock.nowMs() + TRIAL_MS);
      await writeK3sConfig(host, await wantedK3sFiles(context));
      say("Looking whether names and registries answer through them");
      try {
        await waitFor(context, () => problem(context), {
          what: "an answer",
          timeoutSec: TRIAL_MS / 1000,
          intervalMs: LOOK_MS,
          onWaiting: say,
        });
      } catch (cause) {
        context.signal.throwIfAborted();
        throw noAnswer(cause);
      }
      if (!await owed.lift()) throw noAnswer(new Error("The answer came too late"));
    },
    // act() ends only with an answer; nothing on the disk tells of it until the next step has written the change down.
    verify: () => Promise.resolve(true),
  };
}

/** Nothing is tried again by itself: what gives no answer in its time is looked at by a person first. */
function noAnswer(cause: unknown): AgentError {
  return new AgentError("TIMEOUT", "The new DNS servers or the proxy gave no answer in time", {
    cause,
    hint: NEXT,
    retrySafe: false,
  });
}

/** Gives this machine's files back what they had. May be repeated. */
export async function restoreFiles(
  from: Pick<SettingsContext, "settings" | "mirrors"> & { host: Host },
  data: unknown,
): Promise<void> {
  const { resolvConf } = Owed.parse(data);
  const files = await wantedK3sFiles(from);
  await writeK3sConfig(
    from.host,
    files.map((it) => it.path === PATHS.k3sResolvConf ? { ...it, text: resolvConf ?? it.text } : it),
  );
}
