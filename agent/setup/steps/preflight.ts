import { gateStep } from "../../operation/gate.ts";
import { type PreflightReport, runPreflight, standsInTheWay } from "../../preflight/mod.ts";
import { preflightGate } from "../preflight_gate.ts";
import type { Step, StepContext } from "../step.ts";

/** Checks the machine and the network. Until this is done nothing outside our own folder changes. */
export const preflightStep: Step = {
  ...gateStep<StepContext, PreflightReport>("setup", {
    ...preflightGate,
    title: "Check the machine and the network",
    failure: {
      category: "network",
      cannot: "The machine and the network could not be checked",
      nextAction: "Ask the network administrator to allow outgoing HTTPS, or enter a proxy, then try again",
    },
    check: (context) => runPreflight(context),
    summary({ results }) {
      const bad = results.filter(standsInTheWay).length;
      return bad === 0 ? `${results.length} checks done` : `${bad} of ${results.length} checks failed`;
    },
  }),
  id: "preflight",
  installState: { status: "preflight", phase: "preflight" },
};
