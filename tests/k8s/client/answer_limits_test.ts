import assert from "node:assert/strict";
import { ANSWER_LIMITS, MOST_OBJECTS } from "../../../k8s/client/answer_limits.ts";
import { createKubeClient, KINDS, type KubeClient, type KubeObject } from "../../../k8s/mod.ts";

const CHUNK = new TextEncoder().encode("x".repeat(65_536));
const POD = { namespace: "default", name: "x" };

/** Sends a start, then the same chunk without an end; says how much was taken. */
function endless(start: string, chunk = CHUNK): { body: ReadableStream<Uint8Array>; taken(): number } {
  let taken = 0;
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new TextEncoder().encode(start)),
    pull(controller) {
      taken += chunk.length;
      controller.enqueue(chunk);
    },
  });
  return { body, taken: () => taken };
}

/** A client of a real server on loopback. */
async function withServer(
  answer: (url: URL) => Response,
  body: (client: KubeClient) => Promise<void>,
): Promise<void> {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (it) => answer(new URL(it.url)),
  );
  const client = createKubeClient({
    server: `http://127.0.0.1:${server.addr.port}`,
    caPem: undefined,
    clientCertificatePem: undefined,
    clientKeyPem: undefined,
    token: undefined,
  }, { requestTimeoutMs: 60_000 });
  try {
    await body(client);
  } finally {
    client.close();
    await server.shutdown();
  }
}

for (
  const [what, limit, start, ask] of [
    [
      "an object",
      ANSWER_LIMITS.object,
      '{"metadata":{"name":"',
      (it) => it.get({ resource: KINDS.Pod, ...POD }),
    ],
    ["the version", ANSWER_LIMITS.object, '{"gitVersion":"', (it) => it.version()],
    ["a list", ANSWER_LIMITS.object, '{"metadata":{"name":"', (it) => it.list(KINDS.Pod)],
    ["a log", ANSWER_LIMITS.log, "", (it) => it.logs(POD)],
  ] as readonly [string, number, string, (client: KubeClient) => Promise<unknown>][]
) {
  Deno.test(`an answer without an end to what asks for ${what} is given up at its limit, and says so`, async () => {
    const sent: { taken(): number }[] = [];
    await withServer(() => {
      const it = endless(start);
      sent.push(it);
      return new Response(it.body);
    }, async (client) => {
      await assert.rejects(ask(client), {
        name: "KubeApiError",
        reason: "TooLarge",
        message: /^The Kubernetes API gave more than 4 MiB for a (object|log), which is not read: GET \//,
      });
      // The network holds some more.
      for (const it of sent) {
        assert.ok(it.taken() < limit + 16 * 1024 * 1024, `${it.taken()} bytes were taken`);
      }
    });
  });
}

Deno.test("a refusal without an end is still that refusal", () =>
  withServer(() => new Response(endless("").body, { status: 500 }), async (client) => {
    await assert.rejects(client.get({ resource: KINDS.Pod, ...POD }), { status: 500, reason: "Unknown" });
  }));

Deno.test("a line of a watch without an end is given up at its limit, and says so", () =>
  withServer(
    () => new Response(endless('{"type":"ADDED","object":{"metadata":{"name":"').body),
    async (client) => {
      await assert.rejects(Array.fromAsync(client.watch(KINDS.Pod, { resourceVersion: "1" })), {
        reason: "TooLarge",
        message:
          "The Kubernetes API gave more than 4 MiB for a line of a watch, which is not read: GET /api/v1/pods",
      });
    },
  ));

const pod = (name: string, more = {}) => ({ metadata: { name, namespace: "default", ...more } });
const page = (items: KubeObject[], more = "") =>
  Response.json({ metadata: { resourceVersion: "7", ...(more === "" ? {} : { continue: more }) }, items });

Deno.test("a list hands each object on as its page comes and keeps none", () =>
  withServer(
    (url) => url.searchParams.has("continue") ? page([pod("c")]) : page([pod("a"), pod("b")], "next"),
    async (client) => {
      const names: string[] = [];
      const listed = await client.list(KINDS.Pod, { each: (it) => names.push(it.metadata.name) });
      assert.deepEqual([names, listed], [["a", "b", "c"], { items: [], resourceVersion: "7" }]);
    },
  ));

Deno.test("a page that is too large is asked for again in smaller ones", () =>
  withServer((url) => {
    const limit = Number(url.searchParams.get("limit"));
    const from = Number(url.searchParams.get("continue") ?? 0);
    const items = Array.from({ length: Math.min(limit, 12 - from) }, (_, i) =>
      pod(`p${from + i}`, { annotations: { large: "x".repeat(300_000) } }));
    return page(items, from + limit < 12 ? String(from + limit) : "");
  }, async (client) => {
    const { items } = await client.list(KINDS.Pod);
    assert.deepEqual(
      items.map((it) =>
        it.metadata.name
      ),
      Array.from({ length: 12 }, (_, i) => `p${i}`),
    );
  }));

for (
  const [what, items, message] of [
    [
      "of many objects",
      Array.from({ length: 1_000 }, (_, i) => pod(`p${i}`)),
      /more than 30000 objects; further pods/,
    ],
    ["of large objects", [pod("a", { large: "x".repeat(3_500_000) })], /more than 16 MiB for a whole list/],
    ["of nothing", [], /more than 30000 objects; further pods/],
  ] as const
) {
  Deno.test(`pages ${what} without an end come to one`, () =>
    withServer(() => page([...items], "next"), async (client) => {
      let count = 0;
      await assert.rejects(client.list(KINDS.Pod, { each: () => count++ }), { reason: "TooLarge", message });
      assert.ok(count <= MOST_OBJECTS);
    }));
}
