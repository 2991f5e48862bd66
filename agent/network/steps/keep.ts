import { AgentError } from "../../error.ts";
import type { Step } from "../../operation/step.ts";
import { abortWith } from "../../signals.ts";
import type { NetworkContext } from "../context.ts";

const NEXT = 'Enter the new ones again on the page "Network", and keep them at the new address in time';

/** Waits until somebody has seen that the machine is still reached. */
export const keepStep: Step<NetworkContext> = {
  id: "keep",
  title: "Wait for somebody to keep them",
  failure: { category: "network", cannot: "The old settings are back", nextAction: NEXT },
  usualDurationSec: 30,
  mayCancel: true,
  // Nothing was tried in this walk: the link had these settings already.
  look: ({ tried }) => Promise.resolve(tried.owed === undefined),
  async act({ tried, trial, clock, signal, say }) {
    const { owed, endsMs = 0 } = tried;
    const over = new AbortController();
    const unlink = abortWith(over, signal);
    say("Open these pages at the new address and keep it, or the old one comes back");
    try {
      const late = clock.sleep(Math.max(0, endsMs - clock.nowMs()), over.signal).then(() => "late" as const);
      late.catch(() => {}); // rejects when somebody has decided
      const end = await Promise.race([trial.decided(), late]);
      if (end === "late") throw notKept("Nobody kept the new settings in time");
      if (end === "taken-back") throw notKept("The new settings were taken back");
      if (!await owed?.lift()) throw notKept("The new settings were kept a moment too late");
      tried.owed = undefined;
    } finally {
      unlink();
      over.abort();
      trial.end();
    }
  },
};

function notKept(why: string): AgentError {
  return new AgentError("CANCELLED", `${why}, so the old ones count again`, { hint: NEXT });
}
