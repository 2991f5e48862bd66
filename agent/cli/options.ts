import { AGENT_PORT, DEFAULT_LISTEN } from "../product/ports.ts";
import { isIP } from "node:net";
import { parseArgs, type ParseArgsConfig } from "node:util";
import { REGISTRY_LOGINS } from "../net/registry_logins.ts";
import { parseMirror } from "../registry/mirror.ts";
import type { RegistryMirrors } from "../registry/registry.ts";
import { tryParseHostName } from "../text/host_name.ts";
import { UsageError } from "./command.ts";

/** `node:util` parseArgs with our errors. @throws {UsageError} */
export function parseOptions<T extends ParseArgsConfig>(config: T): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config);
  } catch (error) {
    throw new UsageError(optionProblem(error));
  }
}

/** Node's own texts name classes and rules that a user does not know. */
function optionProblem(error: unknown): string {
  const { code, message } = error as Error & { code?: string };
  const quoted = (/'([^']*)'/.exec(message)?.[1] ?? "").replace(/ <value>$/, "");
  switch (code) {
    case "ERR_PARSE_ARGS_UNKNOWN_OPTION":
      return `Unknown option "${quoted}"`;
    case "ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL":
      return `Unexpected word "${quoted}"`;
    case "ERR_PARSE_ARGS_INVALID_OPTION_VALUE":
      return / does not take an argument/.test(message)
        ? `The option "${quoted}" takes no value`
        : `The option "${quoted}" needs a value`;
    default:
      return message;
  }
}

/** Options that say where things lie; the same for every subcommand. */
export const PLACE_OPTIONS = {
  root: { type: "string", default: "/" },
  "registry-mirror": { type: "string", multiple: true },
} as const satisfies NonNullable<ParseArgsConfig["options"]>;

/** Help lines of {@link PLACE_OPTIONS}. */
export const PLACE_HELP = `  --root DIR                  where the appliance's "/" lies (default /)
  --registry-mirror HOST=URL  ask URL instead of the registry HOST;
                              may be repeated; URL may have a path. Logins:
                              /etc/alga-appliance/registry-login.json`;

/** An absolute folder. @throws {UsageError} */
export function parseRoot(text: string): string {
  if (!text.startsWith("/") || text.split("/").includes("..")) {
    throw new UsageError(`--root must be an absolute folder, not "${text}"`);
  }
  return text;
}

/** An absolute folder that exists; what a typing error names is not made. @throws {UsageError} */
export async function requireRoot(text: string): Promise<string> {
  const root = parseRoot(text);
  const found = await Deno.stat(root).catch((error) => error as Error);
  if (found instanceof Deno.errors.NotFound) throw new UsageError(`--root "${root}" does not exist`);
  if (!(found instanceof Error) && !found.isDirectory) {
    throw new UsageError(`--root "${root}" is not a folder`);
  }
  return root;
}

/** A file of the caller's own, which has to be there. @throws {UsageError} */
export async function parseKubeconfig(path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined;
  const found = await Deno.stat(path).catch((error) => error as Error);
  if (found instanceof Deno.errors.NotFound) throw new UsageError(`--kubeconfig "${path}" does not exist`);
  if (!(found instanceof Error) && !found.isFile) {
    throw new UsageError(`--kubeconfig "${path}" is not a file`);
  }
  return path;
}

/** Names by which people open the pages, beside the machine's own. @throws {UsageError} */
export function parsePublicNames(names: readonly string[] | undefined): readonly string[] {
  return (names ?? []).map((name) => {
    const host = tryParseHostName(name);
    if (host !== undefined) return host;
    throw new UsageError(
      `--public-name must be a host name like alga.example.com, without https:// and port, not "${name}"`,
    );
  });
}

/** A web address without what a base cannot have. @throws {UsageError} */
export function parseDownloadUrl(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.search || url.hash) {
    throw new UsageError(`--download-url must be a web address like https://files.example.com/k3s`);
  }
  return text;
}

/** A number of days, up to two years. @throws {UsageError} */
export function parseDays(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const days = /^\d{1,3}$/.test(text) ? Number(text) : NaN;
  if (!(days <= 730)) throw new UsageError(`${name} must be a number from 0 to 730, not "${text}"`);
  return days;
}

/** "ghcr.io=http://127.0.0.1:5000" → mirrors. @throws {UsageError} that repeats no password */
export function parseMirrors(pairs: readonly string[] | undefined): RegistryMirrors {
  const mirrors: Record<string, string> = {};
  for (const pair of pairs ?? []) {
    const [host = "", target = "", ...rest] = pair.split("=");
    const parsed = rest.length > 0 ? { problem: "is not a web address" } : parseMirror(target);
    if (!/^[A-Za-z0-9.-]+(:\d+)?$/.test(host)) {
      throw new UsageError(
        "--registry-mirror must begin with a registry, as in ghcr.io=http://127.0.0.1:5000",
      );
    }
    if ("problem" in parsed) {
      throw new UsageError(
        `--registry-mirror ${host}=…: the address ${parsed.problem}; enter it like ${host}=https://mirror.example.com or ${host}=https://mirror.example.com/path, with logins in ${REGISTRY_LOGINS}`,
      );
    }
    mirrors[host] = parsed.url;
  }
  return mirrors;
}

/** An address to listen on. */
export interface ListenAddress {
  hostname: string;
  port: number;
}

/** "0.0.0.0:8080", "127.0.0.1:0" or "[::]:8080" → parts. @throws {UsageError} */
export function parseListen(text: string): ListenAddress {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([0-9.]+)):(\d{1,5})$/.exec(text);
  const hostname = match?.[1] ?? match?.[2] ?? "";
  const port = Number(match?.[3]);
  if (!match || isIP(hostname) === 0 || port > 65_535) {
    throw new UsageError(
      `--listen must be an address and a port like ${DEFAULT_LISTEN} or [::]:${AGENT_PORT}, not "${text}"`,
    );
  }
  return { hostname, port };
}

/** One of a few words. @throws {UsageError} */
export function parseChoice<T extends string>(option: string, text: string, choices: readonly T[]): T {
  const found = choices.find((it) => it === text);
  if (found !== undefined) return found;
  const words = [choices.slice(0, -1).join(", "), ...choices.slice(-1)].filter(Boolean).join(" or ");
  throw new UsageError(`${option} must be ${words}, not "${text}"`);
}

/** A number of a page. @throws {UsageError} */
export function parsePage(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new UsageError(`--page must be a number from 1, not "${text}"`);
}

/** Where a page of several stands and how `--page` gives more of it; no line when there is one page. `of`: how many of what in all. */
export function pageLines({ page, pages }: { page: number; pages: number }, of: string): string[] {
  if (pages <= 1) return [];
  return [`Page ${page} of ${pages} (${of}); --page ${page === pages ? 1 : page + 1} has more`];
}
