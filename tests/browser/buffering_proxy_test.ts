import assert from "node:assert/strict";
import { ARRIVAL_MS } from "../../routes/arrivals.ts";
import { until } from "../until.ts";
import { withBrowser } from "./browser.ts";
import { browserTest, openSetUp } from "./page_checks.ts";

/** One answer on its way through the proxy. */
interface Passing {
  path: string;
  openedMs: number;
  isOver: boolean;
}

/**
 * A reverse proxy that says so, as nginx does, with one question a connection; one that buffers gives nothing on before an answer has
 * ended. It passes the bytes as they are, compressed ones too.
 */
function startProxy(target: string, options: { buffers: boolean }) {
  const answers: Passing[] = [];
  const { hostname, port } = new URL(target);
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  async function pass(client: Deno.Conn): Promise<void> {
    const asked = await readHead(client);
    if (asked === undefined) return client.close();
    const passing = { path: asked.split(" ")[1] ?? "", openedMs: performance.now(), isOver: false };
    answers.push(passing);
    const server = await Deno.connect({ hostname, port: Number(port) });
    const head = asked.replace(/\r\nconnection: [^\r]*/i, "").replace(
      "\r\n\r\n",
      "\r\nConnection: close\r\nX-Forwarded-For: 192.0.2.99\r\n\r\n",
    );
    await server.write(new TextEncoder().encode(head));
    if (!options.buffers) {
      // A browser that leaves ends the question, too.
      await Promise.race([server.readable.pipeTo(client.writable), client.readable.pipeTo(server.writable)]);
    } else {
      const answer = await new Response(server.readable).bytes();
      await new Response(answer).body?.pipeTo(client.writable);
    }
    passing.isOver = true;
  }
  const served = (async () => {
    for await (const client of listener) void pass(client).catch(() => {});
  })();
  return {
    url: `http://127.0.0.1:${(listener.addr as Deno.NetAddr).port}`,
    answers,
    async close() {
      listener.close();
      await served;
    },
  };
}

/** A question without a body; `undefined` where the browser only opened a connection. */
async function readHead(client: Deno.Conn): Promise<string | undefined> {
  const bytes = new Uint8Array(16_384);
  let head = "";
  while (!head.includes("\r\n\r\n")) {
    const count = await client.read(bytes);
    if (count === null) return undefined;
    head += new TextDecoder("latin1").decode(bytes.subarray(0, count));
  }
  return head;
}

browserTest(
  "behind a proxy that holds pages back, the status is a still page that loads itself again",
  () =>
    withBrowser("healthy", async (test) => {
      const page = await openSetUp(test, { width: 320 });
      const proxy = startProxy(test.agent.url, { buffers: true });
      try {
        await page.goto(proxy.url, { waitUntil: "commit" });
        await page.getByText("A proxy on the way holds pages back").waitFor();
        await test.shoot(page, "held-back-320");
        const before = proxy.answers.length;
        await until("the page is loaded again", () => proxy.answers.length, (it) => it > before, 60);
      } finally {
        await page.context().close();
        await proxy.close();
      }
    }),
);

browserTest(
  "behind a proxy that lets pages through, the status follows",
  () =>
    withBrowser("healthy", async (test) => {
      const page = await openSetUp(test);
      const proxy = startProxy(test.agent.url, { buffers: false });
      try {
        await page.goto(proxy.url, { waitUntil: "commit" });
        await page.getByText("This page follows by itself").waitFor();
        await until(
          "the browser tells that the first section arrived",
          () => proxy.answers.some((it) => it.path.startsWith("/arrived/")),
          (it) => it,
        );
        // Without a word of its arrival it would have ended.
        const isOpen = (it: Passing) =>
          it.path === "/" && !it.isOver && performance.now() - it.openedMs > 2 * ARRIVAL_MS;
        await until("a page stays open", () => proxy.answers, (all) => all.some(isOpen), 120);
        assert.doesNotMatch(await page.content(), /holds pages back/);
      } finally {
        await page.context().close();
        await proxy.close();
      }
    }),
);
