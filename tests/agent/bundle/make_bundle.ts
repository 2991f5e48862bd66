import type { Collector, Sources } from "../../../agent/bundle/collector.ts";
import { COLLECTORS } from "../../../agent/bundle/collectors.ts";
import type { ReadBundle } from "../../../agent/bundle/read_bundle.ts";
import { runBundle, type RunOptions } from "../../../agent/bundle/run_bundle.ts";
import { systemClock } from "../../../agent/clock.ts";
import type { Host } from "../../../agent/host/host.ts";
import { emptySnapshot, NO_MEMORY } from "../../../agent/status/mod.ts";
import { chainedLine, NOTHING_YET } from "../../../agent/state/chained_lines.ts";
import { BUILD } from "../../../agent/version.ts";
import { readMade } from "../../bundle/keep_bundle.ts";
import { FakeHost } from "../../fakes/fake_host.ts";

/** Sources of an appliance that is not set up; a test replaces what it is about. */
export function sourcesOf(more: Partial<Sources> & { host?: Host } = {}): Sources {
  return {
    host: new FakeHost(),
    clock: systemClock,
    connectKube: () => Promise.resolve(undefined),
    evidence: () =>
      Promise.resolve({ at: "2026-11-26T12:00:00.000Z", snapshot: emptySnapshot(), memory: NO_MEMORY }),
    checks: NO_CHECKS,
    ...more,
  };
}

/** A machine of which nothing is asked. */
const NO_CHECKS: Sources["checks"] = {
  now: () => Promise.resolve({ startedAt: "", finishedAt: "", results: [] }),
  atSetup: () => Promise.resolve(undefined),
};

/** Makes a bundle and reads it again, as whoever gets it does. */
export async function makeBundle(
  options: Partial<Omit<RunOptions, "sources">> & { sources?: Sources } = {},
): Promise<ReadBundle> {
  const run = runBundle({
    sources: sourcesOf(),
    collectors: COLLECTORS,
    build: BUILD,
    by: "a test",
    strict: false,
    signal: new AbortController().signal,
    ...options,
  });
  const bundle = await readMade(run.bytes);
  await run.done;
  return bundle;
}

/** A collector with a body of its own. */
export function collector(
  id: string,
  collect: Collector["collect"],
  more: Partial<Collector> = {},
): Collector {
  return { id, title: `Part ${id}`, collect, ...more };
}

/** All text of a bundle. */
export function allText(bundle: ReadBundle): string {
  return [...bundle.files.values()].map((it) => new TextDecoder().decode(it)).join("\n");
}

/** A log as the agent writes it, each line with the checksum that follows the one before. */
export function chained(entries: readonly { type: string; data: Record<string, unknown> }[]): string {
  let { sum } = NOTHING_YET;
  return entries.map((it, index) => {
    const made = chainedLine(sum, { seq: index + 1, at: "2026-11-26T12:00:00.000Z", ...it });
    sum = made.sum;
    return made.line;
  }).join("");
}
