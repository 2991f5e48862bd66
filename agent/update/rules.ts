import * as z from "zod";
import type { JournalEntry } from "../state/journal.ts";
import { utcMinute } from "../text/utc_time.ts";
import { MaintenanceWindow, windowText } from "./maintenance_window.ts";

/** Longest time, in days, that a testing override may be in force. */
export const LONGEST_OVERRIDE_DAYS = 30;
/** Longest delay of automatic updates, in days. */
const LONGEST_DELAY_DAYS = 90;
const DELAY = `Enter whole days from 0 to ${LONGEST_DELAY_DAYS}`;

/** A version or digest of a release. */
const Reference = z.string().trim().regex(
  /^([A-Za-z0-9_][A-Za-z0-9._-]{0,127}|sha256:[0-9a-f]{64})$/,
  "Enter a version like 1.4.0, or a digest that begins with sha256:",
);

const Pin = Reference.refine(
  (it) => it !== "stable" && it !== "nightly",
  "Enter a version or digest: a channel moves, and is chosen as one",
);

const Repository = z.string().trim().max(255).regex(
  /^[a-z0-9.-]+(:\d{1,5})?(\/[a-z0-9]+([._-]+[a-z0-9]+)*)+$/,
  "Enter a repository with its registry, like ghcr.io/nine-minds/alga-appliance-release",
);

/** For tests with Alga support: another place of releases, or another release of it, for some time. */
const TestingOverride = z.strictObject({
  /** Without one it is the channel's name. */
  reference: Reference.optional(),
  /** With its registry; without one it is the usual one. */
  repository: Repository.optional(),
  /** From this moment on it is no longer in force. */
  endsAt: z.iso.datetime("Enter the end as a time in UTC, like 2026-12-01T18:00:00Z"),
}).refine((it) => it.reference ?? it.repository, "Name a reference, a repository, or both");
type TestingOverride = z.infer<typeof TestingOverride>;

const Automatic = z.strictObject({
  /** After the publication of a release. */
  delayDays: z.int(DELAY).min(0, DELAY).max(LONGEST_DELAY_DAYS, DELAY),
});

/** What is other from now on; null takes a part away, what is left out stays. */
export const RulesChange = z.strictObject({
  pin: Pin.nullable(),
  override: TestingOverride.nullable(),
  window: MaintenanceWindow.nullable(),
  automatic: Automatic.nullable(),
}).partial();
export type RulesChange = z.infer<typeof RulesChange>;

/** Which release this appliance follows beside its channel, and when updates may begin. Each part may be missing. */
export type UpdateRules = { [Part in keyof RulesChange]: Exclude<RulesChange[Part], null> };

/** One change, as it is shown. */
export interface RulesChanged {
  at: string;
  by: string;
  text: string;
}

const CHANGED = "update-rules.changed";
const SEEN = "update-rules.seen";
const Changed = z.object({ by: z.string(), change: RulesChange });

/** The entry of a change, for the journal. */
export function changedEntry(change: RulesChange, by: string): [type: string, data: Record<string, unknown>] {
  return [CHANGED, { by, change }];
}

/** The entry of a release that does not say when it was published, for the journal. */
export function seenEntry(manifestDigest: string): [type: string, data: Record<string, unknown>] {
  return [SEEN, { manifestDigest }];
}

/** What the journal says of the rules. */
export interface FoldedRules {
  rules: UpdateRules;
  /** Oldest first. */
  changes: RulesChanged[];
  /** When a release that does not say when it was published was first seen, by its digest. */
  seen: Map<string, string>;
  /** The newest change cannot be read (a newer agent wrote it): then nothing happens by itself until it is chosen again. */
  isUnreadable: boolean;
}

/** The rules that count, from the journal. `pinnedAtSetup`: the release that setup was asked for; empty for the channel. */
export function foldRules(entries: readonly JournalEntry[], pinnedAtSetup = ""): FoldedRules {
  const pin = Pin.safeParse(pinnedAtSetup);
  const folded: FoldedRules = {
    rules: pin.success ? { pin: pin.data } : {},
    changes: [],
    seen: new Map(),
    isUnreadable: false,
  };
  for (const { type, at, data } of entries) {
    if (type === SEEN) folded.seen.set(String(data.manifestDigest), at);
    if (type !== CHANGED) continue;
    const read = Changed.safeParse(data);
    folded.isUnreadable = !read.success;
    if (!read.success) continue;
    folded.rules = applyChange(folded.rules, read.data.change);
    folded.changes.push({ at, by: read.data.by, text: changeText(read.data.change) });
  }
  return folded;
}

/** The rules after a change. */
export function applyChange(rules: UpdateRules, change: RulesChange): UpdateRules {
  const said = Object.fromEntries(Object.entries(change).filter(([, it]) => it !== undefined));
  const after = Object.entries({ ...rules, ...said }).filter(([, it]) => it !== null);
  return Object.fromEntries(after) as UpdateRules;
}

/** A change in words. */
export function changeText({ pin, override, window, automatic }: RulesChange): string {
  const parts = [
    pin === undefined ? "" : pin === null ? "back to the channel" : `pinned to ${pin}`,
    override === undefined ? "" : override === null ? "testing override ended" : overrideText(override),
    window === undefined ? "" : window === null ? "no maintenance window" : `window: ${windowText(window)}`,
    automatic === undefined
      ? ""
      : automatic === null
      ? "automatic updates off"
      : `automatic updates on, ${automatic.delayDays} days after publication`,
  ].filter(Boolean);
  return parts.join("; ") || "nothing";
}

/** "Testing override: release 1.6.0-rc.1 of ghcr.io/…, until 2026-12-01 18:00 UTC" */
export function overrideText({ reference, repository, endsAt }: TestingOverride): string {
  const what = `${reference === undefined ? "the channel" : `release ${reference}`}${
    repository === undefined ? "" : ` of ${repository}`
  }`;
  return `Testing override: ${what}, until ${utcMinute(endsAt)}`;
}
