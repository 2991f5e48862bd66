import { AgentError } from "../error.ts";
import { NetworkError } from "../net/errors.ts";
import { classifyFailure } from "./classify_failure.ts";
import { foldSetup } from "./fold_setup.ts";
import type { StepId } from "./setup_state.ts";
import type { Step, StepContext } from "./step.ts";
import { PreflightBlocked } from "./steps/preflight.ts";

const FIRST_RETRY_MS = 15_000;
const LONGEST_RETRY_MS = 300_000;
/** A registry may ask for patience, but not for ever. */
const LONGEST_RETRY_AFTER_MS = 3_600_000;
const MAX_ATTEMPTS = 10;

/** What the runner tells the engine. */
export interface RunEvents {
  /** A journal entry that the view is made from. */
  record(type: string, data: Record<string, unknown>): Promise<void>;
  onStep(stepId: StepId): void;
  /** The step's result is there, found or made. */
  onDone(stepId: StepId): Promise<void>;
}

/**
 * Walks the steps; the only place that starts, judges and records them. Ends when all are done, at the first failure,
 * or where a person is needed.
 */
export async function runSteps(
  steps: readonly Step[],
  context: StepContext,
  { record, onStep, onDone }: RunEvents,
): Promise<void> {
  const { journal, clock, signal } = context;
  for (const step of steps) {
    signal.throwIfAborted();
    onStep(step.id);
    // What the journal calls done is looked at again: the world decides. Asking before Kubernetes exists is an error, not a yes.
    if (await step.isDone(context).catch(() => false)) {
      if (foldSetup(journal.entries()).rows[step.id].status !== "done") {
        await record("step.succeeded", { stepId: step.id, durationMs: 0, found: true });
      }
    } else {
      const startedMs = clock.nowMs();
      await record("step.started", { stepId: step.id });
      try {
        await step.run(context);
        if (!await step.isDone(context)) {
          throw new AgentError("TIMEOUT", `"${step.title}" ended, but its result is not there`);
        }
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof PreflightBlocked) return await record("setup.blocked", {});
        return await record("step.failed", failureEntry(step.id, error, context));
      }
      await record("step.succeeded", {
        stepId: step.id,
        durationMs: Math.round(clock.nowMs() - startedMs),
      });
    }
    await onDone(step.id);
    if (step.id === "preflight" && foldSetup(journal.entries()).checksOnly) {
      return await record("setup.checks-done", {});
    }
  }
  await record("setup.finished", {});
}

/** The failure, and when it is tried again by itself. @see contract.md 6 */
function failureEntry(
  stepId: StepId,
  error: unknown,
  { clock, journal }: StepContext,
): Record<string, unknown> {
  const failure = classifyFailure(stepId, error, clock);
  const { attempts } = foldSetup(journal.entries());
  if (!failure.retrySafe || attempts >= MAX_ATTEMPTS) return { stepId, failure };
  const askedMs = error instanceof NetworkError ? error.retryAfterMs ?? 0 : 0;
  const waitMs = Math.max(
    Math.min(FIRST_RETRY_MS * 2 ** attempts, LONGEST_RETRY_MS),
    Math.min(askedMs, LONGEST_RETRY_AFTER_MS),
  );
  return { stepId, failure, nextAttemptAt: new Date(clock.nowMs() + waitMs).toISOString() };
}
