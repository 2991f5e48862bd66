import assert from "node:assert/strict";
import type { Outcome, Part } from "../../../tools/gate/part.ts";
import type { Ended } from "../../../tools/gate/run_limited.ts";
import { runParts } from "../../../tools/gate/run_parts.ts";

const MINUTE_MS = 60_000;
const GOOD: Ended = { code: 0, isTimedOut: false, stdout: "", leftRunning: [] };
const BAD: Ended = { ...GOOD, code: 1 };

function part(name: string, rest: Partial<Part> = {}): Part {
  return { name, lane: "test", kind: "check", command: [name], limitMin: 10, usualMin: 1, ...rest };
}

/** What a made-up command takes and gives; one that takes longer than its limit is stopped there. */
interface Play {
  takesMin?: number;
  gives?: Ended;
}

/** Runs made-up parts on a made-up clock; gives outcomes, what was started and what was said. */
async function play(
  parts: readonly Part[],
  plays: Record<string, Play | Play[]> = {},
  options: { totalMin?: number; programs?: readonly string[]; signal?: AbortSignal } = {},
): Promise<{ outcomes: Outcome[]; started: string[]; said: string[] }> {
  let nowMs = 0;
  const started: string[] = [];
  const said: string[] = [];
  const outcomes = await runParts(parts, {
    totalMs: (options.totalMin ?? 90) * MINUTE_MS,
    nowMs: () => nowMs,
    run([name], _part, limitMs) {
      started.push(name);
      const it = plays[name] ?? {};
      const { takesMin = 0, gives = GOOD } = Array.isArray(it) ? it.shift() ?? {} : it;
      nowMs += Math.min(takesMin * MINUTE_MS, limitMs);
      return Promise.resolve(takesMin * MINUTE_MS > limitMs ? { ...BAD, isTimedOut: true } : gives);
    },
    hasProgram: (name) => Promise.resolve(options.programs?.includes(name) ?? false),
    say: (line) => said.push(line),
    ...(options.signal ? { signal: options.signal } : {}),
  });
  return { outcomes, started, said };
}

const counts = ({ status, passed, failed, skipped }: Outcome) => [status, passed, failed, skipped];

Deno.test("a part that fails counts once and stops none of the others", async () => {
  const { outcomes } = await play([part("one"), part("two")], { one: { gives: BAD } });
  assert.deepEqual(outcomes.map(counts), [["failed", 0, 1, 0], ["passed", 1, 0, 0]]);
  assert.equal(outcomes[0]?.reason, "exit code 1");
});

Deno.test("a suite counts its tests and names what it skipped", async () => {
  const stdout = "\nSkipped:\n  a test\n\n5 passed, 2 failed, 1 skipped\n";
  const { outcomes } = await play([part("suite", { kind: "suite" })], {
    suite: { gives: { ...BAD, stdout } },
  });
  assert.deepEqual(outcomes.map(counts), [["failed", 5, 2, 1]]);
  assert.deepEqual(outcomes[0]?.skippedNames, ["a test"]);
});

Deno.test("a suite that ends with an error though no test failed has failed", async () => {
  const stdout = "5 passed, 0 failed, 0 skipped\n";
  const { outcomes } = await play([part("suite", { kind: "suite" })], {
    suite: { gives: { ...BAD, stdout } },
  });
  assert.deepEqual(outcomes.map(counts), [["failed", 5, 1, 0]]);
});

Deno.test("a suite without a closing line has failed, whatever its exit code", async () => {
  const { outcomes } = await play([part("suite", { kind: "suite" })], { suite: {} });
  assert.deepEqual(outcomes.map(counts), [["failed", 0, 1, 0]]);
  assert.equal(outcomes[0]?.reason, "gave no result (exit code 0)");
});

for (const kind of ["suite", "check"] as const) {
  Deno.test(`a ${kind} that hangs is stopped at its limit and has failed`, async () => {
    const { outcomes } = await play([part("it", { kind }), part("next")], { it: { takesMin: 999 } });
    assert.deepEqual(outcomes.map(counts), [["failed", 0, 1, 0], ["passed", 1, 0, 0]]);
    assert.equal(outcomes[0]?.reason, "stopped after 10 min, its limit");
    assert.equal(outcomes[0]?.durationMs, 10 * MINUTE_MS);
  });
}

Deno.test("a build that is too slow is skipped by name, not wrong", async () => {
  const { outcomes } = await play([part("it", { kind: "build" })], { it: { takesMin: 999 } });
  assert.deepEqual(outcomes.map(counts), [["skipped", 0, 0, 1]]);
});

for (const isBuilt of [true, false]) {
  Deno.test(`late, a build ${isBuilt ? "with nothing left to build passes" : "is not begun"}`, async () => {
    const parts = [
      part("long"),
      part("build", { kind: "build", usualMin: 4, builtCommand: ["built"] }),
      part("suite", { kind: "suite", usualMin: 4, after: ["build"] }),
    ];
    const { outcomes, started } = await play(parts, {
      long: { takesMin: 7 },
      built: { gives: isBuilt ? GOOD : BAD },
    }, { totalMin: 10 });
    assert.deepEqual(started, ["long", "built", ...(isBuilt ? ["build"] : [])]);
    assert.deepEqual(outcomes.map((it) => it.status), ["passed", isBuilt ? "passed" : "skipped", "skipped"]);
    // Three minutes are left, and none once the suite's own four are kept.
    if (!isBuilt) assert.equal(outcomes[1]?.reason, "does not fit: it takes about 4 min and 0 min are left");
  });
}

Deno.test("a build that fails has failed", async () => {
  const { outcomes } = await play([part("it", { kind: "build" })], { it: { gives: BAD } });
  assert.deepEqual(outcomes.map(counts), [["failed", 0, 1, 0]]);
});

Deno.test("a suite that does not fit any more is not begun, and its tests count as skipped", async () => {
  const suite = part("suite", { kind: "suite", usualMin: 5, countCommand: ["count"] });
  const stdout = "0 passed, 0 failed, 17 skipped\n";
  const { outcomes, started } = await play([part("long", { limitMin: 30 }), suite], {
    long: { takesMin: 6 },
    count: { gives: { ...GOOD, stdout } },
  }, { totalMin: 10 });
  assert.deepEqual(started, ["long", "count"]);
  assert.deepEqual(outcomes.map(counts), [["passed", 1, 0, 0], ["skipped", 0, 0, 17]]);
  assert.equal(outcomes[1]?.reason, "does not fit: it takes about 5 min and 4 min are left");
});

Deno.test("a suite that the gate's time ends is skipped, and what is always begun still is", async () => {
  const { outcomes } = await play(
    [
      part("suite", { kind: "suite", limitMin: 40, usualMin: 5 }),
      part("last", { usualMin: 0, limitMin: 1 }),
    ],
    { suite: { takesMin: 999 } },
    { totalMin: 10 },
  );
  assert.deepEqual(outcomes.map(counts), [["skipped", 0, 0, 1], ["passed", 1, 0, 0]]);
  assert.equal(outcomes[0]?.reason, "stopped after 10 min, the gate's time");
});

Deno.test("what may be tried again is, shows it, and counts its tries", async () => {
  const { outcomes, said } = await play([part("fetch", { tries: 2 })], { fetch: [{ gives: BAD }] });
  assert.deepEqual(outcomes.map(counts), [["passed", 1, 0, 0]]);
  assert.equal(outcomes[0]?.tries, 2);
  assert.ok(said.includes("[fetch] failed; try 2 of 2"), said.join("\n"));
});

Deno.test("no part is tried more often than it says", async () => {
  const { started } = await play([part("once"), part("twice", { tries: 2 })], {
    once: { gives: BAD },
    twice: { gives: BAD },
  });
  assert.deepEqual(started, ["once", "twice", "twice"]);
});

Deno.test("all tries of a part share its limit", async () => {
  const { outcomes } = await play([part("fetch", { tries: 2 })], {
    fetch: [{ takesMin: 8, gives: BAD }, { takesMin: 8 }],
  });
  assert.equal(outcomes[0]?.status, "failed");
  assert.equal(outcomes[0]?.durationMs, 10 * MINUTE_MS);
});

Deno.test("a part waits for those that it comes after, however they end, and not for those not chosen", async () => {
  const { started } = await play([
    part("needs both", { after: ["slow build", "not chosen"] }),
    part("other"),
    part("slow build", { lane: "build" }),
  ], { "slow build": { gives: BAD } });
  assert.deepEqual(started, ["slow build", "needs both", "other"]);
});

Deno.test("a part without its program is skipped by name", async () => {
  const go = part("go build", { needsProgram: "go" });
  const without = await play([go]);
  assert.deepEqual(without.outcomes.map(counts), [["skipped", 0, 0, 1]]);
  assert.equal(without.outcomes[0]?.reason, "no go on this machine");
  assert.deepEqual((await play([go], {}, { programs: ["go"] })).started, ["go build"]);
});

Deno.test("an interrupted gate begins nothing more", async () => {
  const { outcomes, started } = await play([part("one")], {}, { signal: AbortSignal.abort() });
  assert.deepEqual(started, []);
  assert.deepEqual(outcomes.map(counts), [["skipped", 0, 0, 1]]);
});
