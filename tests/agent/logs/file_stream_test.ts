import assert from "node:assert/strict";
import { fileStream } from "../../../agent/logs/file_stream.ts";
import { type LogStream, START } from "../../../agent/logs/log_line.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";
import { FakeHost } from "../../fakes/fake_host.ts";
import { Random } from "../../fakes/random.ts";
import { FOLDER, PodLogWriter } from "./pod_log_writer.ts";

const signal = new AbortController().signal;

function world(previous = false) {
  const host = new FakeHost();
  const clock = new FakeClock();
  const writer = new PodLogWriter(host);
  const stream = fileStream({ host, clock, key: "db-0/db", folder: FOLDER }, { previous });
  return { host, clock, writer, stream };
}

/** Reads back from a place in pages of so many lines, each with a reader of its own; something may happen between them. */
async function readInPages(
  open: () => LogStream,
  from: string,
  { lines, between }: { lines: () => number; between: () => void },
): Promise<string[]> {
  const all: string[] = [];
  for (let place = from; place !== START;) {
    const page: string[] = [];
    const wanted = lines();
    let next = START;
    reading: for await (const batch of open().back(place, signal)) {
      next = batch.before;
      for (const it of batch.lines.toReversed()) {
        page.unshift(it.text);
        next = it.before;
        if (page.length === wanted) break reading;
      }
    }
    if (page.length === 0) break;
    all.unshift(...page);
    place = next;
    between();
  }
  return all;
}

async function readAhead(stream: LogStream, from: string): Promise<string[]> {
  const texts: string[] = [];
  for await (const { lines } of stream.ahead(from, { follows: false, signal })) {
    texts.push(...lines.map((it) => it.text));
  }
  return texts;
}

for (const seed of Array.from({ length: 12 }, (_, i) => i + 1)) {
  Deno.test(`pages back have no gap and nothing twice, whatever the kubelet does between them (seed ${seed})`, async () => {
    const random = new Random(seed);
    const { host, clock, writer, stream } = world();
    for (let i = 0; i < 30; i++) writer.happen(random);
    writer.say("the last one");
    const expected = [...writer.said];
    const open = () => fileStream({ host, clock, key: "x", folder: FOLDER });
    const found = await readInPages(open, await stream.end(signal), {
      lines: () => 1 + random.below(20),
      between: () => writer.happen(random),
    });
    assert.deepEqual(found, expected);
  });

  Deno.test(`following has no gap and nothing twice across rotations and restarts (seed ${seed})`, async () => {
    const random = new Random(seed);
    const { clock, writer, stream } = world();
    writer.say("before");
    const from = await stream.end(signal);
    const stop = new AbortController();
    const texts: string[] = [];
    const reading = (async () => {
      for await (
        const { lines, leftOutBytes } of stream.ahead(from, { follows: true, signal: stop.signal })
      ) {
        assert.equal(leftOutBytes, undefined);
        texts.push(...lines.map((it) => it.text));
      }
    })();
    for (let i = 0; i < 40; i++) {
      writer.happen(random);
      if (random.below(2) === 0) {
        await clock.advance(500);
        await new Promise((resolve) => setTimeout(resolve));
      }
    }
    writer.say("the end");
    for (let i = 0; i < 400 && texts.at(-1) !== "the end"; i++) {
      await clock.advance(500);
      await new Promise((resolve) => setTimeout(resolve));
    }
    stop.abort();
    await reading;
    assert.deepEqual(texts, writer.said.slice(1));
  });
}

Deno.test("what is read ahead from a place and back from it is everything, once", async () => {
  const random = new Random(7);
  const { host, clock, writer, stream } = world();
  for (let i = 0; i < 40; i++) writer.happen(random);
  const open = () => fileStream({ host, clock, key: "x", folder: FOLDER });
  const all = await readAhead(stream, START);
  assert.deepEqual(all, writer.said);
  for await (const batch of stream.back(await stream.end(signal), signal)) {
    for (const { before, after, text } of batch.lines) {
      const at = all.indexOf(text);
      assert.deepEqual(await readAhead(open(), after), all.slice(at + 1));
      assert.deepEqual(await readAhead(open(), before), all.slice(at));
    }
  }
});

Deno.test("a line that is being written is not shown in half, and not lost", async () => {
  const { writer, stream } = world();
  writer.say("whole");
  writer.append(`${writer.stamp()} stdout P half of a `);
  const place = await stream.end(signal);
  writer.append(`line\n${writer.stamp()} stdout F  and the rest\n`);
  assert.deepEqual(await readAhead(stream, place), ["half of a line and the rest"]);
  assert.deepEqual(await readInPages(() => stream, place, { lines: () => 9, between() {} }), ["whole"]);
});

Deno.test("a line of which one piece is written is shown once all of it is there", async () => {
  const { writer, stream } = world();
  writer.say("whole");
  writer.append(`${writer.stamp()} stdout P half of a \n`);
  const place = await stream.end(signal);
  writer.append(`${writer.stamp()} stdout F line\n`);
  assert.deepEqual(await readAhead(stream, place), ["half of a line"]);
});

Deno.test("a file that gets another name while it is read is read on under that", async () => {
  const { host, writer, stream } = world();
  for (let i = 0; i < 50; i++) writer.say(`line ${i}`);
  const end = await stream.end(signal);
  const expected = [...writer.said];
  const readPart = host.readPart.bind(host);
  let isMoved = false;
  host.readPart = (path, part) => {
    // The beginning has been looked at; the piece is asked for next.
    if (!isMoved && part.maxBytes > 64) {
      isMoved = true;
      writer.rotate();
      for (let i = 50; i < 150; i++) writer.say(`line ${i}`);
    }
    return readPart(path, part);
  };
  // Not from the beginning of the file, whose first bytes would tell.
  let [from] = expected;
  for await (const { lines } of stream.ahead(START, { follows: false, signal })) {
    from = lines[20]?.after ?? from;
    break;
  }
  isMoved = false;
  const texts: string[] = [];
  for await (const { lines } of stream.ahead(from ?? "", { follows: false, signal })) {
    texts.push(...lines.map((it) => it.text));
  }
  assert.ok(isMoved && end !== START);
  assert.deepEqual(texts, writer.said.slice(21));
});

Deno.test("previous gives the lives before the present one only", async () => {
  const { host, clock, writer } = world();
  writer.say("first life");
  writer.restart();
  writer.say("second life");
  writer.restart();
  writer.say("third life");
  const stream = fileStream({ host, clock, key: "x", folder: FOLDER }, { previous: true });
  assert.deepEqual(await readAhead(stream, START), ["first life", "second life"]);
});

Deno.test("a line of 10 MB costs little and is told to be cut, back and ahead", async () => {
  const { writer, stream } = world();
  writer.say("before");
  const piece = "y".repeat(16 * 1024);
  const stamp = writer.stamp();
  writer.append(`${stamp} stdout P ${piece}\n`.repeat(640) + `${stamp} stdout F end\n`);
  writer.say("after");
  const shown = async (batches: AsyncIterable<{ lines: { text: string; cutBytes?: number }[] }>) => {
    const all: [number, number | undefined][] = [];
    for await (const { lines } of batches) {
      all.push(...lines.map((it) => [it.text.length, it.cutBytes] as [number, number | undefined]));
    }
    return all;
  };
  const cut = 640 * 16 * 1024 + 3 - 64 * 1024;
  assert.deepEqual(await shown(stream.ahead(START, { follows: false, signal })), [
    [6, undefined],
    [64 * 1024, cut],
    [5, undefined],
  ]);
  const back = await shown(stream.back(await stream.end(signal), signal));
  assert.deepEqual(back.toSorted((a, b) => a[0] - b[0]), [[5, undefined], [6, undefined], [64 * 1024, cut]]);
});

Deno.test("who follows and falls behind gets the newest lines, and is told what is missing", async () => {
  const { clock, writer, stream } = world();
  writer.say("first");
  const stop = new AbortController();
  const batches = stream.ahead(await stream.end(signal), { follows: true, signal: stop.signal });
  const next = batches[Symbol.asyncIterator]();
  writer.append(`${writer.stamp()} stdout F ${"z".repeat(1_000)}\n`.repeat(5_000));
  writer.rotate();
  writer.append(`${writer.stamp()} stdout F ${"z".repeat(1_000)}\n`.repeat(3_000));
  writer.say("newest");
  const { value } = await next.next();
  assert.ok(value.leftOutBytes > 7_000_000, `${value.leftOutBytes}`);
  assert.ok(value.readBytes <= 256 * 1024);
  assert.equal(value.lines.at(-1)?.text, "newest");
  stop.abort();
  await clock.advance(1_000);
  assert.equal((await next.next()).done, true);
});

Deno.test("placeAt finds the place of a time without reading everything", async () => {
  const { host, writer, stream } = world();
  const times: string[] = [];
  for (let i = 0; i < 1_500; i++) {
    writer.pass(1_000);
    writer.say(`line ${i} ${"w".repeat(800)}`);
    times.push(writer.stamp());
    if (i === 499) writer.rotate();
  }
  let readBytes = 0;
  const readPart = host.readPart.bind(host);
  host.readPart = async (path, part) => {
    const bytes = await readPart(path, part);
    readBytes += bytes?.length ?? 0;
    return bytes;
  };
  for (const at of [0, 1, 499, 500, 777, 1_499]) {
    readBytes = 0;
    const place = await stream.placeAt?.(times[at] ?? "", signal) ?? "";
    assert.ok(readBytes < 3_000_000, `${readBytes}`);
    const found: string[] = [];
    for await (const { lines } of stream.back(place, signal)) {
      found.push(lines.at(-1)?.text ?? "");
      break;
    }
    assert.match(found[0] ?? "", new RegExp(`^line ${at} `));
  }
  assert.equal(await stream.placeAt?.("2020-01-01T00:00:00.000000000Z", signal), START);
});
