import type { OperationView } from "../operation/operation.ts";
import type { PreflightReport } from "../preflight/mod.ts";
import type { ResolvedRelease } from "../release/mod.ts";
import { readAnswers, toSetupState } from "./fold_setup.ts";
import type { SetupView } from "./setup_state.ts";

/** What the faces show of setup: the engine's view in the words of the public contract. */
export function toSetupView(view: OperationView, release: ResolvedRelease | undefined): SetupView {
  return {
    state: toSetupState(view.state),
    steps: view.steps as SetupView["steps"],
    answers: readAnswers(view.inputs),
    acknowledgements: view.accepted,
    log: view.log as SetupView["log"],
    ...view.report === undefined ? {} : { preflight: view.report as PreflightReport },
    ...release === undefined ? {} : {
      release: {
        version: release.manifest.version,
        channel: release.channel,
        manifestDigest: release.manifestDigest,
      },
    },
  };
}
