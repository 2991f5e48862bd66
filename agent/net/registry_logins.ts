import { Buffer } from "node:buffer";
import * as z from "zod";
import type { Host } from "../host/host.ts";
import { NetworkError } from "./errors.ts";
import { tryParseJson } from "../text/try_parse_json.ts";

/** Where logins of registries and mirrors lie, in the form of docker's config.json; for root's eyes only. */
export const REGISTRY_LOGINS = "/etc/alga-appliance/registry-login.json";

/** What a file of logins looks like, for advice. */
export const LOGINS_EXAMPLE = '{"auths": {"HOST": {"username": "NAME", "password": "PASSWORD"}}}';

/** User name and password of one registry. */
export interface RegistryLogin {
  username: string;
  password: string;
}

/** Registry host, with its port where it has one → login. */
export interface RegistryLogins {
  readonly [host: string]: RegistryLogin;
}

const Entry = z.object({
  auth: z.string().nullish(),
  username: z.string().nullish(),
  password: z.string().nullish(),
});
const Logins = z.object({ auths: z.record(z.string(), z.unknown()).default({}) });

/**
 * The logins of this machine; none without the file. Entries that are not understood are passed over.
 * @throws {NetworkError} "unauthorized" when others may read the file, or it cannot be understood; nothing of it is repeated.
 */
export async function readRegistryLogins(host: Pick<Host, "info" | "readText">): Promise<RegistryLogins> {
  const info = await host.info(REGISTRY_LOGINS);
  if (info === undefined) return {};
  if ((info.mode & 0o077) !== 0) {
    throw refused(`can be read by others (mode ${info.mode.toString(8)}); run: chmod 600 ${REGISTRY_LOGINS}`);
  }
  const parsed = Logins.safeParse(
    tryParseJson((await host.readText(REGISTRY_LOGINS) ?? "").replace(/^\uFEFF/, "")),
  );
  if (!parsed.success) throw refused(`is not JSON like ${LOGINS_EXAMPLE}`);
  const found: Record<string, RegistryLogin> = {};
  for (const [name, entry] of Object.entries(parsed.data.auths)) {
    const login = toLogin(Entry.safeParse(entry).data);
    if (login) found[hostOf(name)] = login;
  }
  return found;
}

/** The value of an Authorization field. @see RFC 7617 */
export function basicAuthorization({ username, password }: RegistryLogin): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
}

function toLogin(entry: z.infer<typeof Entry> | undefined): RegistryLogin | undefined {
  if (!entry) return undefined;
  if (entry.username && entry.password) return { username: entry.username, password: entry.password };
  const text = Buffer.from(entry.auth ?? "", "base64").toString("utf-8");
  const colon = text.indexOf(":");
  return colon > 0 ? { username: text.slice(0, colon), password: text.slice(colon + 1) } : undefined;
}

/** Docker writes addresses too, and Docker Hub's by an old one. */
function hostOf(name: string): string {
  const url = /^https?:\/\//.test(name) && URL.canParse(name) ? new URL(name).host : name.split("/")[0] ?? "";
  return url === "index.docker.io" ? "docker.io" : url.toLowerCase();
}

function refused(why: string): NetworkError<"unauthorized"> {
  return new NetworkError("unauthorized", "registry-login.json", `${REGISTRY_LOGINS} ${why}`);
}
