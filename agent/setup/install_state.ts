import { type Clock, isoNow } from "../clock.ts";
import type { Host } from "../host/host.ts";
import { writeStateFile } from "../state/json_file.ts";
import { PATHS } from "../state/paths.ts";
import type { SetupState, StepId } from "./setup_state.ts";

const STATUS_OF_STEP: Record<StepId, string> = {
  preflight: "preflight",
  resolve: "release-resolve",
  k3s: "k3s-install",
  storage: "storage-install",
  flux: "flux-install",
  values: "runtime-values",
  source: "flux-source",
  login: "release-config",
};

const PHASE_OF_STEP: Record<StepId, string> = {
  preflight: "preflight",
  resolve: "registry-release-source",
  k3s: "k3s",
  storage: "storage",
  flux: "flux",
  values: "setup",
  source: "flux",
  login: "setup",
};

/** Writes install-state.json, which other tools read. Nothing here is read back: the journal is the memory. @see contract.md 11.3 */
export async function writeInstallState(
  host: Host,
  clock: Clock,
  state: SetupState,
  lastAction: string,
): Promise<void> {
  const stepId = state.status === "running" || state.status === "failed" ? state.stepId : undefined;
  await writeStateFile(host, PATHS.installState, {
    status: statusWord(state),
    phase: stepId === undefined ? state.status === "blocked" ? "preflight" : "setup" : PHASE_OF_STEP[stepId],
    lastAction,
    updatedAt: isoNow(clock),
    ...(state.status === "failed" ? { failure: { ok: false, ...state.failure } } : {}),
    terminalSuccess: state.status === "done",
  }, 1);
}

function statusWord(state: SetupState): string {
  switch (state.status) {
    case "idle":
      return "setup-queued";
    case "checked":
      return "preflight-complete";
    case "blocked":
      return "preflight-blocked";
    case "running":
      return `${STATUS_OF_STEP[state.stepId]}-running`;
    case "failed":
      return "setup-blocked";
    case "done":
      return "release-config-complete";
  }
}
