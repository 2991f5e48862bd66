import * as z from "zod";
import { FIELD_KEYS, type FieldKey, fieldOf } from "../setup/inputs/fields.ts";
import { SetupInputs } from "../setup/inputs/schema.ts";
import { networkOf, type NetworkSettings } from "../net/settings.ts";
import type { CheckInputs } from "../preflight/mod.ts";
import { parseAuthorities } from "./certificates.ts";

const { appUrl, dnsMode, dnsServers, channel, proxyUrl, noProxy, publicNames, signatures } =
  SetupInputs.shape;

const CaCerts = z.string("Enter certificates, or nothing").max(
  48 * 1024,
  "The certificates are longer than 48 KiB",
).transform((text, context) => {
  const read = parseAuthorities(text);
  if (Array.isArray(read)) return read.map((it) => it.pem).join("");
  context.addIssue({ code: "custom", message: read.problem, input: "" });
  return z.NEVER;
});

/** What may be changed after setup. Unknown fields are refused. */
export const Settings = z.strictObject({
  appUrl,
  dnsMode: dnsMode.unwrap(),
  dnsServers: dnsServers.unwrap(),
  channel: channel.unwrap(),
  proxyUrl: proxyUrl.unwrap(),
  noProxy: noProxy.unwrap(),
  publicNames: publicNames.unwrap(),
  caCerts: CaCerts,
  signatures: signatures.unwrap(),
}, "The settings must be one JSON object");
export type Settings = z.infer<typeof Settings>;
export type SettingKey = keyof Settings;

/** Fields that may be changed after setup, in the order of the list. */
export const SETTING_KEYS = FIELD_KEYS.filter((it): it is SettingKey => fieldOf(it).locked === undefined);

/** Fields that stay as setup wrote them. */
export const LOCKED_KEYS = FIELD_KEYS.filter((it): it is Exclude<FieldKey, SettingKey> =>
  fieldOf(it).locked !== undefined
);

/** Some new values; what is left out stays as it is. */
export const SettingsChange = Settings.partial();
export type SettingsChange = z.infer<typeof SettingsChange>;

/** Fields whose values differ, in the order of the list. */
export function changedKeys(before: Settings, after: Settings): SettingKey[] {
  return SETTING_KEYS.filter((it) => String(before[it]) !== String(after[it]));
}

/** The checks that a change of these fields touches. */
export function checksOf(keys: readonly SettingKey[]): ReadonlySet<string> {
  return new Set(keys.flatMap((it) => fieldOf(it).checks));
}

/** The settings as checks need them. */
export function toCheckInputs({ caCerts: _, ...settings }: Settings): CheckInputs {
  return { ...settings, releaseRef: "" };
}

/** How requests leave the machine with these settings. */
export function networkOfSettings(settings: Settings): NetworkSettings {
  const network = networkOf(settings);
  return settings.caCerts === "" ? network : { ...network, caCerts: [settings.caCerts] };
}
