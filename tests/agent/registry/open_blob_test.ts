import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { RealHost } from "../../../agent/host/real_host.ts";
import { fetchFileBy } from "../../../agent/net/fetch_file.ts";
import { until } from "../../until.ts";
import { clientOf } from "./client_of.ts";

const CONTENT = "0123456789".repeat(1_000);
const SHA256 = createHash("sha256").update(CONTENT).digest("hex");
const DIGEST = `sha256:${SHA256}`;

/** A registry that wants a token for everything, and sends ranges; `cutAt`: the first answer breaks off there. */
function serve({ cutAt, release }: { cutAt?: number; release?: Promise<void> } = {}) {
  const asked: string[] = [];
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, (request) => {
    const url = new URL(request.url);
    if (url.pathname === "/token") return Response.json({ token: "t" });
    if (request.headers.get("authorization") !== "Bearer t") {
      const realm = `Bearer realm="${url.origin}/token",service="s"`;
      return new Response(null, { status: 401, headers: { "www-authenticate": realm } });
    }
    const range = request.headers.get("range");
    asked.push(`${url.pathname} ${range}`);
    const from = Number(/^bytes=(\d+)-$/.exec(range ?? "")?.[1] ?? 0);
    if (from >= CONTENT.length) return new Response(null, { status: 416 });
    const rest = new TextEncoder().encode(CONTENT.slice(from));
    const end = cutAt !== undefined && asked.length === 1 ? cutAt : rest.length;
    const body = new ReadableStream<Uint8Array>({
      async start(controller) {
        controller.enqueue(rest.slice(0, end));
        await release;
        if (end < rest.length) controller.error(new Error("cut"));
        else controller.close();
      },
    });
    const headers: Record<string, string> = { "content-length": String(rest.length) };
    if (range !== null) headers["content-range"] = `bytes ${from}-${CONTENT.length - 1}/${CONTENT.length}`;
    return new Response(body, { status: range === null ? 200 : 206, headers });
  });
  return {
    asked,
    url: `http://127.0.0.1:${server.addr.port}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

async function fetched(url: string, onBytes: () => void): Promise<string> {
  const root = await Deno.makeTempDir();
  const client = clientOf(url);
  try {
    await fetchFileBy(
      new RealHost(root),
      {
        what: "agent 1.2.0",
        url: new URL(url),
        path: "/agent",
        mode: 0o755,
        sha256: SHA256,
        maxBytes: 100_000,
      },
      (fromByte, signal) => client.openBlob("ghcr.io", "nine-minds/alga-agent", DIGEST, { fromByte, signal }),
      { signal: new AbortController().signal, onBytes },
    );
    return await Deno.readTextFile(`${root}/agent`);
  } finally {
    client.close();
    await Deno.remove(root, { recursive: true });
  }
}

Deno.test("a large blob comes with the registry's token, and goes on where it broke off", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const server = serve({ cutAt: 4_000, release: promise });
  try {
    // It breaks off once its beginning is here.
    assert.equal(await fetched(server.url, resolve), CONTENT);
    const path = `/v2/nine-minds/alga-agent/blobs/${DIGEST}`;
    assert.equal(server.asked[0], `${path} null`);
    assert.match(server.asked[1] ?? "", /^\/v2\/\S+ bytes=\d+-$/);
  } finally {
    await server[Symbol.asyncDispose]();
  }
});

Deno.test("its body may take longer than an answer may", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const server = serve({ release: promise });
  const client = clientOf(server.url, { timeoutMs: 200 });
  try {
    const { body, status } = await client.openBlob("ghcr.io", "nine-minds/alga-agent", DIGEST, {
      fromByte: 0,
    });
    assert.equal(status, 200);
    const beganMs = performance.now();
    await until("the time limit of an answer is over", () => performance.now() - beganMs, (ms) => ms > 400);
    resolve();
    assert.equal(await new Response(body).text(), CONTENT);
  } finally {
    resolve();
    client.close();
    await server[Symbol.asyncDispose]();
  }
});

Deno.test("a blob asked for behind its end is 416, as HTTP has it", async () => {
  const server = serve();
  const client = clientOf(server.url);
  try {
    const reply = await client.openBlob("ghcr.io", "nine-minds/alga-agent", DIGEST, {
      fromByte: CONTENT.length,
    });
    assert.equal(reply.status, 416);
  } finally {
    client.close();
    await server[Symbol.asyncDispose]();
  }
});
