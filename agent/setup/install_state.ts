import { type Clock, isoNow } from "../clock.ts";
import type { Host } from "../host/host.ts";
import { writeStateFile } from "../state/json_file.ts";
import { PATHS } from "../state/paths.ts";
import type { SetupState } from "./setup_state.ts";
import type { Step } from "./step.ts";

/** Writes install-state.json, which other tools read. Nothing here is read back: the journal is the memory. */
export async function writeInstallState(
  host: Host,
  clock: Clock,
  { state, lastAction, steps }: {
    state: SetupState;
    lastAction: string;
    steps: readonly Pick<Step, "id" | "installState">[];
  },
): Promise<void> {
  const stepId = state.status === "running" || state.status === "failed" ? state.stepId : undefined;
  const words = steps.find((it) => it.id === stepId)?.installState;
  await writeStateFile(host, PATHS.installState, {
    status: statusWord(state, words?.status ?? "setup"),
    phase: words?.phase ?? (state.status === "blocked" ? "preflight" : "setup"),
    lastAction,
    updatedAt: isoNow(clock),
    ...(state.status === "failed" ? { failure: { ok: false, ...state.failure } } : {}),
    terminalSuccess: state.status === "done",
  }, 1);
}

function statusWord(state: SetupState, stepWord: string): string {
  switch (state.status) {
    case "idle":
      return "setup-queued";
    case "checked":
      return "preflight-complete";
    case "blocked":
      return "preflight-blocked";
    case "running":
      return `${stepWord}-running`;
    case "failed":
      return "setup-blocked";
    case "done":
      return "release-config-complete";
  }
}
