import * as z from "zod";
import { type Clock, isoNow } from "../clock.ts";
import type { Host } from "../host/host.ts";
import { MODE, PATHS } from "../state/paths.ts";
import { tryParseJson } from "../text/try_parse_json.ts";

const Note = z.object({ type: z.string().min(1).max(100), data: z.record(z.string(), z.unknown()) });
export type AuditNote = z.infer<typeof Note>;

/** More than what was done by hand while no agent answered. */
const READ = { maxBytes: 256 * 1024 } as const;
const TAKEN = `${PATHS.auditNotes}.taken`;

/** Leaves an entry for the process that writes the log: what was done through the files while no agent answered. */
export async function leaveAuditNote(host: Host, clock: Clock, { type, data }: AuditNote): Promise<void> {
  const line = `${JSON.stringify({ type, data: { ...data, doneAt: isoNow(clock) } })}\n`;
  await host.appendFile(PATHS.auditNotes, line, { mode: MODE.secretFile });
}

/** Hands the notes that were left to the log, and removes them afterwards: a kill leaves them once more, never not at all. */
export async function takeAuditNotes(host: Host, write: (note: AuditNote) => Promise<void>): Promise<void> {
  if ((await host.info(TAKEN)) === undefined) {
    if ((await host.info(PATHS.auditNotes))?.kind !== "file") return;
    await host.rename(PATHS.auditNotes, TAKEN); // what comes meanwhile goes into a file of its own
  }
  for (const line of (await host.readText(TAKEN, READ) ?? "").split("\n")) {
    // Root may have written anything.
    const note = Note.safeParse(tryParseJson(line)).data;
    if (note) await write(note);
  }
  await host.remove(TAKEN);
}
