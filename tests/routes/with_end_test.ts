import assert from "node:assert/strict";
import { withEnd } from "../../routes/with_end.ts";

/** Bytes that are made when they are asked for, and what has been made and told of them. */
function told(pieces: number, breaks = false) {
  const seen = { made: 0, left: 0, ended: 0 };
  async function* make(): AsyncGenerator<Uint8Array> {
    try {
      for (let i = 0; i < pieces; i++) {
        seen.made++;
        yield new Uint8Array([i]);
      }
      if (breaks) throw new Error("it broke");
    } finally {
      seen.left++;
    }
  }
  return { seen, bytes: withEnd(ReadableStream.from(make()), () => seen.ended++) };
}

Deno.test("bytes that are read to their end, or to where they break, tell it once", async () => {
  const whole = told(3);
  assert.deepEqual(new Uint8Array(await new Response(whole.bytes).arrayBuffer()), new Uint8Array([0, 1, 2]));
  assert.deepEqual(whole.seen, { made: 3, left: 1, ended: 1 });
  const broken = told(1, true);
  await assert.rejects(new Response(broken.bytes).arrayBuffer(), /it broke/);
  assert.deepEqual(broken.seen, { made: 1, left: 1, ended: 1 });
});

Deno.test("whoever leaves ends them, and what was not asked for is not made", async () => {
  const { seen, bytes } = told(3);
  assert.equal(seen.made, 0);
  const reader = bytes.getReader();
  await reader.read();
  await reader.cancel();
  assert.deepEqual(seen, { made: 1, left: 1, ended: 1 });
});
