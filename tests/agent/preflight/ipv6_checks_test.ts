import assert from "node:assert/strict";
import { tryConnect } from "../../../agent/net/try_connect.ts";
import type { CheckResult } from "../../../agent/preflight/mod.ts";
import { LOOPBACK_IPV6, openPort } from "../../fakes/ports.ts";
import { CLOSED_PORT } from "../../simulator/free_port.ts";
import { checkContext, greenHost, runOne } from "./check_case.ts";
import { type DnsReply, startDnsServer } from "./dns_server.ts";

const { address } = LOOPBACK_IPV6;
const LONG_MS = 30_000;

/** Runs the check where names have this address of IPv6, and mirrors this port. */
async function checkIpv6(
  reply: DnsReply,
  port: number,
  more: NonNullable<Parameters<typeof checkContext>[0]> = {},
): Promise<CheckResult & { asked: string[] }> {
  const server = startDnsServer((_protocol, _name, type) =>
    type === "AAAA" ? reply : { addresses: ["192.0.2.1"] }
  );
  try {
    const result = await runOne(
      "net.ipv6-broken",
      checkContext({
        mirrors: { "ghcr.io": `http://mirror.example:${port}` },
        dnsPort: server.port,
        ...more,
        inputs: { dnsMode: "custom", dnsServers: ["127.0.0.1"], ...more.inputs },
      }),
    );
    return { ...result, asked: server.asked };
  } finally {
    await server.close();
  }
}

Deno.test("tryConnect() tells a port that is open, closed and deaf apart", async () => {
  const signal = new AbortController().signal;
  await using open = await openPort("open");
  await using deaf = await openPort("deaf");
  const to = (port: number, timeoutMs: number) => tryConnect({ address, port }, { timeoutMs, signal });
  assert.equal(await to(open.port, LONG_MS), "open");
  assert.equal(await to(CLOSED_PORT, LONG_MS), "refused");
  assert.equal(await to(deaf.port, 200), "silent");
  // No route, or no IPv6 at all: RFC 6666 gives this network to nobody.
  assert.notEqual(await tryConnect({ address: "100::1", port: 443 }, { timeoutMs: 200, signal }), "open");
});

Deno.test("tryConnect() ends with the signal's reason", async () => {
  const signal = AbortSignal.abort(new Error("stopped"));
  await assert.rejects(tryConnect({ address, port: 1 }, { timeoutMs: LONG_MS, signal }), /stopped/);
});

Deno.test("net.ipv6-broken passes when registries answer over IPv6", async () => {
  await using open = await openPort("open");
  const result = await checkIpv6({ addresses: [address] }, open.port);
  assert.deepEqual([result.status, result.found], ["pass", "mirror.example over IPv6"]);
});

Deno.test("net.ipv6-broken passes when it is known at once that there is no way", async () => {
  const result = await checkIpv6({ addresses: [address] }, CLOSED_PORT);
  assert.deepEqual([result.status, result.found], [
    "pass",
    "there is no way over IPv6, which is known at once",
  ]);
  assert.match(result.evidence?.join() ?? "", /^mirror\.example .*: refused$/);
});

Deno.test("net.ipv6-broken passes when no registry has an address of IPv6", async () => {
  for (const reply of [{ addresses: [] }, "NXDOMAIN", { addresses: ["::"] }] as const) {
    const result = await checkIpv6(
      reply === "NXDOMAIN" ? reply : { addresses: [...reply.addresses] },
      CLOSED_PORT,
    );
    assert.deepEqual([result.status, result.found], ["pass", "no registry has an IPv6 address"]);
  }
});

Deno.test("net.ipv6-broken warns when packets over IPv6 are lost in silence", async () => {
  await using deaf = await openPort("deaf");
  const result = await checkIpv6({ addresses: [address] }, deaf.port);
  assert.equal(result.status, "warn", JSON.stringify(result));
  assert.match(result.found, /^mirror\.example has the address .*, and nothing comes back from there/);
  assert.match(
    result.remediation,
    /90-alga-appliance\.conf: net\.ipv6\.conf\.all\.disable_ipv6 = 1.*sudo sysctl --system$/,
  );
});

Deno.test("net.ipv6-broken is skipped where nobody is asked by name, and where nobody tells", async () => {
  const words = async (...args: Parameters<typeof checkIpv6>) => {
    const { status, found } = await checkIpv6(...args);
    assert.equal(status, "skipped");
    return found;
  };
  const byAddress = { mirrors: { "ghcr.io": "http://127.0.0.1:5000" } };
  const proxied = { inputs: { proxyUrl: "http://proxy.example:3128" } };
  assert.equal(
    await words("SERVFAIL", CLOSED_PORT),
    "no answer from 127.0.0.1 (see Looking up the registries)",
  );
  for (const more of [byAddress, proxied]) {
    assert.equal(await words("SERVFAIL", CLOSED_PORT, more), "no registry is asked by name from here");
  }
});

Deno.test("net.ipv6-broken gives error when the DNS servers cannot be read", async () => {
  const host = greenHost();
  host.readText = () => Promise.reject(new Error("Input/output error"));
  const result = await checkIpv6("SERVFAIL", CLOSED_PORT, {
    host,
    inputs: { dnsMode: "system", dnsServers: [] },
  });
  assert.deepEqual([result.status, result.found], ["error", "Input/output error"]);
});
