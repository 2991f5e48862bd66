import assert from "node:assert/strict";
import { createRegistryProbe } from "../../../agent/cli/registry_probe.ts";
import { systemClock } from "../../../agent/clock.ts";
import { type RegistryClient } from "../../../agent/registry/registry.ts";
import { createRegistryClient } from "../../../agent/registry/client.ts";
import { type NetworkSettings } from "../../../agent/net/settings.ts";
import { CLOSED_PORT } from "../../simulator/free_port.ts";
import { startSimRegistry } from "../../simulator/registry.ts";
import { startHttpProxy } from "../net/http_proxy.ts";

const ANSWERS = { ok: true, message: "ghcr.io answers" };

Deno.test("the probe of the registry goes where the answers say, and follows when they change", async () => {
  const registry = await startSimRegistry();
  const proxy = startHttpProxy();
  // A name that only the proxy can reach.
  const url = `http://registry.example.test:${new URL(registry.url).port}`;
  let network: NetworkSettings = { dnsServers: [], proxyUrl: `http://127.0.0.1:${CLOSED_PORT}` };
  const made: NetworkSettings[] = [];
  const closed: number[] = [];
  const probe = createRegistryProbe(() => Promise.resolve({ ...network }), (wanted): RegistryClient => {
    const number = made.push(wanted) - 1;
    const mirrors = { "ghcr.io": url };
    const client = createRegistryClient({ mirrors, network: wanted, clock: systemClock, userAgent: "test" });
    return { ...client, close: () => (closed.push(number), client.close()) };
  });
  const signal = AbortSignal.timeout(60_000);
  try {
    const before = await probe.ask(signal);
    assert.equal(before.ok, false);
    assert.match(before.message, /^registry\.example\.test:\d+: /);
    assert.match(before.failure?.host ?? "", /^registry\.example\.test:\d+$/);
    assert.equal(before.failure?.code, "proxy", before.failure?.detail);
    assert.match(before.failure?.detail ?? "", /Connection refused/, "what the runtime said goes with it");
    network = { dnsServers: [], proxyUrl: proxy.url.replace("//", "//user:word@") };
    assert.deepEqual(await probe.ask(signal), ANSWERS);
    assert.deepEqual(await probe.ask(signal), ANSWERS);
    assert.deepEqual(proxy.asked[0], { line: `GET ${url}/v2/`, credentials: "user:word" });
    assert.deepEqual([made.length, closed], [2, [0]]);
    probe.close();
    assert.deepEqual(closed, [0, 1]);
  } finally {
    await proxy.close();
    await registry.close();
  }
});

Deno.test("the probe of the registry says why when the answers cannot be read or used", async () => {
  const { signal } = new AbortController();
  const unread = createRegistryProbe(() => Promise.reject(new Error("it is damaged")), () => {
    throw new Error("never asked");
  });
  assert.deepEqual(await unread.ask(signal), { ok: false, message: "it is damaged" });
  const unused = createRegistryProbe(() => Promise.resolve({ dnsServers: [] }), () => {
    throw new Error("no such proxy");
  });
  assert.deepEqual(await unused.ask(signal), { ok: false, message: "no such proxy" });
  unused.close();
});
