import assert from "node:assert/strict";
import { readJsonLines } from "../../../k8s/client/json_lines.ts";
import { campaignCount, campaignSeed } from "../../campaign_size.ts";
import { Random } from "../../fakes/random.ts";

function stream(chunks: readonly Uint8Array[]): ReadableStream<Uint8Array> {
  return ReadableStream.from(chunks);
}

const readLines = (body: ReadableStream<Uint8Array>, maxBytes = 6_000) =>
  readJsonLines(body, { maxBytes, tooLong: () => new RangeError("too long") });

Deno.test("readJsonLines() gives the same values however the stream is cut", async () => {
  const values = [{ a: "ü💥" }, { b: [1, 2] }, { c: "x".repeat(5000) }];
  const bytes = new TextEncoder().encode(values.map((it) => JSON.stringify(it)).join("\n") + "\n\n");
  const random = new Random(campaignSeed(5));
  for (let round = 0; round < campaignCount(50); round++) {
    const chunks: Uint8Array[] = [];
    for (let at = 0; at < bytes.length;) {
      const size = 1 + random.below(1500);
      chunks.push(bytes.subarray(at, at += size));
    }
    assert.deepEqual(await Array.fromAsync(readLines(stream(chunks))), values);
  }
});

Deno.test("readJsonLines() refuses a stream that ends within a line", async () => {
  await assert.rejects(
    Array.fromAsync(readLines(stream([new TextEncoder().encode('{"a":1}\n{"b"')]))),
    SyntaxError,
  );
});

Deno.test("readJsonLines() refuses a line that is not JSON", async () => {
  await assert.rejects(
    Array.fromAsync(readLines(stream([new TextEncoder().encode("<html>\n")]))),
    SyntaxError,
  );
});

Deno.test("readJsonLines() gives a line up at its limit, whether it ends or not", async () => {
  const line = new TextEncoder().encode(`"${"x".repeat(98)}"`);
  const end = new TextEncoder().encode("\n");
  assert.equal((await Array.fromAsync(readLines(stream([line, end]), 100))).length, 1);
  await assert.rejects(Array.fromAsync(readLines(stream([line, end]), 99)), RangeError);
  let taken = 0;
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      taken++;
      controller.enqueue(line);
    },
  });
  await assert.rejects(Array.fromAsync(readLines(endless, 1_000)), RangeError);
  assert.ok(taken < 15, `${taken} chunks were taken`);
});

Deno.test("readJsonLines() waits for its turn before it holds a long line, and gives it back with the line", async () => {
  const told: string[] = [];
  const onLarge = () => {
    told.push("turn");
    return Promise.resolve({ end: () => void told.push("over") });
  };
  const long = JSON.stringify("x".repeat(50));
  const options = { maxBytes: 200, tooLong: () => new RangeError("too long"), largeBytes: 20, onLarge };
  const stream = (text: string) => ReadableStream.from([text].map((it) => new TextEncoder().encode(it)));
  for await (const value of readJsonLines(stream(`1\n${long}\n2\n${long}\n`), options)) {
    told.push(String(value).slice(0, 1));
  }
  assert.deepEqual(told, ["1", "turn", "over", "x", "2", "turn", "over", "x"]);
  told.length = 0;
  await assert.rejects(Array.fromAsync(readJsonLines(stream(`"${"x".repeat(300)}`), options)), RangeError);
  await assert.rejects(Array.fromAsync(readJsonLines(stream(`"${"x".repeat(30)}`), options)), SyntaxError);
  assert.deepEqual(told, ["turn", "over"], "a turn that was not given back");
});
