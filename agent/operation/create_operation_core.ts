import type { OperationEvent } from "../state/entry_words.ts";
import { AgentError } from "../error.ts";
import { abortWith } from "../signals.ts";
import { createAutoRetry } from "./auto_retry.ts";
import { classifyFailure } from "./classify_failure.ts";
import { entryOf, JOURNAL_FORMAT } from "./entries.ts";
import { followJournal } from "./fold_operation.ts";
import { logLineOf } from "./log_line_of.ts";
import { createObligations } from "./obligations.ts";
import type { Operation, OperationState, OperationView, Workspace } from "./operation.ts";
import { Interruption, type OperationCore, type OperationDeps } from "./operation_core.ts";
import { toOperationView } from "./operation_view.ts";
import { planOperation } from "./plan.ts";
import { createReporter } from "./reporter.ts";
import { runSteps } from "./run_steps.ts";
import type { Step, StepTools } from "./step.ts";
import { createWorker } from "./worker.ts";

/** When the journal cannot be written (a full disk), how long until it is tried again. */
const BROKEN_RETRY_MS = 60_000;

/** State lives in the journal; what is here can be lost at any moment. */
export async function createOperationCore<Inputs, Context extends StepTools>(
  operation: Operation<Inputs, Context>,
  deps: OperationDeps,
): Promise<OperationCore<Inputs>> {
  const { name, title, steps, policy, store, gate } = operation;
  const { host, clock, journal } = deps;
  const stopped = new AbortController();
  const folded = followJournal({ name, stepIds: steps.map((it) => it.id), gate }, journal.entries);
  let inputs: Inputs | undefined = await store.read(folded().runId);
  let current = steps[0] as Step<Context>;
  /** Kept from one attempt to the next, until other inputs are given. */
  let work: Workspace<Context> | undefined;
  /** What is derived is older than the journal. */
  let isUnderived = false;
  /** The journal itself cannot be written: kept here, the only place that is left. */
  let broken: OperationState | undefined;
  let cached: OperationView | undefined;
  let walk: AbortController | undefined;
  let madeWay = false;

  const reporter = createReporter({
    clock,
    changed,
    mark: (stepId, progress) => void record("step.progress", { stepId, progress }).catch(() => {}),
  });
  const obligations = createObligations({
    operation,
    clock,
    owedInJournal: () => folded().owed,
    record,
    changed,
    signal: stopped.signal,
  });
  const retry = createAutoRetry({
    clock,
    policy,
    count: async () => void await record("retried", { by: "agent", attempt: folded().attempts + 1 }),
    changed,
    signal: stopped.signal,
  });
  const worker = createWorker({
    operation: name,
    clock,
    takeLock: deps.takeLock,
    next,
    isWaiting: () => view().state.status !== "running",
    wake: retry.wake,
    async recover(error) {
      stopped.signal.throwIfAborted();
      breakDown(error, BROKEN_RETRY_MS);
      await retry.pause(BROKEN_RETRY_MS);
      fixed();
    },
    onRequest() {
      madeWay = false;
      endWork();
      fixed();
    },
    onEnd: endWork,
    onFree: deps.onFree,
  });

  function changed(): void {
    cached = undefined;
    deps.changed();
  }

  async function record(event: OperationEvent, data: Record<string, unknown>): Promise<number> {
    const { seq } = await journal.append(...entryOf(name, event, data));
    tell(event, data);
    await noted();
    return seq;
  }

  function tell(event: OperationEvent, data: Record<string, unknown>): void {
    const told = logLineOf(operation, event, data);
    if (told) deps.say(told.level, told.text, { operation: name, step: told.step });
  }

  /** After a line of the journal: it counts, whether or not what is derived from it can be written now. */
  async function noted(): Promise<void> {
    changed();
    isUnderived = operation.derive !== undefined;
    await derive().catch(() => {});
  }

  async function derive(): Promise<void> {
    await operation.derive?.(folded().state, reporter.message() || current.title);
    isUnderived = false;
  }

  function view(): OperationView {
    return cached ??= toOperationView(operation, folded(), {
      message: reporter.message(),
      log: reporter.log(),
      counted: reporter.counted(),
      broken,
      probeAt: retry.probeAt(),
      owed: obligations.owed(),
      mayCancel: mayCancel(),
    });
  }

  /** It rests, waits, or is in a step that may be cut short. */
  function mayCancel(): boolean {
    const { status } = broken ?? folded().state;
    if (status === "running") {
      return !worker.isWorking() || (walk !== undefined && current.mayCancel === true);
    }
    return status === "failed" || status === "blocked" || status === "checked";
  }

  function contextFor(work: Workspace<Context>, signal: AbortSignal): Context {
    const { say, progress } = reporter;
    const tools: StepTools = { host, clock, journal, say, progress, owe: obligations.owe, signal };
    return { ...work.context, ...tools } as unknown as Context;
  }

  /** Walks and, while failures allow it, walks again. */
  function next(): (() => Promise<void>) | undefined {
    if (isUnderived) return derive;
    const { state } = folded();
    const given = inputs;
    if (madeWay || !isUnderWay(state) || given === undefined) return undefined;
    const opened = work;
    if (!opened) return async () => void (work = await operation.open(given));
    if (state.status === "failed") return () => retry.wait(state, opened.probeNetwork?.bind(opened));
    return () => walkSteps(opened);
  }

  async function walkSteps(opened: Workspace<Context>): Promise<void> {
    const stop = walk = new AbortController();
    const unlink = abortWith(stop, stopped.signal);
    try {
      await deps.dischargeOthers();
      await obligations.dischargeAll();
      await runSteps<Context>({
        operation,
        clock,
        folded,
        contextFor: (signal) => contextFor(opened, signal),
        record,
        onStep,
        onDone,
        dischargeOwed: obligations.dischargeAll,
        signal: stop.signal,
      });
    } catch (error) {
      await obligations.dischargeAll();
      if (!(error instanceof Interruption)) throw error;
      if (error.kind === "make-way") madeWay = true;
      else await record("cancelled", { by: error.by });
    } finally {
      walk = undefined;
      unlink();
    }
  }

  function endWork(): void {
    work?.close?.();
    work = undefined;
  }

  function breakDown(error: unknown, retryMs?: number): void {
    const next = retryMs === undefined
      ? {}
      : { nextAttemptAt: new Date(clock.nowMs() + retryMs).toISOString() };
    broken = { status: "failed", stepId: current.id, failure: failureOf(error), ...next };
    changed();
  }

  function failureOf(error: unknown) {
    return classifyFailure(current, error, { clock, classify: operation.classify });
  }

  function fixed(): void {
    broken = undefined;
    changed();
  }

  function onStep(step: Step<Context>): void {
    current = step;
    reporter.enter(step.id);
  }

  async function onDone(step: Step<Context>): Promise<void> {
    const kept = inputs === undefined ? undefined : await operation.afterStep?.(step.id, inputs);
    if (kept === undefined) return;
    await store.write({ runId: folded().runId, inputs: kept });
    inputs = kept;
  }

  /** A kill, or another operation, has cut it short, and its policy is that a person goes on. */
  async function failAsInterrupted(): Promise<void> {
    const hint = policy.retry === "never"
      ? 'Start it again as it was started ("alga-agent help" lists the commands)'
      : 'Press "Try again now" on its page';
    const error = new AgentError("CANCELLED", `${title} was interrupted`, { hint });
    await record("step.failed", {
      stepId: current.id,
      failure: { ...failureOf(error), code: "INTERRUPTED" },
    });
  }

  async function resume(): Promise<void> {
    const { state } = folded();
    if ("stepId" in state) current = steps.find((it) => it.id === state.stepId) ?? current;
    // A kill may have come between the journal's last line and what is derived from it.
    if (state.status !== "idle") await derive().catch(() => {});
    if (!isUnderWay(state) || worker.isWorking()) return;
    try {
      if (state.status === "running" && policy.resume !== "by-itself") return await failAsInterrupted();
      if (inputs === undefined) {
        const failure = failureOf(inputsLost(title));
        return void await record("step.failed", { stepId: current.id, failure });
      }
      const by = madeWay ? "agent" : "agent, after a restart";
      madeWay = false;
      const reply = await worker.start(by);
      if (reply.ok) return fixed();
      if (reply.reason === "locked") {
        madeWay = true; // whoever frees the lock gives the word
        reporter.note(`${reply.holder} is working on this appliance since ${reply.since}`);
      }
      changed();
    } catch (error) {
      breakDown(error); // the pages must come up all the same
    }
  }

  return {
    operation,
    folded,
    view,
    inputs: () => inputs,
    damage: () => journal.damage,
    worker,
    record,
    async request(given, data) {
      const runId = crypto.randomUUID();
      const before = inputs && { runId: folded().runId, inputs };
      await operation.beforeRun?.();
      // Both inputs are on disk until the journal tells which count.
      await store.write({ runId, inputs: given }, before);
      await journal.append(...entryOf(name, "requested", { ...data, runId, format: JOURNAL_FORMAT }));
      tell("requested", data);
      inputs = given;
      await noted();
    },
    async cutShort(kind, by) {
      if (worker.isWorking()) {
        if (!mayCancel()) return false;
        if (kind === "make-way") madeWay = true;
        if (walk) walk.abort(new Interruption(kind, by));
        else retry.wake();
      }
      await worker.ended();
      if (kind === "make-way") {
        reporter.note(`${by} is working on this appliance`);
        await record("made-way", { by });
        if (folded().state.status === "running" && policy.resume !== "by-itself") await failAsInterrupted();
      }
      return true;
    },
    hasMadeWay: () => madeWay,
    resume,
    dischargeOwed: obligations.dischargeAll,
    plan: (given) => planOperation(operation, given, { host, clock, journal, signal: stopped.signal }),
    async stop() {
      stopped.abort(new AgentError("CANCELLED", "The agent is stopping"));
      await worker.ended();
    },
  };
}

/** The agent has something to do by itself. */
function isUnderWay(state: OperationState): boolean {
  return state.status === "running" || (state.status === "failed" && state.nextAttemptAt !== undefined);
}

function inputsLost(title: string): AgentError {
  return new AgentError("STATE_DAMAGED", `The answers of ${title.toLowerCase()} can no longer be read`, {
    hint: 'Enter the answers again on its page ("Set up", "Settings" or "Updates") and start it again',
    retrySafe: false,
  });
}
