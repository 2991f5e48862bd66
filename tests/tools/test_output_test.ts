import assert from "node:assert/strict";
import { failedFiles, failuresOf, parseTestOutput } from "../../tools/test_output.ts";

/** What the running Deno says of these tests. */
async function outputOf(tests: string): Promise<string> {
  const file = await Deno.makeTempFile({ suffix: "_test.ts" });
  try {
    await Deno.writeTextFile(file, tests);
    const command = new Deno.Command(Deno.execPath(), {
      args: ["test", "--quiet", "--no-check", "--no-config", file],
      env: { NO_COLOR: "1" },
      stderr: "null",
    });
    return new TextDecoder().decode((await command.output()).stdout);
  } finally {
    await Deno.remove(file);
  }
}

Deno.test("failuresOf tells which tests and steps failed and why, with a long error cut", async () => {
  const output = await outputOf(`
    Deno.test("one", () => { throw new Error("first line\\n\\nafter an empty line"); });
    Deno.test("two", (t) => t.step("inner", () => { throw new Error("x\\n".repeat(100) + "end"); }));
    Deno.test("good", () => {});
    Deno.test({ name: "left out", ignore: true, fn() {} });
  `);
  assert.deepEqual(parseTestOutput(output), {
    passed: 1,
    failed: 2,
    skipped: 1,
    skippedNames: ["left out"],
    filtered: 0,
  });
  const [file, ...others] = failedFiles(output);
  assert.match(file ?? "", /_test\.ts$/);
  assert.deepEqual(others, [], "both are in one file");
  const failures = failuresOf(output);
  assert.match(failures, /^one => .+_test\.ts:2:\d+\nerror: Error: first line\n\nafter an empty line\n/);
  assert.match(
    failures,
    /\n\ntwo \.\.\. inner => .+_test\.ts:3:\d+\nerror: Error: x\n(x\n){28}\(\d+ more lines\)$/,
  );
});

Deno.test("failedFiles names the files that ran, whoever made the test and however it was shown", () => {
  const output = `running 2 tests from ./tests/a_test.ts
one ... FAILED (3ms)
  a step ... ok (1ms)
running 1 test from ./tests/b_test.ts
it says FAILED here ... ok (3ms)
running 1 test from ./tests/c_test.ts
slow ...'slow' has been running for over (1m0s)
 FAILED (1m2s)
running 1 test from ./tests/d_test.ts
outer ...
  inner ... FAILED (1ms)
outer ... FAILED (due to 1 failed step) (0ms)
./tests/e_test.ts => side by side ... FAILED (1ms)

 FAILURES 

one => ./tests/helper.ts:13:8

FAILED | 1 passed | 4 failed (1m3s)
`;
  assert.deepEqual(failedFiles(output), ["a", "c", "d", "e"].map((it) => `./tests/${it}_test.ts`));
});

Deno.test("failuresOf is empty where nothing failed", async () => {
  assert.equal(failuresOf(await outputOf(`Deno.test("good", () => {});`)), "");
});
