const OPERATION: Readonly<Record<string, string>> = {
  setup: "Setup",
  settings: "The change of settings",
  update: "The update",
  network: "The change of the network",
  recovery: "The recovery",
  uninstall: "Taking Alga off this machine",
  "agent-update": "The update of the agent",
};
const HAPPENED: Readonly<Record<string, string>> = {
  requested: "was asked for",
  checked: "was checked",
  blocked: "was stopped by its checks",
  recheck: "is to be checked again",
  retried: "is tried again",
  cancelled: "was cancelled",
  finished: "finished",
  failed: "failed",
  owed: "has something to put back",
  discharged: "put back what it had changed",
  lifted: "keeps what it had changed",
  "made-way": "made way for another operation",
};
const STEP: Readonly<Record<string, string>> = {
  started: "began",
  progress: "goes on",
  succeeded: "is done",
  failed: "failed",
};

const WHOLE: Readonly<Record<string, string>> = {
  "storage.smoke-passed": "The test of storage passed",
  "check.acknowledged": "The risk of a check was accepted",
};

/** An entry of the record as a sentence without its period; its type as it is where there are no words for it. */
export function entryWords(
  { type, stepId, by }: { type: string; stepId?: string | undefined; by?: string | undefined },
): string {
  if (Object.hasOwn(WHOLE, type)) return WHOLE[type] ?? type;
  const [subject = "", verb = ""] = type.split(".", 2);
  const asked = by === undefined ? "" : ` (${by})`;
  if (subject === "step" && stepId !== undefined && Object.hasOwn(STEP, verb)) {
    return `Step "${stepId}" ${STEP[verb]}`;
  }
  return Object.hasOwn(OPERATION, subject) && Object.hasOwn(HAPPENED, verb)
    ? `${OPERATION[subject]} ${HAPPENED[verb]}${asked}`
    : `${type}${stepId === undefined ? "" : ` "${stepId}"`}${asked}`;
}

/** Whether an entry of this type tells of a fault. */
export function tellsOfFault(type: string): boolean {
  return /failed|damaged|refused/.test(type);
}
