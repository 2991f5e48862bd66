import assert from "node:assert/strict";
import { foldSetup } from "../../../agent/setup/fold_setup.ts";
import { readJournal } from "../../../agent/state/journal.ts";
import { PATHS } from "../../../agent/state/paths.ts";
import { FakeHost } from "../../fakes/fake_host.ts";
import { INPUTS, nextAttempt, settle, startEngine } from "./engine.ts";

/*
 * A journal that version 0.1.0 wrote in the simulator (checks that block, an acceptance, failures, attempts, an end), and the
 * state that its own fold gave after each line. Both are recorded and never edited.
 */
const read = (name: string) => Deno.readTextFile(new URL(`testdata/${name}`, import.meta.url));

Deno.test("The journal of version 0.1.0 tells after every line the same as it did then", async () => {
  const { entries, problem } = readJournal(await read("journal-0.1.0.jsonl"));
  const states = JSON.parse(await read("journal-0.1.0.states.json"));
  assert.equal(problem, undefined);
  assert.equal(states.length, entries.length);
  entries.forEach((entry, i) => {
    const folded = foldSetup(entries.slice(0, i + 1));
    assert.deepEqual({
      type: entry.type,
      state: folded.state,
      rows: Object.fromEntries(Object.entries(folded.rows).map(([id, row]) => [id, row.status])),
      attempts: folded.attempts,
      accepted: folded.acknowledgements.length,
      answers: folded.answers.length,
      checked: folded.preflight?.results.length ?? 0,
    }, states[i]);
  });
  assert.equal(states.at(-1).state.status, "done");
});

Deno.test("A setup that version 0.1.0 left after any line is gone on with to the end", async () => {
  const lines = (await read("journal-0.1.0.jsonl")).split("\n").slice(0, -1);
  const { runId } = JSON.parse(lines[0] ?? "").data;
  const waits: number[] = [];
  for (let n = 1; n <= lines.length; n++) {
    const engine = await startEngine(
      new FakeHost({
        [PATHS.journal]: lines.slice(0, n).map((it) => `${it}\n`).join(""),
        [PATHS.setupInputs]: JSON.stringify({ schemaVersion: 1, runId, inputs: INPUTS }),
      }),
    );
    await engine.setup.resume();
    await settle(engine);
    if (engine.state().status === "blocked") {
      waits.push(n);
      assert.equal(
        engine.setup.view().preflight?.results.find((it) => it.status === "fail")?.id,
        "hw.memory",
      );
      assert.deepEqual(await engine.setup.acknowledge(["hw.memory"], { by: "browser" }), { ok: true });
      await settle(engine);
    }
    while (await nextAttempt(engine));
    assert.equal(engine.state().status, "done", `after line ${n}`);
  }
  assert.deepEqual(waits, [4, 8], "both times that it waited for a person");
});
