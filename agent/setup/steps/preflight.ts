import { AgentError } from "../../error.ts";
import { preflightVerdict, runPreflight } from "../../preflight/mod.ts";
import { foldSetup } from "../fold_setup.ts";
import type { Step } from "../step.ts";

/** Checks the machine and the network. Until this is done nothing outside our own folder changes. */
export const preflightStep: Step = {
  id: "preflight",
  title: "Check the machine and the network",
  isDone({ journal }) {
    const { preflight, acknowledgements } = foldSetup(journal.entries());
    return Promise.resolve(
      preflight !== undefined && preflightVerdict(preflight, acknowledgements).canContinue,
    );
  },
  async run(context) {
    const report = await runPreflight(context);
    await context.journal.append("setup.checked", { report });
    const bad = report.results.filter((it) => it.status === "fail" || it.status === "error").length;
    context.say(
      bad === 0 ? `${report.results.length} checks done` : `${bad} of ${report.results.length} checks failed`,
    );
    if (!preflightVerdict(report, foldSetup(context.journal.entries()).acknowledgements).canContinue) {
      throw new PreflightBlocked();
    }
  },
};

/** The checks found something that needs a person; no failure of the step. */
export class PreflightBlocked extends AgentError {
  constructor() {
    super("CANCELLED", "The checks found something to mend or to accept");
  }
}
