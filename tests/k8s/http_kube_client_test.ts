import assert from "node:assert/strict";
import { createKubeClient, type KubeClient } from "../../k8s/mod.ts";

function clientOf(port: number): KubeClient {
  const server = `http://127.0.0.1:${port}`;
  return createKubeClient({
    server,
    caPem: undefined,
    clientCertificatePem: undefined,
    clientKeyPem: undefined,
    token: undefined,
  });
}

/** A client of a server that gives each connection to `answer`. */
async function withServer(
  answer: (connection: Deno.Conn) => Promise<void> | void,
  body: (client: KubeClient) => Promise<void>,
): Promise<void> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const connections: Deno.Conn[] = [];
  const accepting = (async () => {
    for await (const connection of listener) {
      connections.push(connection);
      await answer(connection);
    }
  })();
  const client = clientOf(listener.addr.port);
  try {
    await body(client);
  } finally {
    client.close();
    listener.close();
    for (const it of connections) it.close();
    await accepting.catch(() => {});
  }
}

Deno.test("isReady() throws when the server accepts and never answers: silence is not an answer", async () => {
  await withServer(() => {}, async (client) => {
    await assert.rejects(client.isReady({ timeoutMs: 50 }), { status: 0, reason: "Timeout" });
  });
});

Deno.test("isReady() throws when nobody listens", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const client = clientOf(port);
  try {
    await assert.rejects(client.isReady({ timeoutMs: 60_000 }), { status: 0, reason: "Unreachable" });
  } finally {
    client.close();
  }
});

for (
  const [status, text, ready] of [[200, "ok", true], [200, "wait", false], [
    500,
    "etcd failed",
    false,
  ]] as const
) {
  Deno.test(`isReady() is ${ready} when the server says ${status} "${text}"`, async () => {
    const answer = `HTTP/1.1 ${status} X\r\ncontent-length: ${text.length}\r\n\r\n${text}`;
    await withServer(async (connection) => {
      await connection.read(new Uint8Array(4096));
      await connection.write(new TextEncoder().encode(answer));
    }, async (client) => assert.equal(await client.isReady({ timeoutMs: 60_000 }), ready));
  });
}
