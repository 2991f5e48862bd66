import assert from "node:assert/strict";
import { doAnswer } from "../../../agent/cli/do_answer.ts";

const LONG_MS = 60_000;
/** What a deaf listener is given: it never answers, so it may be short. */
const SHORT_MS = 200;

/** A listener on a free port that does this with each connection. */
async function withListener(
  serve: (connection: Deno.Conn) => Promise<void>,
  body: (address: Deno.NetAddr) => Promise<void>,
): Promise<void> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open: Deno.Conn[] = [];
  const serving = (async () => {
    for await (const connection of listener) {
      open.push(connection);
      serve(connection).catch(() => {});
    }
  })();
  try {
    await body(listener.addr);
  } finally {
    listener.close();
    await serving;
    for (const it of open) it.close();
  }
}

async function answerWith(connection: Deno.Conn, text: string): Promise<void> {
  await connection.read(new Uint8Array(1024));
  await connection.write(new TextEncoder().encode(text));
  await connection.closeWrite();
}

for (
  const [answer, isAnswer] of [
    ["HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", true],
    ["HTTP/1.1 404 Not Found\r\n\r\n", true],
    ["HTTP/1.1 500 Internal Server Error\r\n\r\n", false],
    ["220 mail.example.com\r\n", false],
    ["", false],
  ] as const
) {
  Deno.test(`doAnswer() takes ${JSON.stringify(answer)} for ${isAnswer ? "an" : "no"} answer`, () =>
    withListener((it) => answerWith(it, answer), async (address) => {
      assert.equal(await doAnswer([address], LONG_MS), isAnswer);
    }));
}

Deno.test("doAnswer() is false for a listener that accepts and says nothing", () =>
  withListener(() => Promise.resolve(), async (address) => {
    assert.equal(await doAnswer([address], SHORT_MS), false);
  }));

Deno.test("doAnswer() is false where nobody listens, and when one of two is deaf", async () => {
  await withListener((it) => answerWith(it, "HTTP/1.1 200 OK\r\n\r\n"), async (address) => {
    const gone = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    gone.close();
    assert.equal(await doAnswer([gone.addr], LONG_MS), false);
    assert.equal(await doAnswer([address, gone.addr], LONG_MS), false);
    assert.equal(await doAnswer([address, { transport: "unix", path: "/nowhere.sock" }], LONG_MS), false);
    assert.equal(await doAnswer([address, address], LONG_MS), true);
  });
});

Deno.test("doAnswer() asks a server on every address and on a Unix socket", async () => {
  const dir = await Deno.makeTempDir({ prefix: "alga-answer-" });
  const answer = () => new Response("ok");
  const tcp = Deno.serve({ hostname: "0.0.0.0", port: 0, onListen: () => {} }, answer);
  const unix = Deno.serve({ path: `${dir}/a.sock`, onListen: () => {} }, answer);
  try {
    assert.equal(await doAnswer([tcp.addr, unix.addr], LONG_MS), true);
  } finally {
    await Promise.all([tcp.shutdown(), unix.shutdown()]);
    await Deno.remove(dir, { recursive: true });
  }
});
