import type * as z from "zod";
import type { Acceptance, Condition, GateReader } from "./conditions.ts";
import type { ErrorWords, Failure, FailureClass } from "./failure.ts";
import type { OperationName } from "./operation_name.ts";
import type { Change, Progress, Step, StepTools } from "./step.ts";

/** What happens by itself, and what a person has to ask for. */
export type By = "by-itself" | "by-hand" | "never";

/** How an operation goes on after a failure and after a restart. */
export interface Policy {
  /** After a failure that may be tried again. `never`: a new start is needed. */
  retry: By;
  /** Back-off of `by-itself`: doubles from the first to the longest, so many times. */
  firstRetryMs: number;
  longestRetryMs: number;
  maxAttempts: number;
  /** Failures that no attempt can fix while the network is away: it is probed first. */
  needsNetwork: readonly FailureClass[];
  /** After a kill or a restart, and after it was taken over. `by-hand` and `never`: it has failed as interrupted. */
  resume: By;
}

/** What inputs that were given again mean for what is already done. */
export interface InputChange {
  field: string;
  means: "may-go-on" | "needs-new-start" | "refused";
  /** Why, where it is refused. */
  reason?: string;
}

/** Where inputs lie with their secrets. The journal tells by `runId` which count. */
export interface InputStore<Inputs> {
  /** `undefined` when there are none of this run, or they can no longer be read. */
  read(runId: string | undefined): Promise<Inputs | undefined>;
  /** Durable when it resolves. `before`: stays readable too, should the new run never be in the journal. */
  write(now: KeptRun<Inputs>, before?: KeptRun<Inputs>): Promise<void>;
}

export interface KeptRun<Inputs> {
  runId: string | undefined;
  inputs: Inputs;
}

/** Discharges what is owed. May be repeated; throws while it cannot. `data` is as it was owed. */
export type Discharger = (
  data: Readonly<Record<string, unknown>>,
  tools: { signal: AbortSignal },
) => Promise<void>;

/** What an operation brings for its steps, for as long as it works without an end or other inputs. */
export interface Workspace<Context extends StepTools> {
  context: Omit<Context, keyof StepTools>;
  /** Ends when the network can be used, else throws; asked before a retry that needs it. */
  probeNetwork?(signal: AbortSignal): Promise<unknown>;
  close?(): void;
}

/**
 * A long operation: all that the engine needs to know of it. Made by a function of what its dischargers and steps use
 * (`settingsOperation(deps)`).
 */
export interface Operation<Inputs, Context extends StepTools = StepTools> {
  name: OperationName;
  /** For pages and refusals ("Setup"). */
  title: string;
  /** Checks inputs of any face. */
  schema: z.ZodType<Inputs>;
  /** In running order. The step of the gate (`gateStep()`) comes first. */
  steps: readonly Step<Context>[];
  /** What the journal says of the gate is read with it. */
  gate?: GateReader;
  policy: Policy;
  store: InputStore<Inputs>;
  open(inputs: Inputs): Workspace<Context> | Promise<Workspace<Context>>;
  /** The inputs as journal and pages show them: no secret. */
  shown(inputs: Inputs): Record<string, unknown> | Promise<Record<string, unknown>>;
  /** By obligation id; ids are stored, so never renamed. */
  dischargers: Readonly<Record<string, Discharger>>;
  /** Errors of its own world in words; `undefined` leaves them to the engine. */
  classify?(error: unknown): ErrorWords | undefined;
  /** What other inputs mean while an earlier run has not ended well. Without it every change needs a new start. */
  compare?(before: Inputs, now: Inputs): readonly InputChange[];
  /** A step's result is there, found or made. Gives the inputs that are kept from now on, when others (a secret has served). */
  afterStep?(stepId: string, inputs: Inputs): Promise<Inputs | void>;
  /** After each entry of the journal, for what is derived from it. An error is told and tried again. */
  derive?(state: OperationState, lastAction: string): Promise<void>;
  /** What lies about of an earlier run is removed, before a new one is written down. */
  beforeRun?(): Promise<void>;
}

/**
 * Where an operation stands.
 *
 * idle ─start→ running(gate) ─open→ running(…) ─→ done
 * running(gate) ─closed→ blocked ─accept/check again→ running
 * running(gate, checksOnly) ─→ checked
 * running(any) ─error→ failed ─retry→ running
 * running(mayCancel) or failed ─cancel→ cancelled
 */
export type OperationState<Id extends string = string> =
  | { status: "idle" }
  | { status: "checked"; finishedAt: string }
  | { status: "running"; stepId: Id; startedAt: string; message: string }
  | { status: "blocked"; since: string }
  | { status: "failed"; stepId: Id; failure: Failure<Id>; nextAttemptAt?: string }
  | { status: "cancelled"; by: string; finishedAt: string }
  | { status: "done"; finishedAt: string };

/** One step as the pages show it. */
export interface StepRow<Id extends string = string> {
  id: Id;
  title: string;
  status: "waiting" | "running" | "done" | "failed";
  startedAt?: string;
  finishedAt?: string;
  /** What it is doing or what went wrong, one line. */
  message?: string;
  progress?: Progress;
  /** When it last came on: slow is not stalled. */
  progressAt?: string;
  usualDurationSec?: number;
}

/** What is owed and not yet discharged. */
export interface Owed {
  /** Number of its journal entry. */
  seq: number;
  id: string;
  data: Readonly<Record<string, unknown>>;
  since: string;
  until?: string;
  /** How often discharging failed, and why the last time. */
  attempts: number;
  problem?: string;
}

/** Everything the faces show of one operation. */
export interface OperationView {
  name: OperationName;
  title: string;
  state: OperationState;
  /** Who asked for it and from where ("browser 192.0.2.7"), and when. */
  by: string | undefined;
  requestedAt: string | undefined;
  steps: readonly StepRow[];
  /** What the newest request wrote down: as `shown()` gave it, beside `by` and `runId`. */
  inputs: Readonly<Record<string, unknown>>;
  /** What is other than in the run before, and what that means. */
  changes: readonly InputChange[];
  /** What the gate found, as it came from its `check`. */
  report: unknown;
  conditions: readonly Condition[];
  accepted: readonly Acceptance[];
  owed: readonly Owed[];
  mayCancel: boolean;
  /** Last lines of what the steps said, newest last, at most 200. */
  log: readonly { at: string; stepId: string; text: string }[];
}

/** Why a request was refused; maps to HTTP 409 and exit codes. */
export type OperationRefusal =
  | { ok: false; reason: "locked"; operation: string; holder: string; since: string }
  /** The journal is damaged: what it tells may be another run's, so somebody decides first. */
  | { ok: false; reason: "record-damaged"; problem: string }
  | { ok: false; reason: "not-waiting-for-this" }
  | { ok: false; reason: "nothing-submitted" }
  | { ok: false; reason: "needs-acknowledgement"; checkIds: readonly string[] }
  | { ok: false; reason: "not-overridable"; checkIds: readonly string[] }
  /** Findings were accepted of what does not exist; `known`: what waits. */
  | { ok: false; reason: "unknown-checks"; checkIds: readonly string[]; known: readonly string[] }
  | { ok: false; reason: "inputs-refused"; changes: readonly InputChange[] };
export type OperationReply = { ok: true } | OperationRefusal;

/** One step of a dry run. */
export interface PlannedStep {
  id: string;
  title: string;
  isDone: boolean;
  /** `undefined`: this step cannot tell. */
  changes: readonly Change[] | undefined;
}

/** One operation of the engine. `by` is shown ("browser 192.0.2.7"). */
export interface OperationHandle<Inputs> {
  view(): OperationView;
  /** The inputs of the newest run, with secrets as far as they are kept. */
  inputs(): Inputs | undefined;
  /** Writes the inputs down and begins. Resolves when the journal says so, not when it has ended. */
  start(inputs: Inputs, options: { by: string; checksOnly?: boolean }): Promise<OperationReply>;
  /** Runs the gate again. */
  recheck(options: { by: string }): Promise<OperationReply>;
  /** Accepts conditions and goes on when nothing else stands in the way. */
  accept(checkIds: readonly string[], options: { by: string }): Promise<OperationReply>;
  /** Tries the failed step again. */
  retry(options: { by: string }): Promise<OperationReply>;
  /** Cuts it short where the step may be cancelled, or while it waits. */
  cancel(options: { by: string }): Promise<OperationReply>;
  /** Somebody has looked: what it makes is there, whatever the journal tells of it. It counts as done. */
  adopt(options: { by: string }): Promise<void>;
  /** What it would change; changes nothing. */
  plan(inputs: Inputs): Promise<readonly PlannedStep[]>;
}

/** What pages, CLI, console and metrics read: the same for who comes late. */
export interface OperationService {
  /** `undefined` for an operation that this agent does not have. */
  view(name: OperationName): OperationView | undefined;
  /** Those under way, waiting for a person or owing something. */
  current(): readonly OperationView[];
  /** Called after every change of a view; returns the way to stop. */
  subscribe(listener: (name: OperationName) => void): () => void;
}

/** The engine: knows no operation by name. */
export interface Engine extends OperationService {
  add<Inputs, Context extends StepTools>(
    operation: Operation<Inputs, Context>,
  ): Promise<OperationHandle<Inputs>>;
  /** Discharges what a kill left owed; to be called once, after all were added and before anything is served. */
  dischargeOwed(): Promise<void>;
  /** Goes on with what a restart interrupted, as the policies say; with nothing while the journal is damaged. */
  resume(): Promise<void>;
  /** Ends the work; the journal keeps where it stood. */
  stop(): Promise<void>;
}
