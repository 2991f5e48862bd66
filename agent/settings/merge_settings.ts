import type { FieldError } from "../setup/inputs/schema.ts";
import type { Settings, SettingsChange } from "./settings.ts";

/**
 * The settings as they will be; or what is wrong with the change as a whole. Fields alone were checked by the schema.
 * `typedProxyUrl`: a proxy that was typed before, whose password has not gone back into the form either.
 */
export function mergeSettings(
  current: Settings,
  change: SettingsChange,
  typedProxyUrl = "",
): { settings: Settings } | { errors: FieldError[] } {
  const own = change.dnsServers ?? [];
  // Who names servers wants them used.
  const dnsMode = change.dnsMode ?? (own.length > 0 ? "custom" : current.dnsMode);
  if (dnsMode === "system" && own.length > 0) {
    const message = `${
      own.join(", ")
    } would not be used: choose "Use these instead" (dnsMode "custom"), or leave this field empty`;
    return { errors: [{ field: "dnsServers", message }] };
  }
  const dnsServers = dnsMode === "system" ? [] : change.dnsServers ?? current.dnsServers;
  if (dnsMode === "custom" && dnsServers.length === 0) {
    const message = "Enter at least one DNS server, or keep those of this machine";
    return { errors: [{ field: "dnsServers", message }] };
  }
  const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
  const kept = withKeptPassword(typedProxyUrl, change.proxyUrl ?? current.proxyUrl);
  const proxyUrl = withKeptPassword(current.proxyUrl, kept);
  return { settings: { ...current, ...given, dnsMode, dnsServers, proxyUrl } };
}

/** The password is never sent into a form, so an address that comes back without it keeps it: same host, same user. */
export function withKeptPassword(before: string, after: string): string {
  if (before === "" || after === "") return after;
  const [old, now] = [new URL(before), new URL(after)];
  const isSame = old.protocol === now.protocol && old.host === now.host && old.username === now.username;
  return isSame && now.password === "" ? before : after;
}

/** An address without the password in it; the user name stays. */
export function withoutPassword(url: string): string {
  if (url === "") return "";
  const { protocol, host, username } = new URL(url);
  return `${protocol}//${username === "" ? "" : `${username}@`}${host}`;
}
