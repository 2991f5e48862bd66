import assert from "node:assert/strict";
import { CAMPAIGN_PARTS, type CampaignPart, openRows, ROWS } from "../../tools/campaign/parts.ts";
import {
  type CampaignSize,
  type FileResult,
  type PartOutcome,
  runPart,
} from "../../tools/campaign/run_part.ts";
import { withScratch } from "../../tools/campaign/scratch.ts";
import { parseTestOutput } from "../../tools/test_output.ts";
import { mortalCommand } from "../mortal_command.ts";

const repo = new URL("../..", import.meta.url).pathname;

async function campaign(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const command = ["run", "-A", "--quiet", "--no-check", `${repo}tools/campaign.ts`, ...args];
  const { code, stdout, stderr } = await mortalCommand(Deno.execPath(), command, {
    stdout: "piped",
    stderr: "piped",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

for (
  const [args, said] of [
    [["requests", "nonsense"], /"nonsense".*requests, guesses, kills/],
    [["--minutes", "0"], /--minutes.*"0"/],
    [["--seed", "x"], /--seed.*"x"/],
    [["--second", "1"], /--second/],
  ] as const
) {
  Deno.test(`the campaign refuses ${args.join(" ")} and says why`, async () => {
    const { code, stdout, stderr } = await campaign(...args);
    assert.equal(code, 2, stderr);
    assert.equal(stdout, "", "a part was started");
    assert.match(stderr, said);
  });
}

Deno.test("--help names every part, and the rows without a test", async () => {
  const { code, stdout } = await campaign("--help");
  assert.equal(code, 0);
  for (const { name } of CAMPAIGN_PARTS) assert.match(stdout, new RegExp(`^  ${name} +\\w`, "m"));
  for (const row of openRows(CAMPAIGN_PARTS).none) assert.ok(stdout.includes(row), row);
});

Deno.test("each part has a name of its own, and files that are there and in no other part", async () => {
  const names = CAMPAIGN_PARTS.map((it) => it.name);
  assert.deepEqual([...new Set(names)], names);
  const files = CAMPAIGN_PARTS.flatMap((it) => Object.keys(it.files));
  assert.deepEqual([...new Set(files)], files);
  for (const { name, files } of CAMPAIGN_PARTS) assert.ok(Object.keys(files).length > 0, name);
  for (const file of files) {
    assert.match(file, /_test\.ts$/);
    assert.ok((await Deno.stat(repo + file)).isFile, file);
  }
  const rows = CAMPAIGN_PARTS.flatMap((it) => Object.values(it.files).flat());
  assert.deepEqual(rows.filter((it) => !ROWS.includes(it)), []);
});

Deno.test("requests, guesses and kills do more where the factor is larger", async () => {
  for (const file of ["binary/hostile_requests", "binary/token_guessing", "walk/kill"]) {
    const text = await Deno.readTextFile(`${repo}tests/${file}_test.ts`);
    assert.match(text, /campaignCount\(/, file);
    assert.match(text, /campaignSeed\(/, file);
  }
});

Deno.test("openRows() tells rows without a test from those without one of the compiled program", () => {
  const part = (files: CampaignPart["files"]) => ({ name: "x", about: "x", files });
  const { none, sourceOnly } = openRows([
    part({ "tests/binary/a_test.ts": ["X1"], "tests/agent/a_test.ts": ["X1", "X2"] }),
    part({ "tests/walk/a_test.ts": ["X3"] }),
  ]);
  assert.deepEqual(sourceOnly, ["X2"]);
  assert.deepEqual(none, ROWS.slice(3));
});

const PART: CampaignPart = { name: "made-up", about: "", files: { "a_test.ts": [], "b_test.ts": [] } };
const FINE: FileResult = { passed: 2, failed: 0, skippedNames: [], isTimedOut: false, log: "" };

interface Call extends CampaignSize {
  file: string;
}

/** Runs the part by a clock of its own: `answer` says how a file ends and how long it takes. */
async function play(
  limitSec: number,
  answer: (call: Call, index: number) => { tookSec: number } & Partial<FileResult>,
  signal?: AbortSignal,
): Promise<{ outcome: PartOutcome; calls: Call[] }> {
  let nowMs = 5_000;
  const calls: Call[] = [];
  const outcome = await runPart(PART, {
    seed: 7,
    limitMs: limitSec * 1_000,
    nowMs: () => nowMs,
    ...(signal === undefined ? {} : { signal }),
    run(file, size, limitMs) {
      assert.ok(limitMs > 0);
      calls.push({ file, ...size });
      const { tookSec, ...rest } = answer({ file, ...size }, calls.length - 1);
      const isTimedOut = tookSec * 1_000 > limitMs;
      nowMs += Math.min(tookSec * 1_000, limitMs);
      return Promise.resolve({ ...FINE, ...(isTimedOut ? { passed: 0, isTimedOut } : rest) });
    },
  });
  assert.ok(outcome.durationMs <= limitSec * 1_000, "longer than its time");
  return { outcome, calls };
}

Deno.test("a part is repeated until another round would not come to its end", async () => {
  const { outcome, calls } = await play(50, () => ({ tookSec: 10 }));
  assert.deepEqual(calls.map((it) => it.file), ["a_test.ts", "b_test.ts", "a_test.ts", "b_test.ts"]);
  assert.deepEqual(outcome, {
    name: "made-up",
    seed: 7,
    rounds: 2,
    passed: 8,
    failed: 0,
    skippedNames: [],
    durationMs: 40_000,
  });
});

Deno.test("rounds have seeds of their own, far apart, and grow while there is time", async () => {
  const { outcome, calls } = await play(1_000, ({ factor }) => ({ tookSec: factor }));
  const seeds = [...new Set(calls.map((it) => it.seed))].sort((a, b) => a - b);
  assert.equal(seeds.length, outcome.rounds);
  assert.ok(seeds.every((it, i) => i === 0 || it - (seeds[i - 1] ?? 0) > 100_000));
  const factors = [...new Set(calls.map((it) => it.factor))];
  assert.deepEqual(factors, [1, 2, 4, 8, 16]);
  assert.ok(outcome.durationMs > 900_000, "most of the time was left");
  const again = await play(1_000, ({ factor }) => ({ tookSec: factor }));
  assert.deepEqual(again.calls, calls, "the same seed gives the same rounds");
});

Deno.test("a part ends with its first failure and tells what repeats it", async () => {
  const { outcome, calls } = await play(
    1_000,
    (_, index) => ({ tookSec: 1, ...(index === 3 ? { failed: 1, log: "it broke" } : {}) }),
  );
  assert.equal(calls.length, 4);
  assert.equal(outcome.failed, 1);
  assert.equal(outcome.rounds, 1);
  const { file, seed, factor } = calls[3] ?? assert.fail();
  assert.deepEqual(outcome.failure, { file, size: { seed, factor }, log: "it broke" });
});

Deno.test("what no time was left for is skipped by name, not failed and not passed over", async () => {
  const { outcome, calls } = await play(15, () => ({ tookSec: 10 }));
  assert.equal(calls.length, 2);
  assert.deepEqual([outcome.rounds, outcome.passed, outcome.failed], [0, 2, 0]);
  assert.deepEqual(outcome.skippedNames, ["made-up: no time was left for b_test.ts"]);
  assert.deepEqual((await play(0, () => ({ tookSec: 1 }))).outcome.skippedNames, [
    "made-up: no time was left for a_test.ts",
  ]);
});

Deno.test("a file that hangs where it was quick before has failed; one that is cut off soon has not", async () => {
  const hung = await play(100, (_, index) => ({ tookSec: index < 2 ? 1 : 1_000 }));
  assert.equal(hung.outcome.failed, 1);
  assert.match(hung.outcome.failure?.log ?? "", /stuck/);
  const cut = await play(50, (_, index) => ({ tookSec: index < 2 ? 10 : 16 }));
  assert.deepEqual([cut.outcome.rounds, cut.outcome.failed], [1, 0]);
});

Deno.test("a part of which nothing can run here is not repeated", async () => {
  const { outcome, calls } = await play(
    1_000,
    ({ file }) => ({ tookSec: 1, passed: 0, skippedNames: [`${file} (skipped: not root)`] }),
  );
  assert.equal(calls.length, 2);
  assert.deepEqual(outcome.skippedNames, [
    "made-up: a_test.ts (skipped: not root)",
    "made-up: b_test.ts (skipped: not root)",
  ]);
});

Deno.test("a campaign that is stopped counts nothing of what it was doing", async () => {
  const stop = new AbortController();
  const { outcome, calls } = await play(1_000, (_, index) => {
    if (index === 2) stop.abort();
    return { tookSec: 1, ...(index === 2 ? { failed: 1 } : {}) };
  }, stop.signal);
  assert.equal(calls.length, 3);
  assert.deepEqual([outcome.rounds, outcome.failed], [1, 0]);
});

Deno.test("parseTestOutput() reads the last result and the names of what was ignored", () => {
  const text = "a test ... ignored (0ms)\nok | 1 passed | 0 failed (1ms)\n" +
    "ok | 12 passed (3 steps) | 1 failed | 2 ignored | 0 measured | 4 filtered out (5s)\n";
  assert.deepEqual(parseTestOutput(text), {
    passed: 12,
    failed: 1,
    skipped: 2,
    skippedNames: ["a test"],
    filtered: 4,
  });
  assert.equal(parseTestOutput("error: Module not found"), undefined);
});

Deno.test("withScratch() leaves no folder and no mount, whatever the body did", async () => {
  let scratch = "";
  await assert.rejects(
    withScratch(async (dir) => {
      scratch = dir;
      await Deno.mkdir(`${dir}/full`);
      if (Deno.uid() === 0) {
        // Where mounting is not allowed, the folder alone is looked at.
        const args = ["-t", "tmpfs", "-o", "size=64k", "tmpfs", `${dir}/full`];
        await mortalCommand("mount", args, { stderr: "null" }).output();
      }
      await Deno.writeTextFile(`${dir}/full/file`, "x");
      throw new Error("it was stopped");
    }),
    /it was stopped/,
  );
  await assert.rejects(Deno.stat(scratch), Deno.errors.NotFound);
  assert.ok(!(await Deno.readTextFile("/proc/self/mounts")).includes(scratch));
});
