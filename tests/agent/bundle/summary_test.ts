import assert from "node:assert/strict";
import type { BundleManifest } from "../../../agent/bundle/manifest.ts";
import { summaryText } from "../../../agent/bundle/summary.ts";

const EMPTY: Omit<BundleManifest, "schema"> = {
  id: "b",
  createdAt: "2026-11-27T10:00:00.000Z",
  finishedAt: "2026-11-27T10:01:00.000Z",
  by: "root",
  agent: { version: "0.1.0", commit: "" },
  strict: false,
  knownValues: { count: 0, leftOut: 0, problems: [] },
  collectors: [],
  files: [],
  skipped: [],
  redactions: {},
};

/** How many more of each list the summary of such a bundle tells of. */
function more(skipped: number, cut: number, missing: number): number[] {
  const many = <T>(count: number, it: (i: number) => T) => Array.from({ length: count }, (_, i) => it(i));
  const text = summaryText({
    ...EMPTY,
    skipped: many(skipped, (i) => ({ path: `s${i}`, collector: "c", why: "it is binary" })),
    files: many(cut, (i) => ({
      path: `f${i}`,
      collector: "c",
      sizeBytes: 1,
      sha256: "",
      truncated: "it is long",
      redactions: {},
    })),
    collectors: [{
      id: "c",
      title: "C",
      status: "partial",
      ms: 1,
      missing: many(missing, (i) => ({ what: `w${i}`, why: "no answer" })),
      absent: [],
    }],
  } as unknown as BundleManifest, undefined);
  return [...text.matchAll(/- and (\d+) more, in manifest\.json/g)].map((it) => Number(it[1]));
}

Deno.test("the summary of a bundle says how many of what is missing it does not name", () => {
  assert.deepEqual(more(30, 30, 10), []);
  assert.deepEqual(more(33, 32, 11), [1, 2, 3]);
});
