import assert from "node:assert/strict";
import { readInputs, withoutSecrets, writeInputs } from "../../../../agent/setup/inputs/stored.ts";
import { PATHS } from "../../../../agent/state/paths.ts";
import { FakeClock } from "../../../fakes/fake_clock.ts";
import { FakeHost } from "../../../fakes/fake_host.ts";
import { campaignCount, campaignSeed } from "../../../campaign_size.ts";
import { Random } from "../../../fakes/random.ts";
import { INPUTS } from "../engine.ts";

const clock = new FakeClock();

async function written(inputs = INPUTS): Promise<FakeHost> {
  const host = new FakeHost();
  await writeInputs(host, clock, { runId: "one", inputs });
  return host;
}

Deno.test("readInputs() gives what writeInputs() kept, 0600, with and without the password", async () => {
  const host = await written();
  assert.deepEqual(await readInputs(host, clock, "one"), INPUTS);
  assert.equal(host.files.get(PATHS.setupInputs)?.mode, 0o600);
  const { adminPassword: _, ...rest } = INPUTS;
  await writeInputs(host, clock, { runId: "one", inputs: rest });
  assert.deepEqual(await readInputs(host, clock, "one"), rest);
  assert.equal(await readInputs(new FakeHost(), clock, "one"), undefined);
});

Deno.test("readInputs() takes an address whose scheme is in capitals", async () => {
  const inputs = { ...INPUTS, appUrl: "HTTPS://psa.example.com", proxyUrl: "Http://proxy.example.com:3128" };
  assert.deepEqual(await readInputs(await written(inputs), clock, "one"), inputs);
});

Deno.test("readInputs() gives the answers of the run it is asked for, and of no other", async () => {
  const host = await written();
  const other = { ...INPUTS, tenantName: "Second" };
  await writeInputs(host, clock, { runId: "two", inputs: other }, { runId: "one", inputs: INPUTS });
  assert.deepEqual(await readInputs(host, clock, "one"), INPUTS);
  assert.deepEqual(await readInputs(host, clock, "two"), other);
  for (const runId of ["three", "", undefined]) assert.equal(await readInputs(host, clock, runId), undefined);
  await writeInputs(host, clock, { runId: "two", inputs: other });
  assert.equal(await readInputs(host, clock, "one"), undefined);
});

Deno.test("readInputs() takes answers without a run where the journal knows none: both are of before runs", async () => {
  const host = new FakeHost({ [PATHS.setupInputs]: JSON.stringify({ schemaVersion: 1, inputs: INPUTS }) });
  assert.deepEqual(await readInputs(host, clock, undefined), INPUTS);
  assert.equal(await readInputs(host, clock, "one"), undefined);
});

Deno.test("readInputs() takes answers of an agent that did not ask for public names", async () => {
  const inputs = { ...INPUTS, publicNames: undefined };
  const host = new FakeHost({ [PATHS.setupInputs]: JSON.stringify({ schemaVersion: 1, inputs }) });
  assert.deepEqual(await readInputs(host, clock, undefined), INPUTS);
});

Deno.test("readInputs() takes answers of an agent that did not ask about signatures: it warned", async () => {
  const inputs = { ...INPUTS, signatures: undefined };
  const host = new FakeHost({ [PATHS.setupInputs]: JSON.stringify({ schemaVersion: 1, inputs }) });
  assert.equal((await readInputs(host, clock, undefined))?.signatures, "warn");
});

Deno.test("readInputs() gives nothing for a file that lacks or swaps a field, and moves it aside", async () => {
  const wrongs: Record<string, unknown>[] = [
    { noProxy: undefined },
    { appUrl: "psa" },
    { proxyUrl: "proxy:" },
    { dnsServers: "192.0.2.1" },
    { channel: "beta" },
    { adminPassword: 7 },
    { tenantName: null },
  ];
  for (const wrong of wrongs) {
    const text = JSON.stringify({ schemaVersion: 1, inputs: { ...INPUTS, ...wrong } });
    const host = new FakeHost({ [PATHS.setupInputs]: text });
    assert.equal(await readInputs(host, clock, undefined), undefined, JSON.stringify(wrong));
    assert.equal(await host.info(PATHS.setupInputs), undefined);
    assert.equal((await host.list(PATHS.damagedDir))?.length, 1);
  }
});

Deno.test("readInputs() never throws on a damaged file", async () => {
  const random = new Random(campaignSeed(3));
  const text = new TextDecoder().decode((await written()).files.get(PATHS.setupInputs)?.bytes);
  for (let i = 0; i < campaignCount(500); i++) {
    const damaged = random.mutate(text).replaceAll(/"schemaVersion":\s*\d+/g, '"schemaVersion": 1');
    const read = await readInputs(new FakeHost({ [PATHS.setupInputs]: damaged }), clock, "one");
    assert.ok(read === undefined || URL.canParse(read.appUrl));
  }
});

Deno.test("withoutSecrets() takes both passwords away and leaves the rest", () => {
  const shown = withoutSecrets({ ...INPUTS, proxyUrl: "http://user:Geheim-77@proxy.example:3128" });
  const { adminPassword: _, ...rest } = INPUTS;
  assert.deepEqual(shown, { ...rest, proxyUrl: "http://proxy.example:3128" });
  assert.deepEqual(withoutSecrets(INPUTS), rest);
});
