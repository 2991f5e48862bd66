import assert from "node:assert/strict";
import { createKubeClient, KINDS, type KubeClient } from "../../../k8s/mod.ts";
import { until } from "../../until.ts";

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

/** A client of a server that answers every request so. */
async function withAnswer(
  answer: () => Response,
  body: (client: KubeClient) => Promise<void>,
): Promise<void> {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, answer);
  const client = clientOf(server.addr.port);
  try {
    await body(client);
  } finally {
    client.close();
    await server.shutdown();
  }
}

for (const text of ["null", "5", '"text"', "[]"]) {
  Deno.test(`A Kubernetes API that answers ${text} gave nothing that counts`, () =>
    withAnswer(() => new Response(text), async (client) => {
      const pod = { resource: KINDS.Pod, namespace: "default", name: "x" };
      await assert.rejects(client.get(pod), { name: "KubeApiError", reason: "NotJson" });
      await assert.rejects(client.list(KINDS.Pod), { name: "KubeApiError", reason: "NotJson" });
      await assert.rejects(client.version(), { name: "KubeApiError", reason: "NotJson" });
    }));
}

for (const text of ["{}", '{"items":[]}', '{"metadata":{"resourceVersion":"1"},"items":5}']) {
  Deno.test(`list() takes ${text} for no list: an empty one would say that everything is gone`, () =>
    withAnswer(() => new Response(text), async (client) => {
      await assert.rejects(client.list(KINDS.Pod), { name: "KubeApiError", reason: "NotJson" });
    }));
}

Deno.test('list() takes "items": null for an empty list', () =>
  withAnswer(() => new Response('{"metadata":{"resourceVersion":"7"},"items":null}'), async (client) => {
    assert.deepEqual(await client.list(KINDS.Pod), { items: [], resourceVersion: "7" });
  }));

Deno.test("list() leaves out what is no object: nothing can be known of it", () => {
  const items = '[null,7,{},{"spec":{}},{"metadata":{}},{"metadata":{"name":"a"}}]';
  return withAnswer(
    () => new Response(`{"metadata":{"resourceVersion":"7"},"items":${items}}`),
    async (client) => {
      assert.deepEqual((await client.list(KINDS.Pod)).items.map((it) => it.metadata.name), ["a"]);
    },
  );
});

for (const [when, reads] of [["before its first line was read", 0], ["after a line was read", 1]] as const) {
  Deno.test(`logs() that are followed end at the server when they are given up ${when}`, async () => {
    let isOver = false;
    const talk = () =>
      new ReadableStream({
        start: (stream) => stream.enqueue(new TextEncoder().encode("line\n")),
        cancel: () => void (isOver = true),
      });
    await withAnswer(() => new Response(talk()), async (client) => {
      const log = await client.logs({ namespace: "default", name: "x" }, { follow: true });
      const reader = log.getReader();
      for (let i = 0; i < reads; i++) await reader.read();
      await reader.cancel();
      await until("the server was told", () => isOver, (it) => it);
    });
  });
}
