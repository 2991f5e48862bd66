import type { LogLevel } from "../text/log_line.ts";
import { durationText } from "../text/duration.ts";
import { sentence } from "../text/sentence.ts";

/** How each long operation is called, by the name that the journal has of it. */
export const OPERATION_TITLES = {
  setup: "Setup",
  settings: "Change of settings",
  update: "Update",
  network: "Change of the network",
  recovery: "Recovery",
  import: "Import",
  backup: "Backup",
  restore: "Restore",
  uninstall: "Removal of Alga",
  bundle: "Support bundle",
  "agent-update": "Update of the agent",
  prepare: "Fetching images beforehand",
} as const;

/** What an entry holds besides its type; read with care, since older and newer agents write it, too. */
type Data = Readonly<Record<string, unknown>>;

/** What each event of an operation is in words, behind the title of the operation or the step. */
const EVENTS = {
  "requested": (it) => `asked for${by(it)}`,
  "checked": () => "checked",
  "checks-done": () => "only the checks were asked for, and they are done",
  "blocked": () => "something stands in the way; its page says what",
  "recheck": (it) => `to be checked again${by(it)}`,
  "retried": (it) => `tried again${by(it, ", by")}`,
  "cancelled": (it) => `stopped${by(it)}`,
  "made-way": (it) => `makes way${by(it, " for")}`,
  "owed": () => "something is to be put back at the end",
  "discharged": ({ how }) => how === "lifted" ? "what was changed is kept" : "what was changed is put back",
  "finished": () => "done",
  "check.acknowledged": (it) => `the risk of a check is accepted${by(it)}`,
  "step.started": () => "began",
  "step.progress": () => "goes on",
  "step.succeeded": ({ durationMs, found }) =>
    found === true || typeof durationMs !== "number" ? "done" : `done in ${durationText(durationMs)}`,
  "step.failed": ({ failure }) => {
    const { message, suggestedNextStep: next } = objectOf(failure);
    const why = typeof message === "string" && message !== "" ? `: ${sentence(message)}` : "";
    return `failed${why}${typeof next === "string" && next !== "" ? ` What to do: ${sentence(next)}` : ""}`;
  },
} as const satisfies Readonly<Record<string, (data: Data) => string>>;

/** Everything that the engine writes down of an operation: an event without words does not compile. */
export type OperationEvent = keyof typeof EVENTS;

/** What is written down besides operations. */
const OTHERS: Readonly<Record<string, string>> = {
  "storage.smoke-passed": "The test of storage passed",
  "backup-taken.said": "Somebody said that they took a backup",
  "journal.damaged": "The record of this appliance was found damaged",
  "journal.accepted": "The record of this appliance was accepted as it is",
  "update-rules.changed": "The rules of updates were changed",
  "update-rules.seen": "A release of the channel was seen for the first time",
};

/** Somebody ended it, or a restart did: nothing is wrong with this machine. */
const ENDED_FROM_OUTSIDE: readonly unknown[] = ["CANCELLED", "INTERRUPTED"];

/** One entry in words, and how much it matters: an error is what stays as it is until a person comes. */
export interface EntryLine {
  level: Exclude<LogLevel, "notice">;
  text: string;
}

/** What happened to an operation ("Setup: Install Kubernetes: done in 70 s"); `step`: what people call it. */
export function eventLine(title: string, event: OperationEvent, data: Data, step?: string): EntryLine {
  const parts = [title, ...(step === undefined ? [] : [step]), EVENTS[event](data)];
  return { level: levelOf(event, data), text: parts.join(": ") };
}

/** An entry of the record, of which only that is known; its type as it is where there are no words for it. */
export function entryLine({ type, data }: { type: string; data: Data }): EntryLine {
  const { stepId } = data;
  const step = typeof stepId === "string" && stepId !== "" ? stepId : undefined;
  const [name, event] = splitEntry({ type, data });
  if (isKey(OPERATION_TITLES, name) && isKey(EVENTS, event) && (step !== undefined || !isOfStep(event))) {
    return eventLine(OPERATION_TITLES[name], event, data, step && `step "${step}"`);
  }
  const text = isKey(OTHERS, type) ? OTHERS[type] ?? type : `${type}${step ? ` "${step}"` : ""}`;
  return {
    level: /failed|damaged|refused/.test(type) ? "error" : "info",
    text: `${text}${by(data, ", by")}`,
  };
}

/**
 * Name of the operation and what happened to it. Types of steps and checks are the same for every operation, whose name stands
 * beside them; older agents wrote them for setup only, without its name.
 */
export function splitEntry({ type, data }: { type: string; data: Data }): [name: unknown, event: string] {
  if (isShared(type)) return [data.operation ?? "setup", type];
  const at = type.indexOf(".");
  return at < 0 ? [type, ""] : [type.slice(0, at), type.slice(at + 1)];
}

/** Whether entries of this event have one type for all operations. */
export function isShared(event: string): boolean {
  return isOfStep(event) || event.startsWith("check.");
}

function isOfStep(event: string): boolean {
  return event.startsWith("step.");
}

function levelOf(event: OperationEvent, { failure, nextAttemptAt }: Data): EntryLine["level"] {
  if (event === "blocked" || event === "cancelled") return "warning";
  if (event !== "step.failed") return "info";
  const isForPeople = nextAttemptAt === undefined && !ENDED_FROM_OUTSIDE.includes(objectOf(failure).code);
  return isForPeople ? "error" : "warning";
}

function by({ by }: Data, before = " by"): string {
  return typeof by === "string" && by.trim() !== "" ? `${before} ${by}` : "";
}

function objectOf(value: unknown): Data {
  return typeof value === "object" && value !== null ? value as Data : {};
}

function isKey<Table extends object>(table: Table, key: unknown): key is keyof Table {
  return typeof key === "string" && Object.hasOwn(table, key);
}
