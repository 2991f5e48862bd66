import assert from "node:assert/strict";
import { networkOf } from "../../../agent/net/settings.ts";
import { INPUTS } from "../setup/engine.ts";

Deno.test("networkOf() leaves the machine's own way as it is", () => {
  assert.deepEqual(networkOf(INPUTS), { dnsServers: [] });
});

Deno.test("networkOf() asks chosen DNS servers only when they were chosen", () => {
  const dnsServers = ["192.0.2.53"];
  assert.deepEqual(networkOf({ ...INPUTS, dnsMode: "custom", dnsServers }), { dnsServers });
  assert.deepEqual(networkOf({ ...INPUTS, dnsMode: "system", dnsServers }), { dnsServers: [] });
});

Deno.test("networkOf() takes the proxy with its exceptions, however they are separated", () => {
  const proxyUrl = "http://proxy.example:3128";
  assert.deepEqual(networkOf({ ...INPUTS, proxyUrl, noProxy: "a.example, .corp\t10.0.0.0/8,," }), {
    dnsServers: [],
    proxyUrl,
    noProxy: ["a.example", ".corp", "10.0.0.0/8"],
  });
  assert.deepEqual(networkOf({ ...INPUTS, proxyUrl }).noProxy, []);
});
