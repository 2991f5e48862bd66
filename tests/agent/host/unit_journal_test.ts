import assert from "node:assert/strict";
import { parseJournal, readUnitJournal } from "../../../agent/host/unit_journal.ts";
import { FakeHost } from "../../fakes/fake_host.ts";
import { campaignCount, campaignSeed } from "../../campaign_size.ts";
import { Random } from "../../fakes/random.ts";

const SIGNAL = new AbortController().signal;
const line = (message: unknown, time: unknown = "1795262400000000") =>
  JSON.stringify({ __REALTIME_TIMESTAMP: time, MESSAGE: message, _PID: "1" });

Deno.test("readUnitJournal() asks for few lines of one unit, with limits of size and time", async () => {
  let asked: unknown;
  const host = new FakeHost({}, {
    journalctl: (args, options) => {
      asked = [args, options.timeoutMs, options.maxOutputBytes];
      return { stdout: `${line("Starting k3s")}\n` };
    },
  });
  assert.deepEqual(await readUnitJournal(host, "k3s", { signal: SIGNAL }), [{
    at: "2026-11-21T12:00:00.000Z",
    text: "Starting k3s",
  }]);
  assert.deepEqual(asked, [
    [
      "-u",
      "k3s",
      "-o",
      "json",
      "--output-fields=MESSAGE",
      "--since=-15min",
      "--reverse",
      "-n",
      "300",
      "--no-pager",
    ],
    5_000,
    2 * 1024 * 1024,
  ]);
});

Deno.test("parseJournal() takes bytes, leaves out what is cut or odd, and hides credentials", () => {
  const text = [
    '{"__REALTIME_TIMESTAMP":"17952624000', // the head was cut off
    "-- No entries --",
    line([...new TextEncoder().encode("caf\u00e9 \u0007")]),
    line("token=K10abcdef::server:123456 and password: hunter2"),
    line({ a: 1 }),
    line("no time", null),
    line("before time", "-5"),
    line("after all time", "99999999999999999999999"),
    "",
  ].join("\n");
  const texts = parseJournal(text).map((it) => it.text);
  assert.equal(texts.length, 2);
  assert.equal(texts[0], "café");
  assert.doesNotMatch(texts[1] ?? "", /hunter2|K10abcdef/);
});

Deno.test("parseJournal() never throws and stays bounded, whatever it is given", () => {
  const random = new Random(campaignSeed(7));
  const whole = Array.from({ length: 20 }, (_, i) => line(`level=fatal msg="${i}"`)).join("\n");
  for (let round = 0; round < campaignCount(500); round++) {
    for (const it of parseJournal(random.mutate(whole))) {
      assert.ok(it.text.length <= 400 && !Number.isNaN(Date.parse(it.at)));
    }
    parseJournal(random.text(400));
  }
  const many = parseJournal(
    Array.from({ length: 5_000 }, () => line("x".repeat(50_000).slice(0, 2_000))).join("\n"),
  );
  assert.ok(many.length <= 300 && JSON.stringify(many).length < 200_000);
});

Deno.test("readUnitJournal() puts lines that come newest first in order", async () => {
  const lines = [3, 2, 1].map((it) => line(`line ${it}`, `${1795262400000000 + it * 1_000_000}`));
  const host = new FakeHost({}, { journalctl: { stdout: `${lines.join("\n")}\n` } });
  const read = await readUnitJournal(host, "k3s");
  assert.deepEqual(read.map((it) => it.text), ["line 1", "line 2", "line 3"]);
});
