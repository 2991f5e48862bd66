import * as z from "zod";
import { redactText } from "../text/redact/redact_text.ts";
import type { JournalEntry } from "../state/journal.ts";
import type { ResolvedRelease } from "../release/mod.ts";

/** Longest text beside a backup, in characters. */
export const LONGEST_NOTE = 200;

/** What somebody says of a backup that they took. */
export const BackupNote = z.strictObject({
  /** Where it is, for those who will look for it; no secret. */
  note: z.string().trim().max(LONGEST_NOTE, `Enter at most ${LONGEST_NOTE} characters`).optional(),
});
export type BackupNote = z.infer<typeof BackupNote>;

/** The newest backup on record. */
export interface BackupOnRecord {
  at: string;
  by: string;
  note?: string;
}

const SAID = "backup-taken.said";
const Said = z.object({ by: z.string(), note: z.string().optional() });

/** The entry of a backup that somebody took, for the journal. */
export function backupEntry(
  { note }: BackupNote,
  by: string,
): [type: string, data: Record<string, unknown>] {
  return [SAID, { by, ...(note !== undefined && note !== "" && { note: redactText(note) }) }];
}

/** The newest backup that the journal knows: the agent cannot see those that a hypervisor or another machine makes, and believes who says so. */
export function foldBackup(entries: readonly JournalEntry[]): BackupOnRecord | undefined {
  for (const { type, at, data } of entries.toReversed()) {
    if (type !== SAID) continue;
    const { by, note } = Said.safeParse(data).data ?? {};
    if (by !== undefined) return { at, by, ...(note !== undefined && { note }) };
  }
  return undefined;
}

/** How old a backup may be at most before these releases, in hours; `undefined` where none of them asks for one. */
export function backupHours(releases: readonly ResolvedRelease[]): number | undefined {
  const asked = releases.flatMap((it) => it.manifest.backupWithinHours ?? []);
  return asked.length === 0 ? undefined : Math.min(...asked);
}
