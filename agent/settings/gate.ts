import { isoNow } from "../clock.ts";
import type { Gate } from "../operation/gate.ts";
import { allChecks, type CheckContext, type PreflightReport, runPreflight } from "../preflight/mod.ts";
import { preflightGate } from "../setup/preflight_gate.ts";
import type { SettingsContext } from "./context.ts";
import { changedKeys, checksOf, type Settings, toCheckInputs } from "./settings.ts";

/** Runs the checks that a change touches and no other; nothing is changed. */
export async function checkChange(
  context: Omit<CheckContext, "inputs">,
  before: Settings,
  after: Settings,
): Promise<PreflightReport> {
  const touched = checksOf(changedKeys(before, after));
  const asked = { ...context, inputs: toCheckInputs(after) };
  if (touched.size === 0) {
    const at = isoNow(context.clock);
    return { startedAt: at, finishedAt: at, results: [] };
  }
  return await runPreflight(asked, { checks: allChecks(asked).filter((it) => touched.has(it.id)) });
}

/** What has to be well before a change: the checks that it touches. A finding may be accepted where setup lets it be. */
export const settingsGate: Gate<SettingsContext, PreflightReport> = {
  ...preflightGate,
  id: "check",
  title: "Check the change",
  failure: {
    category: "network",
    cannot: "The change could not be checked",
    nextAction: "Try again; if it stays, look at the agent's log (journalctl -u alga-appliance)",
  },
  check: async (context) => await checkChange(context, (await context.current()).settings, context.settings),
  summary: ({ results }) => results.length === 1 ? "1 check done" : `${results.length} checks done`,
};
