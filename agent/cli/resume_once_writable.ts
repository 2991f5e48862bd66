import type { Clock } from "../clock.ts";
import type { Report } from "../report.ts";
import type { SetupState } from "../setup/setup_state.ts";

/** A disk that was full is looked at again after this time. */
const LOOK_MS = 30_000;

/** Setup stands still because its record cannot be written. */
export function cannotWrite(state: SetupState): state is Extract<SetupState, { status: "failed" }> {
  return state.status === "failed" && state.failure.code === "STATE_WRITE_FAILED";
}

/** A full disk kept setup from being taken up again; while it runs it looks after itself. */
function couldNotResume(state: SetupState): boolean {
  return cannotWrite(state) && state.nextAttemptAt === undefined;
}

/** Takes setup up again once the disk that kept it from that can be written. */
export async function resumeOnceWritable(
  state: () => SetupState,
  resume: () => Promise<unknown>,
  { clock, signal, report }: { clock: Clock; signal: AbortSignal; report: Report },
): Promise<void> {
  while (!signal.aborted) {
    await clock.sleep(LOOK_MS, signal).catch(() => {}); // rejects at the end
    if (signal.aborted || !couldNotResume(state())) continue;
    await resume().catch((error) => report("taking setup up again", error));
  }
}
