import assert from "node:assert/strict";
import { connectProxy } from "../../../agent/net/proxy_connect.ts";
import { CLOSED_PORT } from "../../simulator/free_port.ts";
import { until } from "../../until.ts";
import { checkContext, runOne } from "./check_case.ts";

const ENDPOINT = { registry: "ghcr.io", hostName: "ghcr.io", port: 443, isEncrypted: true };

/** A proxy on loopback that says the pieces, one after the other, and hangs when there are none. */
async function withProxy(
  pieces: readonly string[] | "close",
  body: (url: string, requests: string[]) => Promise<void>,
): Promise<void> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open: Deno.Conn[] = [];
  const requests: string[] = [];
  const running = (async () => {
    for await (const connection of listener) {
      open.push(connection);
      const bytes = new Uint8Array(2048);
      const count = await connection.read(bytes) ?? 0;
      requests.push(new TextDecoder().decode(bytes.subarray(0, count)));
      if (pieces === "close") {
        connection.close();
        open.pop();
        continue;
      }
      for (const piece of pieces) await connection.write(new TextEncoder().encode(piece));
    }
  })().catch(() => {});
  try {
    await body(`127.0.0.1:${listener.addr.port}`, requests);
  } finally {
    listener.close();
    for (const connection of open) connection.close();
    await running;
  }
}

/** Far more than an answer takes on a loaded machine. */
const LONG_MS = 30_000;

const REPLIES: readonly [string, readonly string[] | "close", number, string][] = [
  ["200", ["HTTP/1.1 200 Connection established\r\n\r\n"], 200, "answered 200"],
  ["200 in pieces", ["HT", "TP/1.1 2", "00 OK\r\n", "\r\n"], 200, "answered 200"],
  ["403", ["HTTP/1.1 403 Forbidden\r\n\r\n"], 403, "answered 403"],
  ["407", ["HTTP/1.0 407 Proxy Authentication Required\r\n\r\n"], 407, "answered 407"],
  ["502", ["HTTP/1.1 502 Bad Gateway\r\n\r\n"], 502, "answered 502"],
  ["another protocol", ["SSH-2.0-OpenSSH_9.6\r\n"], 0, "gave an answer that is not HTTP"],
  ["a number that only begins well", ["HTTP/1.1 2000 OK\r\n"], 0, "gave an answer that is not HTTP"],
  ["endless bytes without a line", ["x".repeat(10_000)], 0, "gave an answer that is not HTTP"],
  ["nothing", [], 0, "did not answer in time"],
  ["the end", "close", 0, "closed the connection"],
];

for (const [what, pieces, status, words] of REPLIES) {
  Deno.test(`connectProxy() understands ${what}`, async () => {
    await withProxy(pieces, async (address) => {
      // Only who waits for nothing need not wait long.
      const timeoutMs = pieces.length === 0 ? 200 : LONG_MS;
      assert.deepEqual(await connectProxy(`http://${address}`, ENDPOINT, timeoutMs), { status, words });
    });
  });
}

Deno.test("connectProxy() tells a closed port apart", async () => {
  const reply = await connectProxy(`http://127.0.0.1:${CLOSED_PORT}`, ENDPOINT, LONG_MS);
  assert.deepEqual(reply, { status: 0, words: "refused the connection" });
});

Deno.test("connectProxy() leaves nothing behind that could end the process after its time limit", async () => {
  await withProxy(["HTTP/1.1 200 OK\r\n\r\n"], async (address) => {
    await until(
      "an answer within the limit",
      () => connectProxy(`http://${address}`, ENDPOINT, 100),
      (it) => it.status === 200,
    );
    // The limit must pass while the process lives: an error thrown by its listener would end the test run.
    await new Promise((resolve) => setTimeout(resolve, 200));
  });
});

Deno.test("connectProxy() sends the decoded credentials and brackets an IPv6 address", async () => {
  await withProxy(["HTTP/1.1 200 OK\r\n\r\n"], async (address, requests) => {
    await connectProxy(`http://user:p%40ss@${address}`, { ...ENDPOINT, hostName: "2001:db8::1" }, LONG_MS);
    assert.equal(
      requests[0],
      "CONNECT [2001:db8::1]:443 HTTP/1.1\r\nHost: [2001:db8::1]:443\r\n" +
        `Proxy-Authorization: Basic ${btoa("user:p@ss")}\r\n\r\n`,
    );
  });
});

Deno.test("connectProxy() sends a key that stands alone, as user name or as password", async () => {
  for (const [login, sent] of [["key:", "key:"], [":key", ":key"]]) {
    await withProxy(["HTTP/1.1 200 OK\r\n\r\n"], async (address, requests) => {
      await connectProxy(`http://${login}@${address}`, ENDPOINT, LONG_MS);
      assert.ok(requests[0]?.includes(`Proxy-Authorization: Basic ${btoa(sent ?? "")}\r\n`), requests[0]);
    });
  }
});

for (
  const text of ["", "nonsense", "http://", "http://u:%zz@127.0.0.1:1", "https://127.0.0.1:1", "http://[::1"]
) {
  Deno.test(`connectProxy() never throws and never repeats the address, for "${text}"`, async () => {
    const reply = await connectProxy(text, ENDPOINT, LONG_MS);
    assert.equal(reply.status, 0);
    assert.ok(!reply.words.includes("%zz") && reply.words.length > 5);
  });
}

const OUTCOMES: readonly [string, "pass" | "fail", RegExp, RegExp][] = [
  ["200 OK", "pass", /^127\.0\.0\.1:/, /^$/],
  ["204 Fine", "pass", /^127\.0\.0\.1:/, /^$/],
  [
    "403 Forbidden",
    "fail",
    /^for ghcr\.io the proxy answered 403$/,
    /^Ask the network administrator to allow ghcr\.io in the proxy$/,
  ],
  ["407 Authentication", "fail", /answered 407$/, /^Correct user name and password .* does not take these$/],
  [
    '407 Authentication\r\nProxy-Authenticate: Basic realm="a, NTLM"\r\nProxy-Authenticate: NTLM',
    "fail",
    /answered 407$/,
    /^Correct user name and password/,
  ],
  [
    "407 Authentication\r\nproxy-authenticate: Negotiate, NTLM\r\nProxy-Authenticate: Digest realm=x",
    "fail",
    /answered 407$/,
    /^The proxy signs in by Negotiate or NTLM or Digest only, which Kubernetes and Flux cannot: /,
  ],
  [
    "407 Authentication\r\nProxy-Authenticate: Own x=1",
    "fail",
    /answered 407$/,
    /^The proxy signs in by a way of its own only/,
  ],
  ["503 Busy", "fail", /answered 503$/, /Ask the network administrator why the proxy does not open/],
];

for (const [line, status, found, advice] of OUTCOMES) {
  Deno.test(`proxy.connect gives ${status} when the proxy answers ${line}, and never shows the password`, async () => {
    await withProxy([`HTTP/1.1 ${line}\r\n\r\n`], async (address) => {
      const result = await runOne(
        "proxy.connect",
        checkContext({ mirrors: {}, inputs: { proxyUrl: `http://user:hidden-word@${address}` } }),
      );
      assert.equal(result.status, status, JSON.stringify(result));
      assert.match(result.found, found);
      assert.match(result.remediation, advice);
      assert.ok(!JSON.stringify(result).includes("hidden-word"));
      assert.ok(!JSON.stringify(result).includes(btoa("user:hidden-word")));
    });
  });
}

Deno.test("proxy.connect asks for a login where none was entered, however late the rest of the answer", async () => {
  await withProxy(["HTTP/1.1 407 Authentication\r\n"], async (address) => {
    const inputs = { proxyUrl: `http://${address}` };
    const result = await runOne("proxy.connect", checkContext({ mirrors: {}, inputs }));
    assert.match(result.found, /the proxy answered 407$/);
    assert.equal(result.remediation, 'Enter user name and password in the field "Proxy"');
  });
});

Deno.test("proxy.connect gives fail when nobody listens", async () => {
  const proxyUrl = `http://127.0.0.1:${CLOSED_PORT}`;
  const result = await runOne("proxy.connect", checkContext({ mirrors: {}, inputs: { proxyUrl } }));
  assert.equal(result.status, "fail");
  assert.match(result.found, /the proxy refused the connection$/);
  assert.match(result.remediation, /address and port/);
});

Deno.test("proxy.connect leaves out what is reached without the proxy", async () => {
  await withProxy(["HTTP/1.1 200 OK\r\n\r\n"], async (address, requests) => {
    const inputs = { proxyUrl: `http://${address}`, noProxy: "ghcr.io" };
    const result = await runOne("proxy.connect", checkContext({ mirrors: {}, inputs }));
    assert.equal(result.status, "pass");
    assert.equal(requests.length, 1);
    assert.match(requests[0] ?? "", /^CONNECT registry-1\.docker\.io:443 /);
  });
});
