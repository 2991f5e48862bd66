import assert from "node:assert/strict";
import { readDraft, writeDraft } from "../../../../agent/setup/inputs/draft.ts";
import { PATHS } from "../../../../agent/state/paths.ts";
import { FakeClock } from "../../../fakes/fake_clock.ts";
import { FakeHost } from "../../../fakes/fake_host.ts";
import { INPUTS } from "../engine.ts";

const clock = new FakeClock();

Deno.test("a draft comes back without any password, and its file is 0600 and holds none", async () => {
  const host = new FakeHost();
  await writeDraft(host, clock, { ...INPUTS, proxyUrl: "http://user:Geheim-77@proxy.example:3128" });
  const text = await host.readText(PATHS.setupDraft) ?? "";
  assert.ok(!text.includes(INPUTS.adminPassword) && !text.includes("Geheim-77"), text);
  assert.equal(host.files.get(PATHS.setupDraft)?.mode, 0o600);
  const draft = await readDraft(host, clock);
  const { adminPassword: _, ...rest } = INPUTS;
  assert.deepEqual(draft?.answers, { ...rest, proxyUrl: "http://proxy.example:3128" });
  assert.equal(draft?.proxyHadPassword, true);
});

Deno.test("a proxy without a password asks for none again", async () => {
  const host = new FakeHost();
  await writeDraft(host, clock, { ...INPUTS, proxyUrl: "http://proxy.example:3128" });
  assert.equal((await readDraft(host, clock))?.proxyHadPassword, false);
});

Deno.test("no draft, a damaged one and one of a newer agent are none", async () => {
  for (const text of [undefined, "", "{", '{"schemaVersion":1,"answers":{}}', '{"schemaVersion":99}']) {
    const host = new FakeHost();
    if (text !== undefined) host.put(PATHS.setupDraft, text);
    assert.equal(await readDraft(host, clock), undefined, text);
  }
});
