import type { OperationEvent } from "../state/entry_words.ts";
import type { Clock } from "../clock.ts";
import { AgentError } from "../error.ts";
import { NetworkError } from "../net/errors.ts";
import { abortWith } from "../signals.ts";
import { classifyFailure } from "./classify_failure.ts";
import type { FoldedOperation } from "./fold_operation.ts";
import { GateClosed } from "./gate.ts";
import type { Operation, Policy } from "./operation.ts";
import type { Step } from "./step.ts";

/** A registry may ask for patience, but not for ever. */
const LONGEST_RETRY_AFTER_MS = 3_600_000;
/** A step that was cut short gets this long to come to its end before it is left behind. */
const GRACE_MS = 10_000;

/** What the runner works with and whom it tells. */
export interface Run<Context> {
  operation: Pick<Operation<unknown>, "policy" | "classify" | "gate"> & { steps: readonly Step<Context>[] };
  /** What a step gets; the signal is the step's own. */
  contextFor(signal: AbortSignal): Context;
  clock: Clock;
  folded(): FoldedOperation;
  /** A journal entry that the view is made from. */
  record(event: OperationEvent, data: Record<string, unknown>): Promise<unknown>;
  onStep(step: Step<Context>): void;
  /** The step's result is there, found or made. */
  onDone(step: Step<Context>): Promise<void>;
  /** Before the last entry, whatever it is. */
  dischargeOwed(): Promise<void>;
  signal: AbortSignal;
}

/**
 * Walks the steps; the only place that starts, judges and records them. Ends when all are done, at the first failure,
 * or where a person is needed; throws when it is cut short.
 */
export async function runSteps<Context>(run: Run<Context>): Promise<void> {
  const { operation, clock, record, signal } = run;
  const end = async (event: OperationEvent, data: Record<string, unknown> = {}) => {
    await run.dischargeOwed();
    await record(event, data);
  };
  for (const step of operation.steps) {
    signal.throwIfAborted();
    run.onStep(step);
    // What the journal calls done is looked at again: the world decides. Asking before its time is an error, not a yes.
    const lookAgain = run.contextFor(signal);
    if (await step.look(lookAgain).catch(() => false) && await verify(step, lookAgain).catch(() => false)) {
      if (run.folded().rows[step.id]?.status !== "done") {
        await record("step.succeeded", { stepId: step.id, durationMs: 0, found: true });
      }
    } else {
      signal.throwIfAborted();
      const startedMs = clock.nowMs();
      await record("step.started", { stepId: step.id });
      try {
        await act(run, step);
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof GateClosed) return await end("blocked");
        return await end("step.failed", failureEntry(run, step, error));
      }
      const durationMs = Math.round(clock.nowMs() - startedMs);
      await record("step.succeeded", { stepId: step.id, durationMs });
    }
    await run.onDone(step);
    if (step.id === operation.gate?.id && run.folded().checksOnly) return await end("checks-done");
  }
  await end("finished");
}

/** `look` has been asked already where it is all that can be asked. */
async function verify<Context>(step: Step<Context>, context: Context): Promise<boolean> {
  return step.verify === undefined || await step.verify(context);
}

/** Acts and verifies, within the step's time. @throws what the step throws, or why it was cut short. */
async function act<Context>({ contextFor, clock, signal }: Run<Context>, step: Step<Context>): Promise<void> {
  const stop = new AbortController();
  const over = new AbortController();
  const unlink = abortWith(stop, signal);
  const sleep = (ms: number) => clock.sleep(ms, over.signal).catch(() => {});
  const stopped = new Promise<void>((resolve) =>
    stop.signal.addEventListener("abort", () => resolve(), { once: true })
  );
  const work = (async () => {
    const context = contextFor(stop.signal);
    await step.act(context);
    stop.signal.throwIfAborted();
    if (!await (step.verify ?? step.look).call(step, context)) {
      throw new AgentError("TIMEOUT", `"${step.title}" ended, but its result is not there`);
    }
  })();
  if (step.deadlineSec !== undefined) {
    const { deadlineSec, title } = step;
    const late = new AgentError("TIMEOUT", `"${title}" has not ended within ${deadlineSec} s`);
    void sleep(deadlineSec * 1000).then(() => over.signal.aborted || stop.abort(late));
  }
  try {
    await Promise.race([work, stopped.then(() => sleep(GRACE_MS))]);
    stop.signal.throwIfAborted();
  } catch (error) {
    throw stop.signal.aborted ? stop.signal.reason : error;
  } finally {
    work.catch(() => {});
    over.abort();
    unlink();
  }
}

/** The failure, and when it is tried again by itself. */
function failureEntry<Context>(
  { operation, clock, folded }: Run<Context>,
  step: Step<Context>,
  error: unknown,
): Record<string, unknown> {
  const failure = classifyFailure(step, error, { clock, classify: operation.classify });
  const askedMs = error instanceof NetworkError ? error.retryAfterMs ?? 0 : 0;
  const waitMs = retryAfterMs(operation.policy, failure.retrySafe, folded().attempts, askedMs);
  const next = waitMs === undefined ? {} : { nextAttemptAt: new Date(clock.nowMs() + waitMs).toISOString() };
  return { stepId: step.id, failure, ...next };
}

/** How long until the next attempt by itself; `undefined` when there is none. */
export function retryAfterMs(
  { retry, firstRetryMs, longestRetryMs, maxAttempts }: Policy,
  isSafe: boolean,
  attempts: number,
  askedMs = 0,
): number | undefined {
  if (retry !== "by-itself" || !isSafe || attempts >= maxAttempts) return undefined;
  return Math.max(
    Math.min(firstRetryMs * 2 ** attempts, longestRetryMs),
    Math.min(askedMs, LONGEST_RETRY_AFTER_MS),
  );
}
