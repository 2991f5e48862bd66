import assert from "node:assert/strict";
import { readJsonLines } from "../../../k8s/client/json_lines.ts";
import { Random } from "../../fakes/random.ts";

function stream(chunks: readonly Uint8Array[]): ReadableStream<Uint8Array> {
  return ReadableStream.from(chunks);
}

Deno.test("readJsonLines() gives the same values however the stream is cut", async () => {
  const values = [{ a: "ü💥" }, { b: [1, 2] }, { c: "x".repeat(5000) }];
  const bytes = new TextEncoder().encode(values.map((it) => JSON.stringify(it)).join("\n") + "\n\n");
  const random = new Random(5);
  for (let round = 0; round < 50; round++) {
    const chunks: Uint8Array[] = [];
    for (let at = 0; at < bytes.length;) {
      const size = 1 + random.below(1500);
      chunks.push(bytes.subarray(at, at += size));
    }
    assert.deepEqual(await Array.fromAsync(readJsonLines(stream(chunks))), values);
  }
});

Deno.test("readJsonLines() refuses a stream that ends within a line", async () => {
  await assert.rejects(
    Array.fromAsync(readJsonLines(stream([new TextEncoder().encode('{"a":1}\n{"b"')]))),
    SyntaxError,
  );
});

Deno.test("readJsonLines() refuses a line that is no JSON", async () => {
  await assert.rejects(
    Array.fromAsync(readJsonLines(stream([new TextEncoder().encode("<html>\n")]))),
    SyntaxError,
  );
});
