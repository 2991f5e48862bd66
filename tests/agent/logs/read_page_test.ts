import assert from "node:assert/strict";
import type { Wanted } from "../../../agent/logs/entry_cursor.ts";
import { joinNews } from "../../../agent/logs/follow_streams.ts";
import { type LogStream, START } from "../../../agent/logs/log_line.ts";
import { mergeEntries } from "../../../agent/logs/merge_entries.ts";
import { ANY, createFilter, type LogQuery } from "../../../agent/logs/query.ts";
import { type LogPage, type Places, readPage } from "../../../agent/logs/read_page.ts";
import { readAll } from "../../../agent/logs/read_all.ts";
import { readNewerPage } from "../../../agent/logs/read_newer_page.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";
import { Random } from "../../fakes/random.ts";
import { AT_MS, entryOf, redactionOf, streamOf } from "./made_up.ts";

function wanted(query: Partial<LogQuery> = {}, since = "", until = ""): Wanted {
  return { filter: createFilter({ ...ANY, ...query }), since, until };
}

const iso = (ms: number) => `${new Date(AT_MS + ms).toISOString().slice(0, 23)}000000Z`;

async function page(
  streams: readonly LogStream[],
  options: { from?: Places; limit?: number; wanted?: Wanted; clock?: FakeClock } = {},
): Promise<LogPage> {
  return await readPage({
    streams,
    from: options.from,
    wanted: options.wanted ?? wanted(),
    limit: options.limit ?? 100,
    redaction: redactionOf(),
    clock: options.clock ?? new FakeClock(),
    signal: new AbortController().signal,
  });
}

async function newer(
  streams: readonly LogStream[],
  from: Places,
  limit: number,
  of = wanted(),
  clock = new FakeClock(),
): Promise<LogPage> {
  return await readNewerPage({
    streams,
    from,
    wanted: of,
    limit,
    redaction: redactionOf(),
    clock,
    signal: new AbortController().signal,
  });
}

const texts = ({ entries }: LogPage) => entries.map((it) => it.head.text);

Deno.test("several streams are merged by their times, page by page, without gaps or doubles", async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const random = new Random(seed);
    const lines: [number, string, string][] = [];
    let ms = 0;
    for (let i = 0; i < 120; i++) {
      ms += random.below(3); // equal times, too
      lines.push([ms, random.pick(["a", "b", "c"]), `line ${i}`]);
    }
    const streams = ["a", "b", "c"].map((key) =>
      streamOf(key, lines.filter((it) => it[1] === key).map(([at, , text]) => [at, text] as const))
    );
    const all: string[] = [];
    let from: Places | undefined;
    do {
      const found = await page(streams, { limit: 1 + random.below(30), ...from ? { from } : {} });
      assert.deepEqual(found.problems, []);
      const times = found.entries.map((it) => it.head.at);
      assert.deepEqual(times, times.toSorted());
      all.unshift(...texts(found));
      from = found.older;
    } while (from !== undefined);
    assert.deepEqual(all.toSorted(), lines.map((it) => it[2]).toSorted(), `seed ${seed}`);
    // And the same way forth.
    const ahead: string[] = [];
    let behind: Places | undefined = {};
    do {
      const found: LogPage = await newer(streams, behind, 1 + random.below(30));
      ahead.push(...texts(found));
      behind = found.newer;
    } while (behind !== undefined);
    assert.deepEqual(ahead.toSorted(), lines.map((it) => it[2]).toSorted(), `seed ${seed}`);
  }
});

Deno.test("from an older page, and from the address of a line, newer ones follow without gap or double", async () => {
  const stream = streamOf("s", Array.from({ length: 50 }, (_, i) => [i * 1_000, `line ${i}`]));
  const numbers = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, i) => `line ${from + i}`);
  const newest = await page([stream], { limit: 10 });
  assert.equal(newest.newer, undefined);
  const older = await page([stream], { limit: 10, from: newest.older ?? {} });
  assert.deepEqual(texts(older), numbers(30, 40));
  const back = await newer([stream], older.newer ?? {}, 10);
  assert.deepEqual([texts(back), back.newer], [numbers(40, 50), undefined]);
  assert.deepEqual(texts(await page([stream], { limit: 10, from: back.older ?? {} })), numbers(30, 40));
  const there = await page([stream], { limit: 5, wanted: wanted({}, "", iso(20_000)) });
  assert.equal(texts(there).at(-1), "line 20");
  assert.deepEqual(texts(await newer([stream], there.newer ?? {}, 5)), numbers(21, 26));
  // Nothing is that old: everything is newer.
  const before = await page([stream], { wanted: wanted({}, "", iso(-1)) });
  assert.deepEqual(texts(await newer([stream], before.newer ?? {}, 5)), numbers(0, 5));
});

Deno.test("a page that is read ahead holds whole traces, passes the filter, and says how far it looked", async () => {
  const stream = streamOf("s", [[0, "one"], [1, "ERROR: two"], [2, "  at three"], [3, "four"]]);
  const found = await newer([stream], {}, 10, wanted({ level: "error" }));
  assert.deepEqual(found.entries.map((it) => [it.head.text, it.rest.length]), [["ERROR: two", 1]]);
  const clock = new FakeClock();
  const slow: LogStream = {
    ...stream,
    async *ahead(from, options) {
      for await (const it of stream.ahead(from, options)) {
        for (const line of it.lines) {
          await clock.advance(3_000);
          yield { ...it, lines: [line] };
        }
      }
    },
  };
  const stopped = await newer([slow], {}, 10, wanted({ grep: "four" }), clock);
  assert.deepEqual([texts(stopped), stopped.lookedAheadTo?.slice(20, 23)], [[], "001"]);
  assert.deepEqual(texts(await newer([stream], stopped.newer ?? {}, 10, wanted({ grep: "four" }))), ["four"]);
});

Deno.test("a key that begins in front of a page that is read ahead is taken out of it", async () => {
  const body = "never-shown-half-of-it";
  const key = ["-----BEGIN PRIVATE KEY-----", ...Array(6).fill(body), "-----END PRIVATE KEY-----", "then"];
  const stream = streamOf("s", key.map((it, i) => [i * 5_000, it]));
  const first = await newer([stream], {}, 3);
  const rest = await newer([stream], first.newer ?? {}, 10);
  assert.equal(texts(rest).at(-1), "then");
  assert.ok(!texts(rest).join().includes(body.slice(0, 20)));
});

Deno.test("a page holds what passes the filter, and goes back for it", async () => {
  const stream = streamOf(
    "s",
    Array.from({ length: 500 }, (_, i) => [i, i % 100 === 0 ? `ERROR: ${i}` : `ok ${i}`]),
  );
  const found = await page([stream], { limit: 3, wanted: wanted({ level: "error" }) });
  assert.deepEqual(texts(found), ["ERROR: 200", "ERROR: 300", "ERROR: 400"]);
  assert.ok(found.older);
  const older = await page([stream], { limit: 3, from: found.older, wanted: wanted({ level: "error" }) });
  assert.deepEqual(texts(older), ["ERROR: 0", "ERROR: 100"]);
  assert.equal(older.older, undefined, "nothing older is kept");
});

Deno.test("a window ends a page on both sides", async () => {
  const stream = streamOf("s", Array.from({ length: 10 }, (_, i) => [i * 1_000, `line ${i}`]));
  const found = await page([stream], { wanted: wanted({}, iso(3_000), iso(5_000)) });
  assert.deepEqual(texts(found), ["line 3", "line 4", "line 5"]);
  assert.equal(found.older, undefined);
});

Deno.test("a stream that cannot be read is told, and the others are shown", async () => {
  const broken: LogStream = {
    key: "broken",
    end: () => Promise.reject(new Error("the API does not answer")),
    async *back() {},
    async *ahead() {},
  };
  const found = await page([broken, streamOf("s", [[0, "line"]])]);
  assert.deepEqual(texts(found), ["line"]);
  assert.deepEqual(found.problems, [{ stream: "broken", problem: "the API does not answer" }]);
});

Deno.test("a search that takes long stops, says how far it came, and goes on from there", async () => {
  const clock = new FakeClock();
  const slow: LogStream = {
    key: "slow",
    end: () => Promise.resolve("5"),
    async *back(from) {
      for (let i = Number(from); i > 0; i--) {
        await clock.advance(2_000);
        const line = {
          at: iso(i * 1_000),
          text: i === 1 ? "needle" : `hay ${i}`,
          before: i === 1 ? "" : String(i - 1),
          after: String(i),
        };
        yield { lines: [line], context: [], readBytes: 1, before: line.before };
      }
    },
    async *ahead() {},
  };
  const first = await page([slow], { clock, wanted: wanted({ grep: "needle" }) });
  assert.deepEqual(texts(first), []);
  assert.equal(first.lookedBackTo?.slice(0, 19), iso(4_000).slice(0, 19));
  assert.deepEqual(first.older, { slow: "3" });
  let from: Places | undefined = first.older;
  let found = first;
  while (from) {
    found = await page([slow], { clock, from, wanted: wanted({ grep: "needle" }) });
    if (found.entries.length > 0) break;
    from = found.older;
  }
  assert.deepEqual(texts(found), ["needle"]);
});

Deno.test("where one stream was not searched to its end, older lines of others wait for it", async () => {
  const clock = new FakeClock();
  const slow: LogStream = {
    key: "slow",
    end: () => Promise.resolve("9"),
    async *back(from) {
      for (let i = Number(from); i > 0; i--) {
        await clock.advance(2_000);
        const [before, after] = [i === 1 ? "" : String(i - 1), String(i)];
        const text = i === 1 ? "needle of slow" : `hay ${i}`;
        yield { lines: [{ at: iso(i * 1_000), text, before, after }], context: [], readBytes: 1, before };
      }
    },
    async *ahead() {},
  };
  const streams = [slow, streamOf("quick", [[0, "needle of quick"]])];
  const all: string[] = [];
  let from: Places | undefined;
  do {
    const found = await page(streams, { clock, wanted: wanted({ grep: "needle" }), ...from ? { from } : {} });
    all.unshift(...texts(found));
    from = found.older;
  } while (from !== undefined);
  assert.deepEqual(all, ["needle of quick", "needle of slow"]);
});

Deno.test("a trace that a batch divides is one entry", async () => {
  const lines = ["Error: it broke", "    at a (x.js:1:1)", "    at b (x.js:2:1)", "next"];
  const stream: LogStream = {
    key: "s",
    end: () => Promise.resolve("4"),
    async *back(from) {
      for (let i = Number(from) - 1; i >= 0; i--) {
        const line = {
          at: iso(0),
          text: lines[i] ?? "",
          before: i === 0 ? "" : String(i),
          after: String(i + 1),
        };
        yield { lines: [line], context: [], readBytes: 1, before: line.before };
      }
    },
    async *ahead() {},
  };
  const found = await page([stream]);
  assert.deepEqual(found.entries.map((it) => [it.head.text, it.rest.map((line) => line.text)]), [
    ["Error: it broke", ["    at a (x.js:1:1)", "    at b (x.js:2:1)"]],
    ["next", []],
  ]);
  const half = await page([stream], { limit: 1 });
  assert.deepEqual(texts(half), ["next"]);
  assert.deepEqual(half.older, { s: "3" }, "the whole of it is on the next page");
});

Deno.test("entries of one stream stay in its order, even where its clock was set back", () => {
  const at = (stream: string, ms: number, text: string) => {
    const entry = entryOf(text);
    return { ...entry, stream, head: { ...entry.head, at: iso(ms) } };
  };
  const merged = mergeEntries([at("a", 5, "a1"), at("a", 3, "a2"), at("b", 4, "b1"), at("b", 9, "b2")]);
  assert.deepEqual(merged.map((it) => it.head.text), ["b1", "a1", "a2", "b2"]);
});

Deno.test("of too much at once the newest is kept, and the rest is counted", () => {
  const entries = Array.from({ length: 10 }, (_, i) => entryOf(`line ${i}`));
  const news = joinNews([{ entries, leftOut: { lines: 100, bytes: 5_000 }, problems: [] }], 4);
  assert.deepEqual(news.entries.map((it) => it.head.text), ["line 6", "line 7", "line 8", "line 9"]);
  assert.equal(news.leftOut?.lines, 106);
});

Deno.test("a line without a time is of the time of the line before it, whichever way a window is read", async () => {
  const times = ["", iso(0), "", iso(1_000), "", iso(2_000), "", iso(3_000), ""];
  const lines = times.map((at, i) => ({
    at,
    text: `line ${i}`,
    before: i === 0 ? START : `${i}`,
    after: `${i + 1}`,
  }));
  const whole = { lines, context: [], readBytes: 0, before: START };
  async function* once() {
    yield await Promise.resolve(whole);
  }
  const stream: LogStream = { key: "a", end: () => Promise.resolve("9"), back: once, ahead: once };
  const inWindow = wanted({}, iso(1_000), iso(2_000));
  const kept = ["line 3", "line 4", "line 5", "line 6"];
  assert.deepEqual(texts(await page([stream], { wanted: inWindow })), kept);
  // Nothing tells of what time a line is that has none before it.
  const ahead = ["line 0", ...kept];
  assert.deepEqual(texts(await newer([stream], { a: START }, 100, inWindow)), ahead);
  const all = await Array.fromAsync(readAll({
    streams: [stream],
    wanted: inWindow,
    redaction: redactionOf(),
    signal: new AbortController().signal,
  }));
  assert.deepEqual(all.map((it) => it.head.text), ahead);
});
