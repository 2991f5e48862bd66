import type { OperationEvent } from "../state/entry_words.ts";
import type { Clock } from "../clock.ts";
import { AgentError } from "../error.ts";
import type { Host } from "../host/host.ts";
import type { Journal } from "../state/journal.ts";
import type { Say } from "../text/log_line.ts";
import type { FoldedOperation } from "./fold_operation.ts";
import type { LockReply } from "./operation_lock.ts";
import type { Operation, OperationView, PlannedStep } from "./operation.ts";
import type { Worker } from "./worker.ts";

/** What an operation has from its engine. */
export interface OperationDeps {
  host: Host;
  clock: Clock;
  journal: Journal;
  takeLock(by: string): Promise<LockReply>;
  changed(): void;
  say: Say;
  /** What other operations could not discharge so far. */
  dischargeOthers(): Promise<void>;
  /** The lock was given back. */
  onFree(): void;
}

/** The working half of an operation: what requests are made to. */
export interface OperationCore<Inputs> {
  operation: Pick<
    Operation<Inputs>,
    "name" | "title" | "policy" | "gate" | "shown" | "compare" | "beforeRun"
  >;
  folded(): FoldedOperation;
  view(): OperationView;
  inputs(): Inputs | undefined;
  /** What is wrong with the journal; `undefined` while it can be believed. */
  damage(): string | undefined;
  worker: Worker;
  /** A journal entry that the view is made from. */
  record(event: OperationEvent, data: Record<string, unknown>): Promise<number>;
  /** Writes inputs of a new run and its request down. */
  request(inputs: Inputs, data: Record<string, unknown>): Promise<void>;
  /** Cuts the walk short; `false` where that may not be. Resolves when the lock is free. */
  cutShort(kind: Interruption["kind"], by: string): Promise<boolean>;
  hasMadeWay(): boolean;
  resume(): Promise<void>;
  dischargeOwed(): Promise<void>;
  plan(inputs: Inputs): Promise<readonly PlannedStep[]>;
  stop(): Promise<void>;
}

/** Why a walk was cut short on purpose. */
export class Interruption extends AgentError {
  constructor(readonly kind: "cancel" | "make-way", readonly by: string) {
    super("CANCELLED", "It was cut short");
  }
}
