import * as z from "zod";
import type { JournalEntry } from "../state/journal.ts";
import { type Acceptance, type GateReader, openConditions } from "./conditions.ts";
import { eventOf } from "./entries.ts";
import type { Failure } from "./failure.ts";
import type { InputChange, OperationState, Owed, StepRow } from "./operation.ts";
import type { OperationName } from "./operation_name.ts";
import type { Progress } from "./step.ts";

/** What of an operation is needed to read its entries. */
export interface Foldable {
  name: OperationName;
  stepIds: readonly string[];
  gate?: GateReader | undefined;
}

/** What the journal says about an operation. */
export interface FoldedOperation {
  state: OperationState;
  rows: Record<string, Omit<StepRow, "id" | "title">>;
  /** The newest request as it was written; `undefined` before the first. */
  request: { at: string; data: Readonly<Record<string, unknown>> } | undefined;
  /** Tells which inputs were asked for. */
  runId: string | undefined;
  checksOnly: boolean;
  changes: readonly InputChange[];
  report: unknown;
  accepted: readonly Acceptance[];
  /** How often it was tried again by itself since it was requested, or since a person asked. */
  attempts: number;
  owed: readonly Owed[];
}

// Only what is computed with is looked at; a newer version may know more words and fields.
const FailureData = z.looseObject({
  category: z.string(),
  message: z.string(),
  suggestedNextStep: z.string(),
  retrySafe: z.boolean(),
});
const ProgressData = z.looseObject({ unit: z.string(), done: z.number(), total: z.number().optional() });
const Changes = z.array(z.looseObject({ field: z.string(), means: z.string() }));
const OwedData = z.looseObject({
  id: z.string(),
  data: z.record(z.string(), z.unknown()),
  until: z.iso.datetime().optional(),
});

/** The state of an operation from the journal alone. Pure and total: entries of others, and fields that are not as expected, are passed over. */
export function foldOperation(of: Foldable, entries: readonly JournalEntry[]): FoldedOperation {
  const folded = nothingYet(of);
  for (const entry of entries) addEntry(of, folded, entry);
  return folded;
}

/** The same for a journal that grows: each entry is looked at once. */
export function followJournal(of: Foldable, entries: () => readonly JournalEntry[]): () => FoldedOperation {
  let folded = nothingYet(of);
  let seen = 0;
  return () => {
    const all = entries();
    if (seen < all.length) folded = { ...folded, rows: { ...folded.rows } };
    for (; seen < all.length; seen++) addEntry(of, folded, all[seen] as JournalEntry);
    return folded;
  };
}

function nothingYet({ stepIds }: Foldable): FoldedOperation {
  return {
    state: { status: "idle" },
    rows: Object.fromEntries(stepIds.map((it) => [it, { status: "waiting" }])),
    request: undefined,
    runId: undefined,
    checksOnly: false,
    changes: [],
    report: undefined,
    accepted: [],
    attempts: 0,
    owed: [],
  };
}

function addEntry(of: Foldable, folded: FoldedOperation, entry: JournalEntry): void {
  const { at, data, seq } = entry;
  const stepId = of.stepIds.find((it) => it === data.stepId);
  const event = eventOf(of.name, entry);
  const begin = (stepId: string) => folded.state = { status: "running", stepId, startedAt: at, message: "" };
  switch (event) {
    case "requested": {
      const { accepted, owed, rows, report } = folded;
      Object.assign(folded, nothingYet(of), { accepted, owed }, data.goesOn === true ? { rows, report } : {});
      folded.request = { at, data };
      folded.runId = typeof data.runId === "string" ? data.runId : undefined;
      folded.checksOnly = data.checksOnly === true;
      folded.changes = read<InputChange[]>(Changes, data.changes) ?? [];
      begin(of.stepIds[0] ?? "");
      break;
    }
    case "recheck":
      if (!of.gate) return;
      folded.report = undefined;
      folded.rows[of.gate.id] = { status: "waiting" };
      begin(of.gate.id);
      break;
    case "checked":
      folded.report = of.gate?.read(data.report);
      break;
    case "blocked":
      if (!of.gate) return;
      folded.rows[of.gate.id] = { status: "failed" };
      folded.state = folded.checksOnly
        ? { status: "checked", finishedAt: at }
        : { status: "blocked", since: at };
      break;
    case "checks-done":
      folded.state = { status: "checked", finishedAt: at };
      break;
    case "check.acknowledged":
      folded.accepted = [...folded.accepted, {
        checkId: String(data.checkId),
        by: String(data.by),
        at,
        found: String(data.found),
      }];
      // The last open condition was accepted: it goes on, also when the agent dies before it can say so.
      if (of.gate && folded.state.status === "blocked" && folded.report !== undefined) {
        const open = openConditions(of.gate.conditions(folded.report), folded.accepted);
        if (open.length === 0) begin(of.gate.id);
      }
      break;
    case "retried":
      folded.attempts = typeof data.attempt === "number" ? data.attempt : 0;
      if (folded.state.status === "failed") {
        folded.rows[folded.state.stepId] = { status: "waiting" };
        begin(folded.state.stepId);
      }
      break;
    case "step.started":
      if (stepId === undefined) return;
      folded.rows[stepId] = { status: "running", startedAt: at };
      begin(stepId);
      break;
    case "step.progress": {
      const progress = read<Progress>(ProgressData, data.progress);
      const row = stepId === undefined ? undefined : folded.rows[stepId];
      if (stepId !== undefined && row && progress) folded.rows[stepId] = { ...row, progress, progressAt: at };
      break;
    }
    case "step.succeeded":
      if (stepId === undefined) return;
      folded.rows[stepId] = {
        status: "done",
        startedAt: folded.rows[stepId]?.startedAt ?? at,
        finishedAt: at,
      };
      break;
    case "step.failed": {
      const failure = read<Failure>(FailureData, data.failure);
      if (stepId === undefined || !failure) return;
      const { message } = failure;
      folded.rows[stepId] = { ...folded.rows[stepId], status: "failed", finishedAt: at, message };
      folded.state = { status: "failed", stepId, failure, ...readTime(data.nextAttemptAt) };
      break;
    }
    case "owed": {
      const owed = read<Pick<Owed, "id" | "data" | "until">>(OwedData, data);
      if (owed && !folded.owed.some((it) => it.seq === seq)) {
        const { id, data, until } = owed;
        const due = until === undefined ? {} : { until };
        folded.owed = [...folded.owed, { seq, id, data, since: at, attempts: 0, ...due }];
      }
      break;
    }
    case "discharged":
      folded.owed = folded.owed.filter((it) => it.seq !== data.owed);
      break;
    case "cancelled":
      folded.state = { status: "cancelled", by: String(data.by), finishedAt: at };
      break;
    case "finished":
      folded.attempts = 0;
      folded.state = { status: "done", finishedAt: at };
      break;
  }
}

function readTime(value: unknown): { nextAttemptAt?: string } {
  return typeof value === "string" && !Number.isNaN(Date.parse(value)) ? { nextAttemptAt: value } : {};
}

function read<T>(schema: z.ZodType, value: unknown): T | undefined {
  return schema.safeParse(value).success ? value as T : undefined;
}
