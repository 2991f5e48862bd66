import assert from "node:assert/strict";
import { createSocketApp } from "../../routes/mod.ts";
import { sampleBlocker } from "../agent/console/samples.ts";
import { startApp } from "./start_app.ts";

Deno.test("GET /metrics asks for the token, in words for a program", async () => {
  const { fetch } = await startApp();
  for (const headers of [{}, { authorization: "Bearer wrong" }]) {
    const response = await fetch("GET", "/metrics", headers);
    assert.equal(response.status, 401);
    assert.match(response.headers.get("content-type") ?? "", /problem\+json/);
  }
});

Deno.test("GET /metrics tells state, tiers, causes and the channel's answer in Prometheus' text format", async () => {
  const { fetch, access, find } = await startApp();
  find([sampleBlocker({ since: "2026-11-21T12:00:00.000Z", component: 'a"b\\c\nd' })]);
  const response = await fetch("GET", "/metrics", { authorization: `Bearer ${access.token()}` });
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  const lines = (await response.text()).split("\n");
  const has = (line: string) => assert.ok(lines.includes(line), `${line}\nin\n${lines.join("\n")}`);
  has('alga_state{state="installing"} 1');
  has('alga_state{state="fully_healthy"} 0');
  has('alga_tier_ready{tier="login"} 0');
  has(
    'alga_blocker_since_timestamp_seconds{id="image.not-found",severity="background",tier="background",' +
      'component="a\\"b\\\\c\\nd",owner="vendor"} 1795262400',
  );
  has('alga_update_answer{answer="update-available",channel="stable"} 1');
  has('alga_update_answer{answer="cannot-tell",channel="stable"} 0');
  has("alga_rule_errors 0");
  // Every line is a comment or a series; what nobody knows is left out, not 0.
  for (const line of lines) assert.match(line, /^(?:#.*|alga_[a-z_]+(?:\{.*\})? -?[\d.e+]+)?$/);
  assert.ok(!lines.some((it) => it.includes("release_info")));
});

Deno.test("metrics are on the socket too, for an exporter that runs as root on this machine", async () => {
  const { deps } = await startApp();
  const app = createSocketApp(deps, { next: () => Promise.reject(new Error("not asked")) });
  const response = await app.fetch(new Request("http://localhost/metrics"), { remoteAddr: "socket" });
  assert.match(await response.text(), /^alga_tier_ready\{tier="platform"\} 0$/m);
});
