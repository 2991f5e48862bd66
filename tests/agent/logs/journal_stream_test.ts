import assert from "node:assert/strict";
import { RealHost } from "../../../agent/host/real_host.ts";
import { parseJournalEntry } from "../../../agent/logs/journal_lines.ts";
import { journalStream } from "../../../agent/logs/journal_stream.ts";
import { type LogStream, START } from "../../../agent/logs/log_line.ts";
import { FakeHost } from "../../fakes/fake_host.ts";
import { until } from "../../until.ts";
import { journalRequirements, startJournal } from "./real_journal.ts";

/** As journalctl of systemd 252 writes them. */
const RECORDED = [
  '{"PRIORITY":"6","__MONOTONIC_TIMESTAMP":"30275792281","_BOOT_ID":"ec9b435acebc40439ffeb571847bea8e","__CURSOR":"s=85037dd797534c3b91962870902faec1;i=162;b=ec9b435acebc40439ffeb571847bea8e;m=70c93ed99;t=661350f20408b;x=778a57f35e19cb3e","__REALTIME_TIMESTAMP":"1795730375196811","MESSAGE":[27,91,51,49,109,114,101,100,27,91,48,109,32,255,98,121,116,101,115]}',
  '{"PRIORITY":"3","__MONOTONIC_TIMESTAMP":"30275779743","_BOOT_ID":"ec9b435acebc40439ffeb571847bea8e","__CURSOR":"s=85037dd797534c3b91962870902faec1;i=161;b=ec9b435acebc40439ffeb571847bea8e;m=70c93bc9f;t=661350f200f91;x=81ee14e6b85ba3b9","__REALTIME_TIMESTAMP":"1795730375184273","MESSAGE":"line 5"}',
] as const;

Deno.test("entries of the journal are read: time, text, bytes that are not text, level", () => {
  const [bytes, text] = RECORDED.flatMap(parseJournalEntry);
  assert.equal(bytes?.at, "2026-11-26T21:59:35.196811000Z");
  assert.equal(bytes?.text, "\u001b[31mred\u001b[0m \ufffdbytes");
  assert.equal(bytes?.level, undefined, "a program's output is all of one priority");
  assert.equal(text?.level, "error");
  assert.match(text?.after ?? "", /^s=85037dd797534c3b91962870902faec1;i=161;/);
});

for (
  const [name, text] of [
    ["half an entry", RECORDED[1].slice(0, 80)],
    ["a cursor that is none", RECORDED[1].replace(/"__CURSOR":"[^"]*"/, '"__CURSOR":"--since=x"')],
    [
      "a time that is none",
      RECORDED[1].replace(/"__REALTIME_TIMESTAMP":"\d+"/, '"__REALTIME_TIMESTAMP":"soon"'),
    ],
    ["no entry", "-- No entries --"],
    ["a list", "[1]"],
  ] as const
) {
  Deno.test(`parseJournalEntry() leaves out ${name}`, () => assert.deepEqual(parseJournalEntry(text), []));
}

const signal = new AbortController().signal;

Deno.test("an entry that is too long is told in its place, and nothing of another kind becomes an argument", async () => {
  const long = RECORDED[0].replace(/"MESSAGE":.*$/, `"MESSAGE":"${"x".repeat(600_000)}"}`);
  const host = new FakeHost({}, { journalctl: { stdout: `${RECORDED[1]}\n${long}\n${RECORDED[1]}\n` } });
  const stream = journalStream(host, { key: "k3s", match: ["-u", "k3s"] });
  const texts: string[] = [];
  for await (const { lines } of stream.ahead(START, { follows: false, signal })) {
    texts.push(...lines.map((it) => it.text));
  }
  assert.deepEqual(texts, ["line 5", "[An entry of 586 KiB is left out here]", "line 5"]);
  host.record.length = 0;
  for await (const _ of stream.back("--since=yesterday", signal)) assert.fail("nothing is read");
  assert.deepEqual(host.record, []);
});

Deno.test("a journal that cannot be read says why", async () => {
  const host = new FakeHost({}, { journalctl: { code: 1, stderr: "No journal files were opened" } });
  const stream = journalStream(host, { key: "k3s", match: [] });
  await assert.rejects(stream.end(signal), /journalctl ended with 1: No journal files were opened/);
});

const requirements = await journalRequirements();
Deno.test({
  name: requirements.ok
    ? "a real journal: pages back and following have no gap and nothing twice across its rotations"
    : `a real journal (skipped: ${requirements.reason})`,
  ignore: !requirements.ok,
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const journal = await startJournal();
    try {
      const host = new RealHost(journal.root);
      const open = () => journalStream(host, { key: "k3s", match: ["-t", "k3s"] });
      const lines = (from: number, to: number) =>
        Array.from({ length: to - from }, (_, i) => `line ${from + i}`);
      await journal.say("k3s", lines(0, 700));
      await journal.rotate();
      await journal.say("other", ["not wanted"]);
      await journal.say("k3s", lines(700, 1_400));
      const end = await open().end(signal);
      const { texts, pages } = await back(open, end);
      assert.deepEqual(texts, lines(0, 1_400));
      assert.equal(pages, 3);

      let middle = end;
      for await (const batch of open().back(end, signal)) {
        middle = batch.lines[0]?.before ?? end;
        break;
      }
      const stop = new AbortController();
      const followed: string[] = [];
      const following = (async () => {
        for await (const batch of open().ahead(middle, { follows: true, signal: stop.signal })) {
          followed.push(...batch.lines.map((it) => it.text));
        }
      })();
      await journal.say("k3s", lines(1_400, 1_500));
      await journal.rotate();
      await journal.say("k3s", lines(1_500, 1_600));
      await until("all came", () => followed, (it) => it.length >= 700);
      stop.abort();
      await following;
      assert.deepEqual(followed, lines(900, 1_600), "what was there already, too");

      const whole: string[] = [];
      for await (const batch of open().ahead(START, { follows: false, signal })) {
        whole.push(...batch.lines.map((it) => it.text));
      }
      assert.deepEqual(whole, lines(0, 1_600));
      // Of a journal that had nothing yet when the page was made everything is news.
      let count = 0;
      for await (const batch of open().ahead(START, { follows: true, signal })) {
        count += batch.lines.length;
        if (batch.lines.at(-1)?.text === "line 1599") break;
      }
      assert.equal(count, 1_600);
      const none = journalStream(host, { key: "x", match: ["-t", "nobody"] });
      assert.equal(await none.end(signal), START);
      assert.equal(await open().placeAt?.("2001-01-01T00:00:00.000000000Z", signal), START);
      const now = `${new Date().toISOString().slice(0, 23)}000000Z`;
      assert.equal(await open().placeAt?.(now, signal), await open().end(signal));
    } finally {
      await journal.stop();
    }
  },
});

/** Everything in front of a place, a new reader for each page of 500, and places of single lines on the way. */
async function back(open: () => LogStream, from: string): Promise<{ texts: string[]; pages: number }> {
  const texts: string[] = [];
  let pages = 0;
  for (let place = from; place !== START; pages++) {
    for await (const { lines } of open().back(place, signal)) {
      texts.unshift(...lines.map((it) => it.text));
      place = lines[0]?.before ?? START;
      break;
    }
  }
  return { texts, pages };
}
