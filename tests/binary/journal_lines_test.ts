import assert from "node:assert/strict";
import { binaryTest } from "./binary_case.ts";
import { run } from "./program.ts";

/** Tells the program that its standard error, a file here, is the journal's stream; or that another one is. */
const AS_SERVICE = 'JOURNAL_STREAM=$(stat -L -c %d:%i "$1")$2 "$0" serve --root /nowhere/at/all 2>"$1"';

for (
  const [what, suffix, lines] of [
    ["into the journal each line of a failure has the priority of an error", "", /^(<3>\S[^\n]*\n)+$/],
    ["into anything else lines stay plain", "0", /^([^<\n][^\n]*\n)+$/],
  ] as const
) {
  await binaryTest(what, async (program) => {
    const file = await Deno.makeTempFile({ prefix: "alga-stream-" });
    try {
      const { code } = await run("sh", ["-c", AS_SERVICE, program, file, suffix]);
      assert.equal(code, 2);
      const said = await Deno.readTextFile(file);
      assert.match(said, /--root "\/nowhere\/at\/all" does not exist/);
      assert.match(said, lines);
    } finally {
      await Deno.remove(file);
    }
  });
}
