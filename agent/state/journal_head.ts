import * as z from "zod";
import type { Host } from "../host/host.ts";
import { MODE, PATHS } from "./paths.ts";

/** How far the journal reached when it was last written: what no cut, emptied or exchanged journal fits. */
const Head = z.object({
  /** Number of its last entry. */
  seq: z.int().positive(),
  /** Chained checksum of that entry, so that of all before it too. */
  sum: z.string().min(1),
});
export type JournalHead = z.infer<typeof Head>;

/** In two places, so that whatever takes the journal away leaves one of them. */
const PLACES = [PATHS.journalHead, PATHS.journalHeadCopy] as const;

/** The head that reaches furthest of those that can be read; `undefined` when there is none. */
export async function readJournalHead(
  host: Host,
  places: readonly string[] = PLACES,
): Promise<JournalHead | undefined> {
  const found = await Promise.all(places.map((path) => readOne(host, path)));
  return found.filter((it) => it !== undefined).toSorted((a, b) => b.seq - a.seq)[0];
}

async function readOne(host: Host, path: string): Promise<JournalHead | undefined> {
  try {
    const parsed = Head.safeParse(JSON.parse(await host.readText(path, { maxBytes: 10_000 }) ?? ""));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined; // a head that cannot be read says nothing; the other one may
  }
}

/**
 * Notes how far the journal reaches, after it does. What cannot be written (a full disk) leaves a head that is behind, which
 * is not damage; the next entry brings it along.
 */
export async function writeJournalHead(
  host: Host,
  head: JournalHead,
  places: readonly string[] = PLACES,
): Promise<void> {
  const text = `${JSON.stringify(head)}\n`;
  for (const path of places) await host.writeFile(path, text, { mode: MODE.secretFile }).catch(() => {});
}

/** What is wrong with a journal whose entries have these checksums, for people; `undefined` when the head fits it. */
export function headProblem(head: JournalHead | undefined, sums: readonly string[]): string | undefined {
  if (head === undefined || sums[head.seq - 1] === head.sum) return undefined;
  if (sums.length === 0) return `The record of this appliance is gone; it had ${head.seq} entries`;
  return sums.length < head.seq
    ? `The record of this appliance ends after ${sums.length} of ${head.seq} entries`
    : "The record of this appliance was exchanged for another one";
}
