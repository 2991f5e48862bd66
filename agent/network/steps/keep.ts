import { AgentError } from "../../error.ts";
import type { Step } from "../../operation/step.ts";
import type { NetworkContext } from "../context.ts";
import { TakenBack } from "../trial.ts";

/** Waits until somebody has seen that the machine is still reached. */
export const keepStep: Step<NetworkContext> = {
  id: "keep",
  title: "Wait for somebody to keep them",
  failure: {
    category: "network",
    cannot: "The old settings are back",
    nextAction: 'Enter the new ones again on the page "Network", and keep them at the new address in time',
  },
  usualDurationSec: 30,
  mayCancel: true,
  // Nothing was tried in this walk: the link had these settings already.
  look: ({ tried }) => Promise.resolve(tried.owed === undefined),
  async act(context) {
    const { tried, trial, clock, signal, say } = context;
    const { owed, endsMs = 0 } = tried;
    const over = new AbortController();
    say("Open these pages at the new address and keep it, or the old one comes back");
    try {
      const late = clock.sleep(Math.max(0, endsMs - clock.nowMs()), over.signal).then(() => {
        throw notKept("Nobody kept the new settings in time");
      });
      late.catch(() => {});
      await Promise.race([trial.decided(signal), late]);
      if (!await owed?.lift()) throw notKept("The new settings were kept a moment too late");
      tried.owed = undefined;
    } catch (error) {
      throw error instanceof TakenBack ? notKept("The new settings were taken back") : error;
    } finally {
      over.abort();
      trial.end();
    }
  },
};

function notKept(why: string): AgentError {
  return new AgentError("CANCELLED", `${why}, so the old ones count again`, {
    hint: 'Enter the new ones again on the page "Network", and keep them at the new address in time',
  });
}
