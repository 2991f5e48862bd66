import assert from "node:assert/strict";
import { systemClock } from "../../../agent/clock.ts";
import { followStreams, type News } from "../../../agent/logs/follow_streams.ts";
import type { LogStream } from "../../../agent/logs/log_line.ts";
import { ANY, createFilter } from "../../../agent/logs/query.ts";
import { type Places, readPage } from "../../../agent/logs/read_page.ts";
import { AT_MS, rawLine, redactionOf, streamOf } from "./made_up.ts";

/** Says one line after the other, as fast as they are taken, and counts them. */
function talker(key: string) {
  const told = { lines: 0, ended: false };
  const stream: LogStream = {
    key,
    end: () => Promise.resolve("0"),
    async *back() {},
    async *ahead(_from, { signal }) {
      try {
        while (!signal.aborted) {
          const text = `${key} ${told.lines++}`;
          yield {
            lines: [{ ...rawLine(text, AT_MS + told.lines), after: `${told.lines}` }],
            context: [],
            readBytes: 1,
            before: "",
          };
        }
      } finally {
        told.ended = true;
      }
    },
  };
  return { stream, told };
}

function follow(
  streams: () => Promise<readonly LogStream[]>,
  signal: AbortSignal,
  from: Places = {},
): AsyncGenerator<News> {
  return followStreams({
    streams,
    from,
    unread: new Set(),
    wanted: { filter: createFilter(ANY), since: "", until: "" },
    redaction: redactionOf(),
    clock: systemClock,
    signal,
    maxAtOnce: Infinity,
  });
}

Deno.test("nothing is read ahead of a reader who is slow", async () => {
  const { stream, told } = talker("a");
  const news = follow(() => Promise.resolve([stream]), new AbortController().signal);
  await news.next();
  await new Promise((resolve) => setTimeout(resolve, 100)); // whatever would be read ahead
  assert.ok(told.lines <= 2, `${told.lines}`);
  await news.return(undefined);
  assert.ok(told.ended);
});

Deno.test("a reader who leaves, with lines in hand or waiting for some, ends every stream", async () => {
  const [a, b] = [talker("a"), talker("b")];
  const stop = new AbortController();
  for await (const _ of follow(() => Promise.resolve([a.stream, b.stream]), stop.signal)) break;
  assert.deepEqual([a.told.ended, b.told.ended], [true, true]);
  const waiting = follow(() => Promise.resolve([]), stop.signal);
  const next = waiting.next();
  stop.abort();
  assert.equal((await next).done, true);
});

Deno.test("a stream that breaks is told, and begun again behind the last line that was seen", async () => {
  const from: string[] = [];
  let lives = 0;
  const stream: LogStream = {
    key: "s",
    end: () => Promise.resolve("0"),
    async *back() {},
    async *ahead(place) {
      from.push(place);
      lives++;
      if (lives > 3) return;
      yield {
        lines: [{ ...rawLine(`line ${lives}`), after: `${lives}` }],
        context: [],
        readBytes: 1,
        before: "",
      };
      throw new Error("the connection broke");
    },
  };
  const clock = {
    ...systemClock,
    sleep: (ms: number, signal?: AbortSignal) => systemClock.sleep(Math.min(ms, 20), signal),
  };
  const texts: string[] = [];
  const problems: string[] = [];
  const stop = new AbortController();
  for await (
    const news of followStreams({
      streams: () => Promise.resolve([stream]),
      from: { s: "0" },
      unread: new Set(),
      wanted: { filter: createFilter(ANY), since: "", until: "" },
      redaction: redactionOf(),
      clock,
      signal: stop.signal,
      maxAtOnce: Infinity,
    })
  ) {
    texts.push(...news.entries.map((it) => it.head.text));
    problems.push(...news.problems.map((it) => it.problem));
    if (problems.length === 3) break;
  }
  assert.deepEqual(texts, ["line 1", "line 2", "line 3"]);
  assert.deepEqual(from.slice(0, 3), ["0", "1", "2"]);
  assert.equal(new Set(problems).size, 1);
});

Deno.test("a key that began on the page is taken out of what comes behind it", async () => {
  const body = "never-shown-half-of-it";
  const key = ["-----BEGIN PRIVATE KEY-----", body, body, body, "-----END PRIVATE KEY-----", "then"];
  const stream = streamOf("s", key.map((it, i) => [i * 5_000, it]));
  const signal = new AbortController().signal;
  const page = await readPage({
    streams: [streamOf("s", key.slice(0, 2).map((it, i) => [i * 5_000, it]))],
    from: undefined,
    wanted: { filter: createFilter(ANY), since: "", until: "" },
    limit: 10,
    redaction: redactionOf(),
    clock: systemClock,
    signal,
  });
  const texts: string[] = [];
  for await (const { entries } of follow(() => Promise.resolve([stream]), signal, page.end)) {
    texts.push(...entries.map((it) => it.head.text));
    if (texts.includes("then")) break;
  }
  assert.ok(!texts.join().includes(body.slice(0, 20)), texts.join());
});
