import assert from "node:assert/strict";
import { askDns } from "../../../agent/net/dns_query.ts";
import type { CheckResult } from "../../../agent/preflight/mod.ts";
import type { SetupInputs } from "../../../agent/setup/inputs/schema.ts";
import { checkContext, greenHost, runOne } from "./check_case.ts";
import { type DnsReply, startDnsServer, type TestDnsServer } from "./dns_server.ts";

const KNOWN: DnsReply = { addresses: ["203.0.113.7"] };

async function withServer<T>(
  answer: (protocol: "udp" | "tcp", name: string) => DnsReply,
  body: (server: TestDnsServer) => Promise<T>,
  options: { protocols?: readonly ("udp" | "tcp")[] } = {},
): Promise<T> {
  const server = startDnsServer(answer, options);
  try {
    return await body(server);
  } finally {
    await server.close();
  }
}

const ANSWERS: readonly [string, DnsReply, { addresses: string[]; problem: RegExp }][] = [
  ["an address", KNOWN, { addresses: ["203.0.113.7"], problem: /^$/ }],
  ["NXDOMAIN", "NXDOMAIN", { addresses: [], problem: /^no such name$/ }],
  ["no address", { addresses: [] }, { addresses: [], problem: /^no address$/ }],
  ["SERVFAIL", "SERVFAIL", { addresses: [], problem: /^answered SERVFAIL$/ }],
  ["silence", "silent", { addresses: [], problem: /^no answer$/ }],
  ["bytes that are not an answer", "garbage", {
    addresses: [],
    problem: /^(no answer|gave an answer that is not DNS)$/,
  }],
  ["an answer with another number", "other-id", { addresses: [], problem: /no answer|another question/ }],
  ["an answer to another question", "stranger", { addresses: [], problem: /no answer|another question/ }],
];

/** Far more than an answer takes on a loaded machine. */
const LONG_MS = 30_000;

for (const [what, reply, wanted] of ANSWERS) {
  // What is not an answer to the question may be waited past.
  const timeoutMs = wanted.problem.test("no answer") ? 200 : LONG_MS;
  for (const protocol of ["udp", "tcp"] as const) {
    Deno.test(`askDns() over ${protocol} understands ${what}`, async () => {
      await withServer(() => reply, async ({ port }) => {
        const answer = await askDns("127.0.0.1", "ghcr.io", { protocol, port, timeoutMs });
        assert.deepEqual(answer.addresses, wanted.addresses);
        assert.match(answer.problem, wanted.problem);
      });
    });
  }
}

Deno.test("askDns() over tcp tells a closed port apart", async () => {
  await withServer(() => KNOWN, async ({ port }) => {
    const answer = await askDns("127.0.0.1", "ghcr.io", { protocol: "tcp", port, timeoutMs: LONG_MS });
    assert.deepEqual(answer, { addresses: [], problem: "refused", isEmpty: false, isFiltered: false });
  }, { protocols: ["udp"] });
});

Deno.test("askDns() asks again over tcp for an answer that does not fit a packet", async () => {
  await withServer((protocol) => protocol === "udp" ? "cut" : KNOWN, async ({ port, asked }) => {
    const answer = await askDns("127.0.0.1", "ghcr.io", { protocol: "udp", port, timeoutMs: LONG_MS });
    assert.deepEqual(answer.addresses, ["203.0.113.7"]);
    assert.deepEqual(asked, ["udp ghcr.io", "tcp ghcr.io"]);
  });
});

Deno.test("askDns() says that the rest of a cut answer cannot be had", async () => {
  await withServer(() => "cut", async ({ port }) => {
    const answer = await askDns("127.0.0.1", "ghcr.io", { protocol: "udp", port, timeoutMs: LONG_MS });
    assert.equal(answer.problem, "its answer does not fit a packet, and over TCP: refused");
  }, { protocols: ["udp"] });
});

for (
  const [given, addresses, isFiltered] of [
    [["0.0.0.0"], [], true],
    [["0.1.2.3"], [], true],
    [["0.0.0.0", "203.0.113.7"], ["203.0.113.7"], false],
    [["10.1.2.3"], ["10.1.2.3"], false],
    [[], [], false],
  ] as const
) {
  Deno.test(`askDns() takes ${given.join(" ") || "nothing"} for ${addresses.join(" ") || "no address"}`, async () => {
    await withServer(() => ({ addresses: [...given] }), async ({ port }) => {
      const answer = await askDns("127.0.0.1", "ghcr.io", { protocol: "udp", port, timeoutMs: LONG_MS });
      assert.deepEqual([answer.addresses, answer.isFiltered], [addresses, isFiltered]);
    });
  });
}

Deno.test("askDns() takes addresses of the kind that is wanted, and no others", async () => {
  await withServer(() => ({ addresses: ["203.0.113.7", "2001:db8::7"] }), async ({ port }) => {
    const ask = async (type: "A" | "AAAA") =>
      (await askDns("127.0.0.1", "ghcr.io", { protocol: "udp", type, port, timeoutMs: LONG_MS })).addresses;
    assert.deepEqual([await ask("A"), await ask("AAAA")], [["203.0.113.7"], ["2001:db8::7"]]);
  });
});

Deno.test("dns.resolve names a filter, and does not ask to open port 53 to a server that answers", async () => {
  await withServer(() => ({ addresses: ["0.0.0.0"] }), async (server) => {
    const result = await check("dns.resolve", server);
    assert.equal(result.status, "fail");
    assert.match(result.found, /answered 0\.0\.0\.0, as a filter does/);
    assert.equal(
      result.remediation,
      "Ask the network administrator to let the filter of 127.0.0.1 allow ghcr.io and registry-1.docker.io, or choose other DNS servers",
    );
  });
});

const CUSTOM = { dnsMode: "custom", dnsServers: ["127.0.0.1"] } as const;

async function check(
  id: string,
  server: TestDnsServer,
  inputs: Partial<SetupInputs> = {},
): Promise<CheckResult> {
  return await runOne(
    id,
    checkContext({
      mirrors: {},
      dnsPort: server.port,
      inputs: { ...CUSTOM, dnsServers: [...CUSTOM.dnsServers], ...inputs },
    }),
  );
}

Deno.test("dns.resolve passes when the server answers for every registry over UDP and TCP", async () => {
  await withServer(() => KNOWN, async (server) => {
    const result = await check("dns.resolve", server);
    assert.equal(result.status, "pass", JSON.stringify(result));
    assert.deepEqual([...server.asked].sort(), [
      "tcp ghcr.io",
      "tcp registry-1.docker.io",
      "udp ghcr.io",
      "udp registry-1.docker.io",
    ]);
    assert.equal(result.evidence?.length, 4);
  });
});

Deno.test("dns.resolve gives fail when no server knows a registry", async () => {
  await withServer((_, name) => name === "ghcr.io" ? "NXDOMAIN" : KNOWN, async (server) => {
    const result = await check("dns.resolve", server);
    assert.equal(result.status, "fail");
    assert.equal(
      result.found,
      "127.0.0.1 (udp): no such name for ghcr.io; 127.0.0.1 (tcp): no such name for ghcr.io",
    );
    assert.match(result.remediation, /port 53 to 127\.0\.0\.1/);
  });
});

Deno.test("dns.resolve gives warn when only TCP is closed", async () => {
  await withServer(() => KNOWN, async (server) => {
    const result = await check("dns.resolve", server);
    assert.equal(result.status, "warn");
    assert.match(result.found, /127\.0\.0\.1 \(tcp\): refused for ghcr\.io/);
  }, { protocols: ["udp"] });
});

Deno.test("dns.resolve gives warn when one of two servers fails", async () => {
  await withServer(() => KNOWN, async (server) => {
    // Nobody listens on this port of the second loopback address.
    const result = await check("dns.resolve", server, { dnsServers: ["127.0.0.1", "127.0.0.2"] });
    assert.equal(result.status, "warn");
    assert.match(result.remediation, /port 53 to 127\.0\.0\.2,/);
  });
});

Deno.test("dns.resolve only warns behind a proxy, which looks the names up itself", async () => {
  await withServer(() => "NXDOMAIN", async (server) => {
    const result = await check("dns.resolve", server, { proxyUrl: "http://proxy.example.com:3128" });
    assert.equal(result.status, "warn");
  });
});

Deno.test("dns.app-host passes when the name leads to this machine", async () => {
  await withServer(() => ({ addresses: ["192.0.2.8"] }), async (server) => {
    const result = await check("dns.app-host", server, { appUrl: "https://psa.example.com" });
    assert.deepEqual([result.status, result.found], ["pass", "192.0.2.8"]);
  });
});

Deno.test("dns.app-host gives warn when the name leads elsewhere, naming both addresses", async () => {
  await withServer(() => KNOWN, async (server) => {
    const result = await check("dns.app-host", server, { appUrl: "https://psa.example.com" });
    assert.deepEqual([result.status, result.found], ["warn", "it leads to 203.0.113.7"]);
    assert.match(result.expected, /192\.0\.2\.8/);
  });
});

Deno.test("dns.app-host gives warn when the name is not known yet", async () => {
  await withServer(() => "NXDOMAIN", async (server) => {
    const result = await check("dns.app-host", server, { appUrl: "https://psa.example.com" });
    assert.deepEqual([result.status, result.found], ["warn", "the name is not known yet"]);
  });
});

Deno.test("dns.app-host gives error when no server can tell", async () => {
  await withServer(() => "SERVFAIL", async (server) => {
    const result = await check("dns.app-host", server, { appUrl: "https://psa.example.com" });
    assert.deepEqual([result.status, result.found], ["error", "no answer from 127.0.0.1"]);
  });
});

const SEARCHED: readonly [string, (name: string) => DnsReply, CheckResult["status"], RegExp, RegExp][] = [
  ["no domain answers for it", () => "NXDOMAIN", "pass", /^example\.com, branch\.example\.com$/, /^$/],
  [
    "one answers for every name",
    (name) => name.endsWith("branch.example.com") ? KNOWN : "NXDOMAIN",
    "fail",
    /^every name below branch\.example\.com leads to 203\.0\.113\.7$/,
    /wildcard record \*\.branch\.example\.com.*resolvectl domain/,
  ],
  [
    "one is served by nobody",
    (name) => name.endsWith("branch.example.com") ? "SERVFAIL" : "NXDOMAIN",
    "warn",
    /^branch\.example\.com: answered SERVFAIL$/,
    /resolvectl domain/,
  ],
  [
    "the server fails",
    () => "SERVFAIL",
    "error",
    /^127\.0\.0\.1: answered SERVFAIL for example\.com$/,
    /port 53/,
  ],
];

for (const [when, answer, status, found, advice] of SEARCHED) {
  Deno.test(`dns.search-wildcard gives ${status} when ${when}`, async () => {
    await withServer((_, name) => answer(name), async (server) => {
      const host = greenHost();
      host.put(
        "/run/systemd/resolve/resolv.conf",
        "nameserver 192.0.2.53\nsearch example.com branch.example.com .\n",
      );
      const inputs = { ...CUSTOM, dnsServers: [...CUSTOM.dnsServers] };
      const context = checkContext({ host, dnsPort: server.port, inputs });
      const result = await runOne("dns.search-wildcard", context);
      assert.equal(result.status, status, JSON.stringify(result));
      assert.match(result.found, found);
      assert.match(result.remediation, advice);
      assert.equal(server.asked.length, 2);
      assert.match(server.asked[0] ?? "", /^udp alga-[0-9a-f-]+\.(branch\.)?example\.com$/);
    });
  });
}
