import assert from "node:assert/strict";
import { productFiles, REPO } from "./sources.ts";

/** Largest share of the product's lines that one room may hold. */
const MAX_ROOM_SHARE = 0.15;
const MAX_LINES = { median: 100, p90: 300, any: 500 };

async function lineCounts(): Promise<{ path: string; lines: number }[]> {
  const paths = await productFiles();
  return await Promise.all(
    paths.map(async (path) => ({
      path,
      lines: (await Deno.readTextFile(REPO + path)).split("\n").length - 1,
    })),
  );
}

function roomName(path: string): string {
  const [first = "", second = ""] = path.split("/");
  return first === "agent" && !second.endsWith(".ts") ? `agent/${second}` : first;
}

Deno.test("no room holds more than 15 % of the product's lines", async () => {
  const counts = await lineCounts();
  const total = counts.reduce((sum, it) => sum + it.lines, 0);
  const rooms = new Map<string, number>();
  for (const { path, lines } of counts) rooms.set(roomName(path), (rooms.get(roomName(path)) ?? 0) + lines);
  const large = [...rooms].filter(([, lines]) => lines > MAX_ROOM_SHARE * total)
    .map(([room, lines]) => `${room}: ${(100 * lines / total).toFixed(1)} %`);
  assert.deepEqual(large, []);
});

Deno.test("files stay small: median, nine of ten, and the largest", async () => {
  const counts = (await lineCounts()).toSorted((a, b) => a.lines - b.lines);
  const at = (share: number) => counts[Math.floor(counts.length * share)];
  assert.ok((at(0.5)?.lines ?? 0) <= MAX_LINES.median, `median ${at(0.5)?.lines}`);
  assert.ok((at(0.9)?.lines ?? 0) <= MAX_LINES.p90, `p90 ${at(0.9)?.lines}`);
  assert.deepEqual(
    counts.filter((it) => it.lines > MAX_LINES.any).map((it) => `${it.path}: ${it.lines}`),
    [],
  );
});
