import assert from "node:assert/strict";
import type { RawLine } from "../../../agent/logs/log_line.ts";
import { START } from "../../../agent/logs/log_line.ts";
import { memoryStream } from "../../../agent/logs/memory_stream.ts";
import { setupLineReader } from "../../../agent/logs/setup_lines.ts";
import { openJournal } from "../../../agent/state/journal.ts";
import { PATHS } from "../../../agent/state/paths.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";
import { FakeHost } from "../../fakes/fake_host.ts";

/** A record of some entries, two of one time among them, and how often its file has been read. */
async function withRecord() {
  const clock = new FakeClock();
  const host = new FakeHost();
  const journal = await openJournal(host, clock);
  for (const stepId of ["k3s", "flux", "login"]) await journal.append("step.started", { stepId });
  await clock.advance(1_000);
  await journal.append("step.failed", { stepId: "login", failure: { message: "no answer" } });
  const seen = { reads: 0 };
  const readText = host.readText.bind(host);
  host.readText = (path, options) => {
    if (path === PATHS.journal) seen.reads++;
    return readText(path, options);
  };
  return { clock, host, journal, seen };
}

/** Every line with its place. */
async function linesOf(read: ReturnType<typeof setupLineReader>): Promise<readonly RawLine[]> {
  const stream = memoryStream({ key: "record", clock: new FakeClock(), read });
  const { signal } = new AbortController();
  for await (const { lines } of stream.ahead(START, { follows: false, signal })) return lines;
  return [];
}

Deno.test("the record in memory tells the same lines at the same places as its file, which is not read", async () => {
  const { host, journal, seen } = await withRecord();
  const ofMemory = setupLineReader(host, journal.entries);
  const first = await linesOf(ofMemory);
  assert.equal(seen.reads, 0);
  assert.equal(first.length, 4);
  assert.deepEqual(first, await linesOf(setupLineReader(host)));
  assert.equal(await ofMemory(), await ofMemory());
  await journal.append("step.started", { stepId: "login" });
  assert.deepEqual(await linesOf(ofMemory), await linesOf(setupLineReader(host)));
});

Deno.test("without the agent the file is read again only when it is another one, and no line comes twice", async () => {
  const { clock, host, journal, seen } = await withRecord();
  const stream = memoryStream({ key: "record", clock, read: setupLineReader(host) });
  const stop = new AbortController();
  const texts: string[] = [];
  const from = await stream.end(stop.signal);
  const following = (async () => {
    for await (const { lines } of stream.ahead(from, { follows: true, signal: stop.signal })) {
      texts.push(...lines.map((it) => it.text));
    }
  })();
  await clock.advance(10_000);
  assert.equal(seen.reads, 1);
  await journal.append("step.started", { stepId: "login" });
  await journal.append("step.succeeded", { stepId: "login" });
  await clock.advance(10_000);
  stop.abort();
  await following;
  assert.deepEqual(texts, ['Setup: step "login": began', 'Setup: step "login": done']);
  assert.equal(seen.reads, 2);
});

Deno.test("a record that is damaged says so behind what of it counts; one that is none says nothing", async () => {
  const { host } = await withRecord();
  const text = await host.readText(PATHS.journal) ?? "";
  host.put(PATHS.journal, text.replace("no answer", "an answer"));
  const lines = await setupLineReader(host)();
  assert.equal(lines.length, 4);
  assert.match(lines.at(-1)?.text ?? "", /^Line 4 of the journal is damaged/);
  assert.deepEqual(await setupLineReader(new FakeHost())(), []);
});
