import assert from "node:assert/strict";
import { readChunks } from "../../agent/read_chunks.ts";
import { untilAborted } from "../../agent/signals.ts";
import { collectGarbage } from "../collect_garbage.ts";

const TEXT = "0123456789".repeat(30_000);

async function textOf(stream: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of readChunks(stream)) text += decoder.decode(chunk, { stream: true });
  return text;
}

/** The body of an answer that came over a socket. */
async function withBody<T>(
  answer: () => Response,
  body: (stream: ReadableStream<Uint8Array>) => Promise<T>,
): Promise<T> {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, answer);
  try {
    const response = await fetch(`http://127.0.0.1:${server.addr.port}`);
    assert.ok(response.body);
    return await body(response.body);
  } finally {
    await server.shutdown();
  }
}

Deno.test("readChunks() gives every byte of an answer, of a stream that is not one of bytes, and of none", async () => {
  assert.equal(await withBody(() => new Response(TEXT), textOf), TEXT);
  const parts = [TEXT.slice(0, 7), "", TEXT.slice(7)].map((it) => new TextEncoder().encode(it));
  assert.equal(await textOf(ReadableStream.from(parts)), TEXT);
  assert.equal(await withBody(() => new Response(""), textOf), "");
});

Deno.test("readChunks() reads an answer without memory for each chunk", async () => {
  const given: Uint8Array[] = [];
  await withBody(() => new Response(TEXT), async (stream) => {
    for await (const chunk of readChunks(stream)) {
      // What was given before is detached: its memory is that of this one.
      assert.equal(given.filter((it) => it.byteLength > 0).length, 0);
      given.push(chunk);
    }
  });
  assert.ok(given.length > 1);
});

Deno.test("readChunks() cancels a stream that is left early, and throws what the stream throws", async () => {
  let isCancelled = false;
  const endless = new ReadableStream<Uint8Array>({
    type: "bytes",
    pull: (controller) => (controller as ReadableByteStreamController).enqueue(new Uint8Array(10)),
    cancel: () => void (isCancelled = true),
  });
  for await (const _ of readChunks(endless)) break;
  assert.ok(isCancelled);
  const broken = new ReadableStream<Uint8Array>({
    type: "bytes",
    pull: (controller) => controller.error(new Error("it broke")),
  });
  await assert.rejects(textOf(broken), /it broke/);
});

Deno.test("a body that stalls ends with its signal, also after a garbage collection", async () => {
  const server = Deno.serve(
    { port: 0, onListen() {} },
    () => new Response(new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(5)) })),
  );
  try {
    const bodies = [
      (body: ReadableStream<Uint8Array>, signal: AbortSignal) => readChunks(body, signal),
      (body: ReadableStream<Uint8Array>, signal: AbortSignal) => untilAborted(body, signal),
    ];
    for (const read of bodies) {
      const stop = new AbortController();
      const { body } = await fetch(`http://127.0.0.1:${server.addr.port}/`, { signal: stop.signal });
      const reading = (async () => {
        for await (const chunk of read(body as ReadableStream<Uint8Array>, stop.signal)) {
          assert.equal(chunk.length, 5);
        }
      })();
      for (let round = 0; round < 5; round++) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        collectGarbage();
      }
      stop.abort(new Error("enough"));
      await assert.rejects(reading, { message: "enough" });
    }
  } finally {
    await server.shutdown();
  }
});
