import assert from "node:assert/strict";
import { readSelection } from "../../../../agent/setup/release_selection.ts";
import { recordStep } from "../../../../agent/settings/steps/record.ts";
import { PATHS } from "../../../../agent/state/paths.ts";
import { inSettingsWorld, SETTINGS, walk } from "../settings_world.ts";

Deno.test("recordStep keeps what is wanted, who changed what and when, and what an update reads", () =>
  inSettingsWorld(async (world) => {
    const { host, clock } = world;
    const change = { appUrl: "https://other.example", channel: "nightly" as const };
    await walk(recordStep, world.with(change));
    const { settings, changed, history } = await world.current();
    assert.deepEqual(settings, { ...SETTINGS, ...change });
    const mark = { at: new Date(clock.nowMs()).toISOString(), by: "browser 192.0.2.7" };
    assert.deepEqual(changed, { appUrl: mark, channel: mark });
    assert.deepEqual(history, [{ ...mark, fields: ["appUrl", "channel"] }]);
    assert.equal((await host.info(PATHS.settings))?.mode, 0o600);
    const selection = JSON.parse(await host.readText(PATHS.releaseSelection) ?? "");
    assert.deepEqual(selection.runtime, { appHostname: change.appUrl, dnsMode: "system", dnsServers: [] });
    assert.equal(selection.selectedChannel, "nightly");
    assert.equal((await readSelection(host, clock))?.resolved.channel, "nightly");
  }));

Deno.test("recordStep keeps the marks of earlier changes", () =>
  inSettingsWorld(async (world) => {
    await walk(recordStep, world.with({ appUrl: "https://other.example" }));
    const first = (await world.current()).changed.appUrl;
    await world.clock.sleep(60_000);
    await walk(recordStep, world.with({ appUrl: "https://other.example", noProxy: "intern" }));
    const { changed, history } = await world.current();
    assert.deepEqual(changed.appUrl, first);
    assert.notDeepEqual(changed.noProxy, first);
    assert.deepEqual(history.map((it) => it.fields), [["appUrl"], ["noProxy"]]);
  }));

Deno.test("recordStep tells what changes, without passwords", () =>
  inSettingsWorld(async (world) => {
    const proxyUrl = "http://maria:Geheim-7@proxy.example:3128";
    assert.deepEqual(await recordStep.plan?.(world.with({ proxyUrl })), [{
      object: "Settings",
      field: "Proxy",
      from: "none",
      to: "http://maria@proxy.example:3128",
    }]);
  }));

Deno.test("recordStep changes nothing where the installed release is not on record", () =>
  inSettingsWorld(async (world) => {
    const context = {
      ...world.with({ appUrl: "https://other.example" }),
      release: () => Promise.resolve(undefined),
    };
    await assert.rejects(
      recordStep.act(context),
      /The record of the installed release can no longer be read/,
    );
    assert.equal(await world.host.readText(PATHS.settings), undefined);
  }));
