import assert from "node:assert/strict";
import { housedFiles, REPO, sources } from "./sources.ts";

const JOINED = /\bAbortSignal\.any\(/;
/** Where what is joined is held. */
const HOLDER = "agent/signals.ts";

Deno.test("signals are joined where what is joined is held: the runtime forgets them after a garbage collection", async () => {
  const wrong: string[] = [];
  for (const path of [...await housedFiles(), ...await sources("tests/")]) {
    if (path !== HOLDER && JOINED.test(await Deno.readTextFile(REPO + path))) wrong.push(path);
  }
  assert.deepEqual(wrong, [], `use withTimeout() or abortWith() of ${HOLDER}`);
});

Deno.test("the rule sees a call", () => {
  assert.ok(JOINED.test(`const both = AbortSignal${"."}any([a, b]);`));
  assert.ok(!JOINED.test("It is what AbortSignal.any is for"));
});
