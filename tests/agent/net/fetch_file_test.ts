import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { fetchFile, fetchStatus } from "../../../agent/net/fetch_file.ts";
import { partPath } from "../../../agent/host/host.ts";
import { CLOSED_PORT } from "../../simulator/free_port.ts";
import { FakeHost } from "../../fakes/fake_host.ts";
import { collectGarbage } from "../../collect_garbage.ts";

const CONTENT = "0123456789abcdefghij";
const SHA256 = createHash("sha256").update(CONTENT).digest("hex");
const PART = partPath("/bin/k3s", SHA256.slice(0, 12));
const NETWORK = { dnsServers: [] };

interface Asked {
  method: string;
  range: string | null;
}

/** What is sent; `lengthBytes` may promise more than comes, and `isSilent` keeps the connection open after it. */
interface Answer {
  status: number;
  body?: string;
  lengthBytes?: number;
  range?: string;
  isSilent?: boolean;
}

/** A server on a bare socket, so that it can break off at any byte; the n-th answer, the last one again and again. */
function serve(...answers: ((asked: Asked) => Answer)[]) {
  const asked: Asked[] = [];
  const open = new Set<Deno.Conn>();
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const done = (async () => {
    for await (const connection of listener) {
      open.add(connection);
      const head = new Uint8Array(4096);
      const text = new TextDecoder().decode(head.subarray(0, await connection.read(head) ?? 0));
      const request = {
        method: text.split(" ")[0] ?? "",
        range: /^range: (.*?)\r?$/im.exec(text)?.[1] ?? null,
      };
      const answer = answers[Math.min(asked.length, answers.length - 1)]?.(request) ?? { status: 500 };
      asked.push(request);
      const { status, body = "", range } = answer;
      const lines = [
        `HTTP/1.1 ${status} -`,
        `content-length: ${answer.lengthBytes ?? body.length}`,
        ...(range === undefined ? [] : [`content-range: ${range}`]),
        "connection: close",
      ];
      const sent = `${lines.join("\r\n")}\r\n\r\n${request.method === "HEAD" ? "" : body}`;
      await connection.write(new TextEncoder().encode(sent));
      if (answer.isSilent) continue;
      open.delete(connection);
      connection.close();
    }
  })().catch(() => {});
  return {
    asked,
    url: new URL(`http://127.0.0.1:${(listener.addr as Deno.NetAddr).port}/v1/k3s`),
    async [Symbol.asyncDispose]() {
      for (const it of open) it.close();
      listener.close();
      await done;
    },
  };
}

const whole = (): Answer => ({ status: 200, body: CONTENT });
const rest = ({ range }: Asked): Answer => {
  const from = Number(/^bytes=(\d+)-$/.exec(range ?? "")?.[1] ?? 0);
  return from >= CONTENT.length ? { status: 416 } : {
    status: 206,
    body: CONTENT.slice(from),
    range: `bytes ${from}-${CONTENT.length - 1}/${CONTENT.length}`,
  };
};
/** Sends some, then breaks off or says no more. */
const some = (body: string, isSilent = false) => (): Answer => ({
  status: 200,
  body,
  lengthBytes: CONTENT.length,
  isSilent,
});

interface FetchOptions {
  signal?: AbortSignal;
  stallMs?: number;
  onBytes?: () => void;
}

async function fetchTo(host: FakeHost, url: URL, { onBytes = () => {}, ...options }: FetchOptions = {}) {
  const seen: [number, number | undefined][] = [];
  await fetchFile(
    host,
    NETWORK,
    { what: "k3s v1", url, path: "/bin/k3s", mode: 0o755, sha256: SHA256, maxBytes: 100 },
    {
      signal: new AbortController().signal,
      onBytes: (here, all) => {
        seen.push([here, all]);
        onBytes();
      },
      ...options,
    },
  );
  return seen;
}

Deno.test("fetchFile() puts the file in its place and tells bytes of how many", async () => {
  await using server = serve(whole);
  const host = new FakeHost();
  assert.deepEqual((await fetchTo(host, server.url)).at(-1), [20, 20]);
  assert.equal(await host.readText("/bin/k3s"), CONTENT);
  assert.equal((await host.info("/bin/k3s"))?.mode, 0o755);
  assert.deepEqual(server.asked, [{ method: "GET", range: null }]);
});

Deno.test("fetchFile() asks for the rest of what an earlier attempt left", async () => {
  await using server = serve(rest);
  const host = new FakeHost({ [PART]: CONTENT.slice(0, 8) });
  assert.deepEqual((await fetchTo(host, server.url)).at(-1), [20, 20]);
  assert.equal(await host.readText("/bin/k3s"), CONTENT);
  assert.deepEqual(server.asked.map((it) => it.range), ["bytes=8-"]);
  assert.equal(await host.info(PART), undefined);
});

Deno.test("fetchFile() goes on by itself after a connection that brought something", async () => {
  await using server = serve(some("01234"), rest);
  const host = new FakeHost();
  await fetchTo(host, server.url);
  assert.equal(await host.readText("/bin/k3s"), CONTENT);
  assert.deepEqual(server.asked.map((it) => it.range), [null, "bytes=5-"]);
});

Deno.test("fetchFile() gives up when a connection brings nothing more, and keeps what came", async () => {
  await using server = serve(some("01234"), () => ({ status: 503 }));
  const host = new FakeHost();
  const message = `${server.url.host} answered 503 for k3s v1`;
  await assert.rejects(fetchTo(host, server.url), { code: "DOWNLOAD_FAILED", message });
  assert.equal(await host.readText(PART), "01234");
});

Deno.test("fetchFile() starts again when a server does not know Range, or what is left is of no use", async () => {
  for (
    const [part, ...answers] of [["01234", whole], [`${CONTENT}${CONTENT}`, rest], ["xxxxx", rest]] as const
  ) {
    await using server = serve(...answers);
    const host = new FakeHost({ [PART]: part });
    await fetchTo(host, server.url);
    assert.equal(await host.readText("/bin/k3s"), CONTENT, part);
  }
});

Deno.test("fetchFile() refuses another content, once, and keeps nothing of it", async () => {
  await using server = serve(() => ({ status: 200, body: "something else" }));
  const host = new FakeHost();
  await assert.rejects(fetchTo(host, server.url), {
    code: "CHECKSUM_MISMATCH",
    message: /^The downloaded k3s v1 is not/,
  });
  assert.equal(server.asked.length, 1);
  assert.deepEqual([...host.files.keys()], []);
});

Deno.test("fetchFile() counts a connection that goes silent as lost", async () => {
  await using server = serve(
    some("01234", true),
    ({ range }) => ({ ...rest({ method: "GET", range }), body: "", isSilent: true, lengthBytes: 15 }),
  );
  const host = new FakeHost();
  await assert.rejects(fetchTo(host, server.url, { stallMs: 500 }), {
    code: "DOWNLOAD_FAILED",
    message: `k3s v1 could not be downloaded from ${server.url.host}: nothing came for 0.5 s`,
  });
  assert.equal(await host.readText(PART), "01234");
});

Deno.test("fetchFile() gives a silent server up after a garbage collection, too", async () => {
  await using server = serve(
    () => ({ ...whole(), body: CONTENT.slice(0, 5), isSilent: true, lengthBytes: 20 }),
    ({ range }) => ({ ...rest({ method: "GET", range }), body: "", isSilent: true, lengthBytes: 15 }),
  );
  const onBytes = () => {
    for (let round = 1; round <= 4; round++) setTimeout(collectGarbage, 50 * round);
  };
  const fetched = fetchTo(new FakeHost(), server.url, { stallMs: 1_500, onBytes });
  await assert.rejects(fetched, /nothing came for 1.5 s/);
});

Deno.test("fetchFile() stops with the caller's reason", async () => {
  const stop = new AbortController();
  await using server = serve(() => {
    stop.abort(new Error("The agent is stopping"));
    return whole();
  });
  await assert.rejects(fetchTo(new FakeHost(), server.url, { signal: stop.signal }), /agent is stopping/);
});

Deno.test("fetchStatus() asks without fetching, and asks otherwise where HEAD is refused", async () => {
  const ask = (url: URL) => fetchStatus(NETWORK, url, { signal: new AbortController().signal });
  await using there = serve(whole);
  assert.equal(await ask(there.url), 200);
  assert.deepEqual(there.asked, [{ method: "HEAD", range: null }]);
  await using missing = serve(() => ({ status: 404 }));
  assert.equal(await ask(missing.url), 404);
  await using strict = serve(
    () => ({ status: 405 }),
    () => ({ status: 206, body: "0" }),
  );
  assert.equal(await ask(strict.url), 200);
  assert.deepEqual(strict.asked.map((it) => it.range), [null, "bytes=0-0"]);
  await assert.rejects(ask(new URL(`http://127.0.0.1:${CLOSED_PORT}/`)), { failure: "tcp" });
});
