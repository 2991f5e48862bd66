import assert from "node:assert/strict";
import { campaignCount, campaignSeed } from "../campaign_size.ts";
import { Random } from "../fakes/random.ts";
import { csrfOf, signIn } from "../simulator/sign_in.ts";
import { binaryTest } from "./binary_case.ts";
import { run } from "./program.ts";
import { sendRaw } from "./raw_socket.ts";
import { isHealthy, type RunningAgent, withAgent } from "./running_agent.ts";
import { until } from "../until.ts";

/** More than it takes at rest, less than a leak of what was sent would need. */
const MOST_MIB = 400;

/** After every attack: it answers, is the same process, and is not swollen. */
async function assertUnharmed(agent: RunningAgent): Promise<void> {
  assert.ok(await isHealthy(agent), "/healthz answers");
  const rssMib = await agent.rssMib();
  assert.ok(rssMib < MOST_MIB, `${rssMib} MiB`);
}

const HOST = "Host: 127.0.0.1\r\n";
const END = "Connection: close\r\n\r\n";
const get = (target: string, headers = HOST) => `GET ${target} HTTP/1.1\r\n${headers}${END}`;
const post = (headers: string, body: string, target = "/login") =>
  `POST ${target} HTTP/1.1\r\n${HOST}${headers}\r\n${body}`;
const FORM = "Content-Type: application/x-www-form-urlencoded\r\n";

/** Requests and the answers that are right; "closed" = no answer but an end of the connection. */
const CASES: readonly [name: string, request: string, right: readonly (number | "closed")[]][] = [
  ["an empty line", "\r\n\r\n", ["closed", 400]],
  ["a request line without version", "GET /\r\n\r\n", [400, "closed"]],
  ["a request line of one word", "HELLO\r\n\r\n", [400, "closed"]],
  ["a version from the future", `GET / HTTP/9.9\r\n${HOST}\r\n`, [400, 505, "closed"]],
  ["HTTP/1.0 without a host", "GET /healthz HTTP/1.0\r\n\r\n", [200, 400, 421]],
  ["HTTP/2 in clear", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", ["closed", 400]],
  ["the first bytes of TLS", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", ["closed", 400]],
  ["a line feed in the method", `GE\nT / HTTP/1.1\r\n${HOST}\r\n`, [400, "closed"]],
  // Empty lines before a request are skipped (RFC 9112 §2.2), and the first byte is not the server's: it counts as GET.
  ["a line feed behind the first letter", `G\nET / HTTP/1.1\r\n${HOST}\r\n`, [303]],
  ["a NUL before the method", `\0GET / HTTP/1.1\r\n${HOST}${END}`, [400, 405, "closed"]],
  ["a space before the method", ` GET / HTTP/1.1\r\n${HOST}${END}`, [400, 405, "closed"]],
  ["a method of one letter", `G / HTTP/1.1\r\n${HOST}${END}`, [400, 405, "closed"]],
  ["a method that is none", `BREW /pot HTTP/1.1\r\n${HOST}${END}`, [405]],
  ["TRACE", `TRACE / HTTP/1.1\r\n${HOST}${END}`, [405]],
  ["CONNECT", `CONNECT example.com:443 HTTP/1.1\r\n${HOST}${END}`, [400, 405]],
  ["a NUL in the address", get("/a\0b"), [400, "closed"]],
  ["an address with eight-bit bytes", get("/\xff\xfe"), [303, 400, 404, "closed"]],
  ["a broken escape", get("/%zz"), [303, 400, 404]],
  ["a broken escape in the query", get("/login?next=%zz"), [200, 400]],
  ["two slashes", get("//evil.example/"), [303, 404]],
  ["backslashes that lead upwards", get("/..\\..\\etc\\passwd"), [303, 404]],
  ["dots that lead upwards", get("/../../etc/passwd"), [303, 404]],
  ["escaped dots that lead upwards", get("/%2e%2e/%2e%2e/etc/passwd"), [303, 404]],
  ["an address of 64 kB", get(`/${"a".repeat(64_000)}`), [303, 404, 414, 431, "closed"]],
  ["an address of 1 MB", get(`/${"a".repeat(1_000_000)}`), [400, 414, 431, "closed"]],
  ["a whole address of another host", get("http://evil.example/healthz"), [200, 400, 421]],
  ["a whole address with a broken port", get("http://127.0.0.1:99999/"), [303, 400, 421]],
  ["an asterisk", get("*"), [303, 400, 404]],
  ["no host", get("/login", ""), [400, 421]],
  ["an empty host", get("/login", "Host:\r\n"), [400, 421]],
  ["two hosts", get("/login", "Host: 127.0.0.1\r\nHost: evil.example\r\n"), [200, 400, 421]],
  ["another host", get("/login", "Host: evil.example\r\n"), [421]],
  ["a host of garbage", get("/login", "Host: <>[]{}|\\^\r\n"), [400, 421]],
  ["a host with spaces", get("/login", "Host: 127.0.0.1 evil\r\n"), [400, 421]],
  ["a host with a user name", get("/login", "Host: 127.0.0.1@evil.example\r\n"), [400, 421]],
  ["a host of eight-bit bytes", get("/login", "Host: \xe4\xf6\r\n"), [400, 421]],
  ["a host of IPv6", get("/login", "Host: [::1]:8080\r\n"), [200]],
  ["a broken host of IPv6", get("/login", "Host: [::1\r\n"), [400, 421]],
  ["a host with a port that is none", get("/login", "Host: 127.0.0.1:port\r\n"), [400, 421]],
  ["a header without a colon", get("/login", `${HOST}Nonsense\r\n`), [400, "closed"]],
  ["a header with a space before the colon", get("/login", `${HOST}X : y\r\n`), [200, 400, "closed"]],
  ["a folded header", get("/login", `${HOST}X: a\r\n b\r\n`), [200, 400, "closed"]],
  ["a hundred thousand headers", get("/login", HOST + "X: y\r\n".repeat(100_000)), [400, 431, "closed"]],
  ["one header of 1 MB", get("/login", `${HOST}X: ${"y".repeat(1_000_000)}\r\n`), [400, 431, "closed"]],
  ["ten thousand cookies", get("/", `${HOST}Cookie: ${"a=b;".repeat(10_000)}\r\n`), [
    303,
    400,
    431,
    "closed",
  ]],
  ["a session id of garbage", get("/", `${HOST}Cookie: alga_appliance_session=${"\xff".repeat(64)}\r\n`), [
    303,
  ]],
  ["a bearer token of garbage", get("/api/status", `${HOST}Authorization: Bearer ${"\xff".repeat(99)}\r\n`), [
    401,
  ]],
  ["a body that is announced as 10 GB", post(`${FORM}Content-Length: 10000000000\r\n`, "token=x"), [413]],
  ["a body of 1 MB", post(`${FORM}Content-Length: 1000000\r\n`, "a".repeat(1_000_000)), [413]],
  ["a length that is not a number", post(`${FORM}Content-Length: ten\r\n`, "token=x"), [400, "closed"]],
  ["a negative length", post(`${FORM}Content-Length: -1\r\n`, "token=x"), [400, "closed"]],
  ["two lengths", post(`${FORM}Content-Length: 7\r\nContent-Length: 8\r\n`, "token=xx"), [400, "closed"]],
  [
    "length and chunks at once",
    post(`${FORM}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n`, "0\r\n\r\nGET / HTTP/1.1\r\n\r\n"),
    [400, 403, "closed"],
  ],
  ["chunks of garbage", post(`${FORM}Transfer-Encoding: chunked\r\n`, "zz\r\nnonsense\r\n"), [400, "closed"]],
  ["a chunk that is too large", post(`${FORM}Transfer-Encoding: chunked\r\n`, "ffffffffffffffff\r\nx"), [
    400,
    413,
    "closed",
  ]],
  [
    "endless chunks",
    post(`${FORM}Transfer-Encoding: chunked\r\n`, `10000\r\n${"a".repeat(0x10000)}\r\n`.repeat(20)),
    [413],
  ],
  ["an unknown transfer encoding", post(`${FORM}Transfer-Encoding: gzip\r\n`, "x"), [400, 501, "closed"]],
  ["a body of another type", post("Content-Type: image/png\r\nContent-Length: 3\r\n", "\x89PN"), [
    400,
    403,
    415,
  ]],
  [
    "a multipart body",
    post("Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 5\r\n", "--x--"),
    [403, 415],
  ],
  ["JSON where a form belongs", post("Content-Type: application/json\r\nContent-Length: 2\r\n", "{}"), [
    400,
    403,
    415,
  ]],
  [
    "control characters and markup in a form",
    post(`${FORM}Content-Length: 52\r\n`, "token=%00%1b%5b2J%0d%0aSet-Cookie:x=y<script>&next=%0a"),
    [403],
  ],
  ["an upgrade to a socket", get("/", `${HOST}Upgrade: websocket\r\nSec-WebSocket-Key: x\r\n`), [
    303,
    400,
    426,
  ]],
  ["a body that is expected", post(`${FORM}Expect: 100-continue\r\nContent-Length: 7\r\n`, "token=x"), [
    100,
    403,
  ]],
];

await binaryTest("hostile requests get a clear answer or a closed connection", async (program) => {
  await withAgent(program, async (agent) => {
    const attack = async ([name, request, right]: typeof CASES[number]) => {
      const { statuses, closed, text } = await sendRaw(agent.port, request);
      // Several of these are wrong guesses of the token, so the back-off may answer first.
      const first = statuses[0] === 429 ? right.find((it) => it === 401 || it === 403) : statuses[0];
      const seen = first ?? (closed ? "closed" : "nothing");
      assert.ok(
        right.includes(seen as number),
        `${name}: ${seen}, not ${right.join("/")}: ${text.slice(0, 500)}`,
      );
      for (const leak of ["main.js", "chunk-", "at Object", "node:", "deno", "/tmp/", "<script"]) {
        assert.ok(!text.includes(leak), `${name}: the answer holds "${leak}": ${text}`);
      }
      assert.ok(!/^set-cookie: (?!alga_)/im.test(text), `${name}: ${text}`);
      assert.ok(await isHealthy(agent), `${name}: /healthz does not answer afterwards`);
    };
    for (let i = 0; i < CASES.length; i += 8) await Promise.all(CASES.slice(i, i + 8).map(attack));
    await assertUnharmed(agent);
    assert.ok(!/panick|Uncaught/i.test(agent.output()), agent.output());
  });
});

await binaryTest(
  "setup answers of control characters and markup are refused or shown as text",
  async (program) => {
    await withAgent(program, async (agent) => {
      const cookie = await signIn(agent.url, agent.token);
      const page = await (await fetch(`${agent.url}/setup`, { headers: { cookie } })).text();
      const csrf = csrfOf(page);
      const fields = [
        "appUrl",
        "tenantName",
        "adminFirstName",
        "adminLastName",
        "adminEmail",
        "adminPassword",
      ];
      for (
        const nasty of [
          "<script>alert(1)</script>",
          '" autofocus onfocus="x',
          "a\0b\x1b[2J",
          "\u202egnp.exe",
          "x".repeat(9_000),
        ]
      ) {
        const body = new URLSearchParams({ csrf, ...Object.fromEntries(fields.map((it) => [it, nasty])) });
        const answer = await fetch(`${agent.url}/setup`, {
          method: "POST",
          headers: { cookie },
          body,
          redirect: "manual",
        });
        assert.equal(answer.status, 422, nasty);
        const text = await answer.text();
        assert.ok(
          !text.includes("<script") && !text.includes('" autofocus onfocus="'),
          nasty,
        );
        assert.match(answer.headers.get("content-security-policy") ?? "", /default-src 'none'/);
      }
      await assertUnharmed(agent);
    });
  },
);

await binaryTest("requests one behind the other are answered in order", async (program) => {
  await withAgent(program, async (agent) => {
    const one = `GET /healthz HTTP/1.1\r\n${HOST}\r\n`;
    const { statuses } = await sendRaw(agent.port, one.repeat(200) + get("/nowhere"), { answers: 201 });
    assert.equal(statuses.length, 201);
    assert.deepEqual([...new Set(statuses.slice(0, 200))], [200]);
    // Nothing of a broken request may count as the beginning of the next one.
    const smuggled = post(`${FORM}Content-Length: 0\r\nContent-Length: 30\r\n`, one);
    assert.deepEqual((await sendRaw(agent.port, smuggled)).statuses.filter((it) => it === 200), []);
    await assertUnharmed(agent);
  });
});

await binaryTest("requests that never end hold up nobody", async (program) => {
  await withAgent(program, async (agent) => {
    const halves = [
      "GET / HT",
      `GET /login HTTP/1.1\r\n${HOST}X: `,
      post(`${FORM}Content-Length: 1000\r\n`, "token="),
      post(`${FORM}Transfer-Encoding: chunked\r\n`, "5\r\nto"),
    ];
    const held: Deno.Conn[] = [];
    for (let i = 0; i < 600; i++) {
      const connection = await Deno.connect({ hostname: "127.0.0.1", port: agent.port });
      held.push(connection);
      await connection.write(new TextEncoder().encode(halves[i % halves.length]));
    }
    await assertUnharmed(agent);
    const signedIn = await agent.request("GET", "/api/status");
    assert.equal(signedIn.status, 200);
    for (const connection of held) connection.close();
    await assertUnharmed(agent);
    const { code } = await agent.stop("SIGTERM");
    assert.equal(code, 0, "half a request must not hold up the end");
  });
});

await binaryTest("more connections than files can be open are survived", async (program) => {
  await withAgent(program, async (agent) => {
    const held: Deno.Conn[] = [];
    for (let i = 0; i < 400; i++) {
      const connection = await Deno.connect({ hostname: "127.0.0.1", port: agent.port }).catch(() =>
        undefined
      );
      if (connection) held.push(connection);
    }
    assert.ok(held.length > 200, `only ${held.length} connections`);
    // While they are all held: the listener stays, and whoever asks nothing makes room.
    const said = /Cannot take a connection: .*Idle ones were closed/;
    await until("the agent has met its limit", () => agent.output(), (output) => said.test(output));
    const again = await until(
      "new connections are answered",
      () => sendRaw(agent.port, get("/healthz")),
      ({ statuses }) => statuses[0] === 200,
    );
    assert.deepEqual(again.statuses, [200]);
    assert.equal((await run(program, ["status", "--root", agent.root])).code, 5);
    for (const connection of held) connection.close();
    await assertUnharmed(agent);
  }, { wrapper: ["prlimit", "--nofile=256:256"] });
});

const SEED = campaignSeed(20261121);
const ROUNDS = campaignCount(300);
const AT_ONCE = 6;
await binaryTest(
  `random bytes and torn requests (${ROUNDS} rounds, seed ${SEED}) do no harm`,
  async (program) => {
    const random = new Random(SEED);
    const seeds = CASES.map(([, request]) => request).filter((it) => it.length < 2_000);
    await withAgent(program, async (agent) => {
      const attack = async (round: number) => {
        let request = random.pick(seeds);
        for (let edits = random.below(4); edits > 0; edits--) {
          const at = random.below(request.length + 1);
          request = request.slice(0, at) + random.text(5) + request.slice(at + random.below(5));
        }
        if (random.below(3) === 0) request = request.slice(0, random.below(request.length));
        const { statuses } = await sendRaw(agent.port, request, { waitMs: 50 });
        assert.ok(!statuses.includes(500), `round ${round}, seed ${SEED}: ${JSON.stringify(request)}`);
      };
      for (let round = 0; round < ROUNDS; round += AT_ONCE) {
        const most = Math.min(AT_ONCE, ROUNDS - round);
        await Promise.all(Array.from({ length: most }, (_, i) => attack(round + i)));
      }
      await assertUnharmed(agent);
      assert.ok(!/panick|Uncaught/i.test(agent.output()), agent.output());
    });
  },
);
