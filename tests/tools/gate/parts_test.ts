import assert from "node:assert/strict";
import { PARTS, TOTAL_MIN } from "../../../tools/gate/parts.ts";
import { runParts } from "../../../tools/gate/run_parts.ts";
import { SUITES } from "../../../tools/suites.ts";

const name = (it: { name: string }) => it.name;
const MINUTE_MS = 60_000;

/**
 * The whole gate on a made-up clock, its lanes side by side as they are: each suite takes its usual time or `slower` times that,
 * each set of programs what `buildMin` says, and a check a quarter of a minute. Tells what was skipped, when it all ended, and when the building did.
 */
async function playGate(
  buildMin: (usualMin: number) => number,
  slower = 1,
): Promise<{ skipped: string[]; reasons: (string | undefined)[]; endedMin: number; builtMin: number }> {
  let nowMs = 0;
  let builtMs = 0;
  const asleep: { atMs: number; wake: () => void }[] = [];
  const sleep = (ms: number) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    asleep.push({ atMs: nowMs + ms, wake: resolve });
    return promise;
  };
  let isOver = false;
  const gate = runParts(PARTS, {
    totalMs: TOTAL_MIN * MINUTE_MS,
    nowMs: () => nowMs,
    async run(command, part, limitMs) {
      const stdout = "1 passed, 0 failed, 0 skipped\n";
      if (command === part.countCommand) return { code: 0, isTimedOut: false, stdout, leftRunning: [] };
      const takesMin = part.kind === "build"
        ? buildMin(part.usualMin)
        : part.kind === "suite"
        ? part.usualMin * slower
        : 0.25;
      const isAsked = command === part.builtCommand;
      const ms = isAsked ? 0 : takesMin * MINUTE_MS;
      await sleep(Math.min(ms, limitMs));
      if (part.kind === "build" && !isAsked) builtMs = nowMs;
      const isTimedOut = ms > limitMs;
      return { code: isTimedOut || (isAsked && takesMin > 0) ? 1 : 0, isTimedOut, stdout, leftRunning: [] };
    },
    hasProgram: () => Promise.resolve(true),
    say: () => {},
  }).finally(() => isOver = true);
  while (!isOver) {
    // Everybody acts who can; then the clock goes on to the next who wakes.
    await new Promise((resolve) => setTimeout(resolve));
    asleep.sort((a, b) => a.atMs - b.atMs);
    const next = asleep.shift();
    if (next === undefined) continue;
    nowMs = next.atMs;
    next.wake();
  }
  const skipped = (await gate).filter((it) => it.status === "skipped");
  assert.deepEqual((await gate).filter((it) => it.status === "failed").map((it) => it.part.name), []);
  return {
    skipped: skipped.map((it) => it.part.name),
    reasons: skipped.map((it) => it.reason),
    endedMin: nowMs / MINUTE_MS,
    builtMin: builtMs / MINUTE_MS,
  };
}

Deno.test("where everything is built nothing is skipped, also a fifth slower, and it ends within the hour", async () => {
  for (const slower of [1, 1.2]) {
    const { skipped, endedMin } = await playGate(() => 0, slower);
    assert.deepEqual(skipped, []);
    assert.ok(endedMin < 60, `${endedMin} min`);
  }
});

Deno.test("with nothing built the real node alone falls out, its programs are not begun in vain", async () => {
  const { skipped, reasons, endedMin, builtMin } = await playGate((usualMin) => usualMin * 1.5);
  assert.deepEqual(skipped, ["programs: node", "real node"]);
  assert.match(reasons[0] ?? "", /^does not fit: it takes about 12 min and [\d.]+ min are left$/);
  assert.match(reasons[1] ?? "", /^does not fit: it takes about 24 min and [\d.]+ min are left$/);
  assert.ok(endedMin < 60, `${endedMin} min`);
  assert.ok(builtMin < 35, `the building took cores for ${builtMin} min`);
});

Deno.test("a build that is slower than thought ends once nothing that waits for it would fit", async () => {
  const { skipped, reasons, endedMin, builtMin } = await playGate((usualMin) => usualMin === 12 ? 999 : 0);
  assert.deepEqual(skipped, ["programs: node", "real node"]);
  assert.match(reasons[0] ?? "", /^stopped after [\d.]+ min, what waits for it would not fit any more$/);
  assert.equal(builtMin, TOTAL_MIN - 24);
  assert.ok(endedMin < 60, `${endedMin} min`);
});

Deno.test("every suite is a part of the gate, and no two parts share a name", () => {
  assert.deepEqual(PARTS.filter((it) => it.kind === "suite").map(name), SUITES.map(name));
  assert.equal(new Set(PARTS.map(name)).size, PARTS.length);
});

Deno.test("every part waits only for parts that there are, and all of them come to an end", async () => {
  const names = PARTS.map(name);
  assert.deepEqual(PARTS.flatMap((it) => it.after ?? []).filter((it) => !names.includes(it)), []);
  const started: string[] = [];
  const outcomes = await runParts(PARTS, {
    totalMs: 90 * 60_000,
    nowMs: () => 0,
    run: (_command, part) => {
      started.push(part.name);
      const stdout = "1 passed, 0 failed, 0 skipped\n";
      return Promise.resolve({ code: 0, isTimedOut: false, stdout, leftRunning: [] });
    },
    hasProgram: () => Promise.resolve(true),
    say: () => {},
  });
  assert.equal(outcomes.length, PARTS.length);
  assert.equal(started.at(-1), "clean tree");
  const place = (it: string) => started.indexOf(it);
  assert.ok(place("real node") > place("programs: node"));
  assert.ok(place("compile") > place("Flux definitions"));
  assert.ok(place("systemd in a container") > place("unit and component"));
});

Deno.test("only what comes over the network is tried again", () => {
  assert.deepEqual(PARTS.filter((it) => (it.tries ?? 1) > 1).map(name), [
    "system packages",
    "npm packages",
    "Flux definitions",
    "program sources",
  ]);
});
