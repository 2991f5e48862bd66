import assert from "node:assert/strict";
import { PARTS } from "../../../tools/gate/parts.ts";
import { runParts } from "../../../tools/gate/run_parts.ts";
import { SUITES } from "../../../tools/suites.ts";

const name = (it: { name: string }) => it.name;

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
  assert.ok(place("systemd in a container") > place("house"));
});

Deno.test("only what comes over the network is tried again", () => {
  assert.deepEqual(PARTS.filter((it) => (it.tries ?? 1) > 1).map(name), [
    "system packages",
    "npm packages",
    "Flux definitions",
    "program sources",
  ]);
});
