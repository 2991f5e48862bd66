import * as z from "zod";
import type { Host } from "../host/host.ts";
import { MODE, PATHS } from "../state/paths.ts";

/** Bundles that are kept as files, and rows of those that were made. */
const MOST_FILES = 5;
const MOST_BYTES = 200 * 1024 * 1024;
const MOST_ROWS = 50;
const HISTORY = `${PATHS.bundleDir}/history.json`;

const Row = z.object({
  /** File name, as it was given to whoever asked. */
  name: z.string(),
  at: z.string(),
  by: z.string(),
  sizeBytes: z.number(),
  strict: z.boolean().default(false),
  encrypted: z.boolean().default(false),
  /** Parts of which something is missing. */
  incomplete: z.number().default(0),
  /** Its file is still there. */
  isKept: z.boolean().default(false),
});
const Rows = z.object({ rows: z.array(Row).default([]) });

/** One bundle that was made. */
export type BundleRow = z.infer<typeof Row>;

/** What was made before, newest first. Losing it costs nothing but itself, so what is damaged counts as empty. */
export interface BundleHistory {
  rows(): readonly BundleRow[];
  /** Takes up what was made; its file is kept where there is room. Never throws. */
  add(row: Omit<BundleRow, "isKept">, bytes: () => ReadableStream<Uint8Array>): Promise<void>;
  /** The bytes of a file that is kept, a piece at a time; `undefined` where it is not. */
  open(name: string): Promise<{ sizeBytes: number; bytes: ReadableStream<Uint8Array> } | undefined>;
}

const PIECE_BYTES = 64 * 1024;

export async function openHistory(host: Host): Promise<BundleHistory> {
  let rows = await readRows(host);
  const place = (name: string) => `${PATHS.bundleDir}/${name}`;

  async function prune(): Promise<void> {
    let [files, bytes] = [0, 0];
    for (const row of rows) {
      if (!row.isKept) continue;
      files++;
      bytes += row.sizeBytes;
      if (files <= MOST_FILES && bytes <= MOST_BYTES) continue;
      await host.remove(place(row.name)).catch(() => {});
      row.isKept = false;
    }
    rows = rows.slice(0, MOST_ROWS);
  }

  return {
    rows: () => rows,
    async add(row, bytes) {
      const added = { ...row, isKept: false };
      rows = [added, ...rows];
      try {
        if (await hasRoom(host, row.sizeBytes)) {
          await host.makeFolder(PATHS.bundleDir, { mode: MODE.privateFolder });
          await host.writeStream(place(row.name), bytes(), {
            mode: MODE.secretFile,
            maxBytes: MOST_BYTES,
            verify: () => {},
            key: "new",
          });
          added.isKept = true;
        }
        await prune();
        await host.writeFile(HISTORY, JSON.stringify({ rows }, undefined, 1), { mode: MODE.secretFile });
      } catch {
        // A disk that is full or read-only: whoever asked has the bundle, and the row is remembered while the agent runs.
      }
    },
    async open(name) {
      const row = rows.find((it) => it.name === name && it.isKept);
      const info = row && await host.info(place(name));
      if (row === undefined || info?.kind !== "file") return undefined;
      let at = 0;
      const bytes = new ReadableStream<Uint8Array>({
        async pull(controller) {
          const piece = await host.readPart(place(name), { fromByte: at, maxBytes: PIECE_BYTES });
          if (piece === undefined || piece.length === 0) return controller.close();
          at += piece.length;
          controller.enqueue(piece);
        },
      }, { highWaterMark: 0 });
      return { sizeBytes: info.sizeBytes, bytes };
    },
  };
}

async function readRows(host: Host): Promise<BundleRow[]> {
  try {
    return Rows.parse(JSON.parse(await host.readText(HISTORY, { maxBytes: 1024 * 1024 }) ?? "{}")).rows;
  } catch {
    return [];
  }
}

/** Whether twice as much is free: a bundle must not be what fills the disk. */
async function hasRoom(host: Host, sizeBytes: number): Promise<boolean> {
  const { code, stdout } = await host.run(["df", "-B1", "--output=avail", PATHS.stateDir], {
    timeoutMs: 5_000,
  });
  const free = Number(stdout.trim().split(/\s+/).at(-1));
  return code === 0 && free > 2 * sizeBytes;
}
