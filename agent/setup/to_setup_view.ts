import type { ResolvedRelease } from "../release/mod.ts";
import type { FoldedSetup } from "./fold_setup.ts";
import type { SetupState, SetupView } from "./setup_state.ts";
import type { Step } from "./step.ts";

/** What the journal does not know: it is lost with the process. */
export interface LiveSetup {
  steps: readonly Pick<Step, "id" | "title">[];
  /** What the running step said last; empty before it has said anything. */
  message: string;
  log: SetupView["log"];
  release: ResolvedRelease | undefined;
  /** The journal itself cannot be written: shown in place of what it says. */
  broken: SetupState | undefined;
  /** When the network is looked at next, in place of the next attempt's time. */
  probeAt: string | undefined;
}

/** What the faces show: the journal's word and what goes on beside it. */
export function toSetupView(folded: FoldedSetup, live: LiveSetup): SetupView {
  const { message, release } = live;
  return {
    state: shownState(folded.state, live),
    steps: live.steps.map(({ id, title }) => {
      const row = folded.rows[id];
      const text = row.status === "running" && message !== "" ? { message } : {};
      return { id, title, ...row, ...text };
    }),
    answers: folded.answers,
    acknowledgements: folded.acknowledgements,
    log: [...live.log],
    ...(folded.preflight === undefined ? {} : { preflight: folded.preflight }),
    ...(release === undefined ? {} : {
      release: {
        version: release.manifest.version,
        channel: release.channel,
        manifestDigest: release.manifestDigest,
      },
    }),
  };
}

function shownState(state: SetupState, { message, broken, probeAt }: LiveSetup): SetupState {
  if (broken) return broken;
  if (state.status === "running") return { ...state, message };
  return state.status === "failed" && probeAt !== undefined ? { ...state, nextAttemptAt: probeAt } : state;
}
