import assert from "node:assert/strict";
import { SETTING_KEYS, type SettingKey, type Settings } from "../../../agent/settings/settings.ts";
import { shownValue } from "../../../agent/settings/shown_value.ts";
import { AUTHORITY_PEM } from "../../fakes/authorities.ts";
import { SETTINGS } from "./settings_world.ts";

const CASES: readonly [key: SettingKey, settings: Partial<Settings>, text: string][] = [
  ["appUrl", {}, "https://psa.example.com"],
  ["dnsMode", {}, "those of this machine: 192.0.2.53"],
  ["dnsMode", { dnsMode: "custom" }, "own servers"],
  ["dnsServers", { dnsServers: ["192.0.2.1", "192.0.2.2"] }, "192.0.2.1, 192.0.2.2"],
  ["dnsServers", {}, "none"],
  ["channel", { channel: "nightly" }, "nightly"],
  ["proxyUrl", {}, "none"],
  ["proxyUrl", { proxyUrl: "http://maria:Geheim-7@proxy.example:3128" }, "http://maria@proxy.example:3128"],
  ["signatures", { signatures: "require" }, "require"],
  ["noProxy", {}, "only this appliance"],
  ["noProxy", { noProxy: "intern.example" }, "intern.example"],
  ["publicNames", {}, "none"],
  ["publicNames", { publicNames: "alga.example.com, psa" }, "alga.example.com, psa"],
  ["caCerts", {}, "none"],
  ["caCerts", { caCerts: AUTHORITY_PEM }, "Example Internal CA, valid to 2126-11-02"],
];
for (const [key, settings, text] of CASES) {
  Deno.test(`shownValue() of ${key} says "${text}"`, () => {
    assert.equal(shownValue(key, { ...SETTINGS, ...settings }, "192.0.2.53"), text);
  });
}

Deno.test("every setting has words", () => {
  assert.deepEqual(new Set(CASES.map(([key]) => key)), new Set(SETTING_KEYS));
});
