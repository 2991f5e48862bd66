import assert from "node:assert/strict";
import { createReporter } from "../../../agent/operation/reporter.ts";
import type { Progress } from "../../../agent/operation/step.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";

function start() {
  const clock = new FakeClock();
  const told: number[] = [];
  const marks: Progress[] = [];
  const reporter = createReporter({
    clock,
    changed: () => told.push(clock.nowMs()),
    mark: (_, progress) => marks.push(progress),
  });
  reporter.enter("a");
  return { clock, told, marks, reporter };
}

Deno.test("progress() tells readers at most four times a second, and its end at once", async () => {
  const { clock, told, reporter } = start();
  for (let done = 1; done <= 1_000; done++) {
    reporter.progress({ unit: "bytes", done, total: 1_001 });
    await clock.advance(1);
  }
  assert.equal(told.length, 4);
  reporter.progress({ unit: "bytes", done: 1_001, total: 1_001 });
  assert.equal(told.length, 5);
  assert.equal(reporter.counted()?.progress.done, 1_001);
});

Deno.test("progress() leaves a mark in the journal once a minute", async () => {
  const { clock, marks, reporter } = start();
  for (let done = 1; done <= 180; done++) {
    await clock.advance(1_000);
    reporter.progress({ unit: "images", done });
  }
  assert.deepEqual(marks.map((it) => it.done), [60, 120, 180]);
});

Deno.test("progress() that says the same again has not come on", async () => {
  const { clock, reporter } = start();
  reporter.progress({ unit: "objects", done: 3 });
  const at = reporter.counted()?.progressAt;
  await clock.advance(60_000);
  reporter.progress({ unit: "objects", done: 3 });
  assert.equal(reporter.counted()?.progressAt, at);
  reporter.enter("b");
  assert.equal(reporter.counted(), undefined);
});

Deno.test("what a step repeats of others' words comes without their credentials, in the log and as the message", () => {
  const { reporter } = start();
  const said = "Waiting for the source: pull with token=Geheim-77 was denied";
  reporter.say(said);
  assert.match(reporter.message(), /was denied$/);
  assert.ok(!JSON.stringify(reporter.log()).includes("Geheim") && !reporter.message().includes("Geheim"));
  reporter.note(said);
  assert.ok(!reporter.message().includes("Geheim"));
});
