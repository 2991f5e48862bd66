import assert from "node:assert/strict";
import { mergeSettings, withoutPassword } from "../../../agent/settings/merge_settings.ts";
import {
  changedKeys,
  checksOf,
  SETTING_KEYS,
  Settings,
  SettingsChange,
} from "../../../agent/settings/settings.ts";
import { toFieldErrors } from "../../../agent/setup/inputs/schema.ts";
import { AUTHORITY_PEM } from "../../fakes/authorities.ts";
import { SETTINGS } from "./settings_world.ts";

const WITH_PASSWORD = { ...SETTINGS, proxyUrl: "http://maria:Geheim-7@proxy.example:3128" };

function merged(current: typeof SETTINGS, change: SettingsChange) {
  const result = mergeSettings(current, change);
  assert.ok("settings" in result, JSON.stringify(result));
  return result.settings;
}

Deno.test("mergeSettings() changes what is given and keeps the rest", () => {
  assert.deepEqual(merged(WITH_PASSWORD, { appUrl: "https://other.example" }), {
    ...WITH_PASSWORD,
    appUrl: "https://other.example",
  });
  assert.deepEqual(merged(SETTINGS, {}), SETTINGS);
});

Deno.test("mergeSettings() takes named servers as the wish to use them, and forgets them with the choice", () => {
  const own = merged(SETTINGS, { dnsServers: ["192.0.2.1"] });
  assert.deepEqual([own.dnsMode, own.dnsServers], ["custom", ["192.0.2.1"]]);
  const back = merged(own, { dnsMode: "system" });
  assert.deepEqual([back.dnsMode, back.dnsServers], ["system", []]);
  assert.deepEqual(merged(own, { appUrl: "https://other.example" }).dnsServers, ["192.0.2.1"]);
});

const WRONG: readonly SettingsChange[] = [
  { dnsMode: "custom" },
  { dnsMode: "custom", dnsServers: [] },
  { dnsMode: "system", dnsServers: ["192.0.2.1"] },
];
for (const change of WRONG) {
  Deno.test(`mergeSettings() refuses ${JSON.stringify(change)} and names the field`, () => {
    const result = mergeSettings(SETTINGS, change);
    assert.ok("errors" in result);
    assert.deepEqual(result.errors.map((it) => it.field), ["dnsServers"]);
  });
}

const PROXIES: readonly [after: string, kept: boolean][] = [
  ["http://maria@proxy.example:3128", true],
  ["http://maria@proxy.example:3129", false],
  ["https://maria@proxy.example:3128", false],
  ["http://peter@proxy.example:3128", false],
  ["http://proxy.example:3128", false],
  ["http://maria:other@proxy.example:3128", false],
  ["", false],
];
for (const [after, kept] of PROXIES) {
  Deno.test(`mergeSettings() ${kept ? "keeps" : "drops"} the password with the proxy "${after}"`, () => {
    const change = SettingsChange.parse({ proxyUrl: after });
    const { proxyUrl } = merged(WITH_PASSWORD, change);
    assert.equal(proxyUrl.includes("Geheim"), kept);
    if (kept) assert.equal(proxyUrl, WITH_PASSWORD.proxyUrl);
  });
}

Deno.test("withoutPassword() keeps the user name", () => {
  assert.equal(withoutPassword(WITH_PASSWORD.proxyUrl), "http://maria@proxy.example:3128");
  assert.equal(withoutPassword("http://proxy.example"), "http://proxy.example");
  assert.equal(withoutPassword(""), "");
});

Deno.test("SettingsChange refuses fields that are locked or unknown, and wrong values by field", () => {
  const wrong = (change: unknown) => {
    const { error } = SettingsChange.safeParse(change);
    return error && toFieldErrors(error).map((it) => it.message).join();
  };
  assert.match(wrong({ tenantName: "x" }) ?? "", /tenantName/);
  assert.match(wrong({ appUrl: "ftp://x" }) ?? "", /must begin with http/);
  assert.match(wrong({ caCerts: "hello" }) ?? "", /This is not PEM text/);
  assert.match(wrong({ channel: "weekly" }) ?? "", /^Choose stable or nightly$/);
  assert.equal(SettingsChange.parse({ caCerts: `${AUTHORITY_PEM}\n\n` }).caCerts, AUTHORITY_PEM);
});

Deno.test("a change left empty stays a change of nothing: no default slips in", () => {
  assert.deepEqual(SettingsChange.parse({}), {});
  assert.equal(Settings.safeParse({ appUrl: "https://psa.example.com" }).success, false);
});

Deno.test("checksOf() names the checks of the changed fields alone", () => {
  const after = { ...SETTINGS, appUrl: "https://other.example" };
  assert.deepEqual(changedKeys(SETTINGS, after), ["appUrl"]);
  assert.deepEqual([...checksOf(["appUrl"])], ["dns.app-host"]);
  assert.deepEqual([...checksOf([])], []);
  assert.equal(SETTING_KEYS.length, Object.keys(SETTINGS).length);
});
