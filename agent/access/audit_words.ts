import { utcMinute } from "../text/utc_time.ts";

/** What is said of each kind of entry; one that is not here is shown by its own name. */
const TEXT: Readonly<Record<string, string>> = {
  "sign-in.accepted": "Signed in",
  "sign-in.refused": "Sign-in refused",
  "session.sign-out": "Signed out",
  "session.end": "Session ended",
  "session.end-others": "All other sessions ended",
  "access.set-password": "Management password set",
  "access.reset-password": "Management password removed, new token made",
  "access.rotate-token": "Token replaced",
  "access.replaced": "Token or password replaced on the machine",
  "setup.start": "Setup asked for",
  "setup.install": "Install asked for after checks",
  "setup.acknowledge": "Findings of the checks accepted",
  "setup.recheck": "Checks of setup asked for again",
  "setup.retry": "Setup asked for again",
  "setup.record": "Decided about a damaged record",
  "settings.apply": "Change of settings asked for",
  "settings.acknowledge": "Findings of a change of settings accepted",
  "settings.recheck": "Checks of a change of settings asked for again",
  "settings.retry": "Change of settings asked for again",
  "updates.look": "Channel asked for updates",
  "updates.apply": "Update asked for",
  "updates.check": "Checks of an update asked for",
  "updates.plan": "Plan of an update asked for",
  "updates.acknowledge": "Findings of an update accepted",
  "updates.recheck": "Checks of an update asked for again",
  "updates.retry": "Update asked for again",
  "updates.resume": "Going on with an update or paused releases asked for",
  "updates.retry-part": "Another try of a part asked for",
  "updates.cancel": "Update stopped",
  "updates.channel": "Change of channel asked for",
  "updates.rules": "Change of pin, override or maintenance asked for",
  "updates.override-ended": "Testing override ended",
  "support.bundle": "Support bundle asked for",
  "audit.continued": "The log goes on in a new file",
  "audit.damaged": "The log was damaged",
  "audit.missed": "Entries could not be written",
};

/** The groups that a reader can choose among, by what their entries' types begin with. */
export const AUDIT_GROUPS: Readonly<Record<string, string>> = {
  "sign-in": "Signing in",
  session: "Sessions",
  access: "Password and token",
  setup: "Setup",
  settings: "Settings",
  updates: "Updates",
  support: "Support bundles",
  audit: "This log",
};

/** What an entry is about, in words. */
export function auditText(type: string): string {
  return TEXT[type] ?? type;
}

/** What an entry belongs to: the first word of its type. */
export function auditGroup(type: string): string {
  return type.split(".", 1)[0] ?? "";
}

const WHO: readonly [key: string, say: (value: string) => string][] = [
  ["via", (it) => it],
  ["address", (it) => it],
  ["session", (it) => `session ${it}`],
];

/** Who it was: where from, and in which session. */
export function auditWho(data: Readonly<Record<string, unknown>>): string {
  return wordsOf(data, WHO).join(", ");
}

const SAY: readonly [key: string, say: (value: string) => string][] = [
  ["by", (it) => `by ${it}`],
  ["browser", (it) => it],
  ["what", (it) => it],
  ["result", (it) => it],
  ["reason", (it) => it],
  ["problem", (it) => it],
  ["since", (it) => `since ${utcMinute(it)}`],
  ["doneAt", (it) => `done ${utcMinute(it)}`],
];

const COUNTS: readonly [key: string, words: string][] = [
  ["wrong", "wrong"],
  ["lockedOut", "while it had to wait"],
  ["addresses", "addresses"],
  ["count", "in all"],
];

/** What came of it, and how often. */
export function auditResult(data: Readonly<Record<string, unknown>>): string {
  const counts = COUNTS.flatMap(([key, words]) => {
    const value = data[key];
    return typeof value === "number" && value > 0 ? [`${value} ${words}`] : [];
  });
  return [...counts, ...wordsOf(data, SAY)].join(", ");
}

function wordsOf(data: Readonly<Record<string, unknown>>, say: typeof SAY): string[] {
  return say.flatMap(([key, words]) => {
    const value = data[key];
    return typeof value === "string" && value !== "" ? [words(value)] : [];
  });
}
