import assert from "node:assert/strict";
import { readSettings, writeSettings } from "../../../agent/settings/settings_store.ts";
import { PATHS } from "../../../agent/state/paths.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";
import { FakeHost } from "../../fakes/fake_host.ts";
import { INPUTS } from "../preflight/check_case.ts";
import { SETTINGS } from "./settings_world.ts";

Deno.test("readSettings() takes settings of an agent that knew no public names", async () => {
  const [host, clock] = [new FakeHost(), new FakeClock()];
  const before = { settings: SETTINGS, changed: {}, history: [] };
  const settings = { ...SETTINGS, appUrl: "https://other.example.com" };
  await writeSettings(host, clock, before, { settings, by: "a test" });
  const file = JSON.parse(await host.readText(PATHS.settings) ?? "");
  delete file.settings.publicNames;
  host.put(PATHS.settings, JSON.stringify(file));
  assert.deepEqual((await readSettings(host, clock, undefined))?.settings, settings);
});

Deno.test("readSettings() takes what setup was told of signatures for the setting", async () => {
  const [host, clock] = [new FakeHost(), new FakeClock()];
  for (const signatures of ["warn", "require"] as const) {
    const read = await readSettings(host, clock, { ...INPUTS, signatures });
    assert.equal(read?.settings.signatures, signatures);
  }
});
