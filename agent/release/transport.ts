import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { Readable } from "node:stream";
import { errorText } from "../error.ts";
import { bypassesProxy } from "./no_proxy.ts";
import { type NetworkSettings, RegistryError, type RegistryFailure } from "./registry.ts";

/** Written by update-ca-certificates(8). */
const SYSTEM_AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt";

/** One answer, its body not yet read. */
export interface TransportReply {
  status: number;
  headers: Headers;
  body: ReadableStream<Uint8Array> | null;
}

/** One HTTP exchange without redirects. */
export interface Transport {
  send(
    url: URL,
    options: { method: "GET" | "HEAD"; headers: Record<string, string>; signal: AbortSignal },
  ): Promise<TransportReply>;
  close(): void;
}

/**
 * The way that the answers describe: through the proxy but for its exceptions, else straight, then with names asked of the
 * chosen servers. @throws {RegistryError} from send
 */
export function createTransport(network: NetworkSettings): Transport {
  const caCerts = authoritiesNow(network);
  const direct = network.dnsServers.length > 0 ? dnsTransport(network, caCerts) : fetchTransport(caCerts);
  if (network.proxyUrl === undefined) return direct;
  const proxied = fetchTransport(caCerts, proxyOf(network.proxyUrl));
  return {
    send(url, options) {
      const isDirect = bypassesProxy(url.hostname, network.noProxy ?? [], portOf(url));
      return (isDirect ? direct : proxied).send(url, options);
    },
    close() {
      direct.close();
      proxied.close();
    },
  };
}

/** Deno reads the system's store once; an authority that was installed since counts for the next transport. */
function authoritiesNow(network: NetworkSettings): string[] {
  const given = [...network.caCerts ?? []];
  try {
    const all = [...given, Deno.readTextFileSync(SYSTEM_AUTHORITIES)];
    Deno.createHttpClient({ caCerts: all }).close(); // throws when one of them is damaged
    return all;
  } catch {
    return given;
  }
}

function fetchTransport(caCerts: string[], proxy?: Deno.Proxy): Transport {
  const client = Deno.createHttpClient({ caCerts, ...(proxy === undefined ? {} : { proxy }) });
  return {
    async send(url, { method, headers, signal }) {
      try {
        const response = await fetch(url, { client, method, headers, signal, redirect: "manual" });
        return { status: response.status, headers: response.headers, body: response.body };
      } catch (error) {
        throw toRegistryError(url.host, error, signal);
      }
    },
    close: () => client.close(),
  };
}

function dnsTransport(network: NetworkSettings, caCerts: readonly string[]): Transport {
  return {
    async send(url, { method, headers, signal }) {
      try {
        const address = await lookUp(url.hostname, network, signal);
        return await nodeRequest(url, address, { method, headers, signal, caCerts });
      } catch (error) {
        throw toRegistryError(url.host, error, signal);
      }
    },
    close() {},
  };
}

/** Asks the chosen servers in order, A before AAAA, with an absolute name so that no search suffix applies. @see contract.md 1.2 */
async function lookUp(name: string, network: NetworkSettings, signal: AbortSignal): Promise<string> {
  const bare = name.replace(/^\[|\]$/g, "");
  if (/^[\d.]+$|:/.test(bare)) return bare;
  let last: unknown;
  for (const server of network.dnsServers) {
    for (const type of ["A", "AAAA"] as const) {
      try {
        const nameServer = { ipAddr: server, port: network.dnsPort ?? 53 };
        const found = await Deno.resolveDns(`${name}.`, type, { nameServer, signal });
        if (found[0] !== undefined) return found[0];
      } catch (error) {
        last = error;
      }
    }
  }
  throw new RegistryError(
    "dns",
    name,
    `DNS lookup failed for "${name}" through ${network.dnsServers.join(", ")}`,
    { cause: last },
  );
}

function nodeRequest(
  url: URL,
  address: string,
  options: {
    method: string;
    headers: Record<string, string>;
    signal: AbortSignal;
    caCerts: readonly string[];
  },
): Promise<TransportReply> {
  return new Promise((resolve, reject) => {
    const secure = url.protocol === "https:";
    const request = (secure ? httpsRequest : httpRequest)({
      host: address,
      port: url.port || (secure ? 443 : 80),
      path: url.pathname + url.search,
      method: options.method,
      headers: { ...options.headers, host: url.host },
      servername: url.hostname,
      signal: options.signal,
      ...(options.caCerts.length > 0 ? { ca: [...options.caCerts] } : {}),
    }, (message) => {
      const headers = new Headers();
      for (const [key, value] of Object.entries(message.headers)) {
        for (const it of [value ?? []].flat()) headers.append(key, it);
      }
      resolve({
        status: message.statusCode ?? 0,
        headers,
        body: Readable.toWeb(message) as ReadableStream<Uint8Array>,
      });
    });
    // Deno 2.6 tells a refused certificate by these two words alone; what fails before TLS has a code (ECONNREFUSED).
    request.on("error", (error) =>
      reject(
        secure && error.message === "connection error"
          ? new Error("TLS handshake failed", { cause: error })
          : error,
      ));
    request.end();
  });
}

function portOf(url: URL): number {
  return Number(url.port) || (url.protocol === "https:" ? 443 : 80);
}

function proxyOf(text: string): Deno.Proxy {
  const url = new URL(text);
  const password = decodeURIComponent(url.password);
  const basicAuth = url.username === ""
    ? undefined
    : { username: decodeURIComponent(url.username), password };
  return { url: url.origin, ...(basicAuth ? { basicAuth } : {}) };
}

const FAILURES: readonly [RegExp, RegistryFailure, string][] = [
  [
    /dns error|failed to lookup|ENOTFOUND|EAI_AGAIN|name resolution/i,
    "dns",
    "its name could not be looked up",
  ],
  [/proxy|tunnel/i, "proxy", "the proxy refused or did not answer"],
  [
    /certificate|UnknownIssuer|TLS|handshake|InvalidContentType|SSL/i,
    "tls",
    "the encrypted connection could not be made",
  ],
  [/./, "tcp", "it cannot be reached"],
];

/** Tells apart what Deno and node only say in words. */
export function toRegistryError(host: string, error: unknown, signal: AbortSignal): RegistryError {
  if (error instanceof RegistryError) return error;
  if (signal.aborted) {
    return new RegistryError("timeout", host, `${host} did not answer in time`, { cause: error });
  }
  const texts: string[] = [];
  for (
    let at: unknown = error;
    at !== undefined && texts.length < 5;
    at = at instanceof Error ? at.cause : undefined
  ) texts.push(errorText(at));
  const text = texts.join(" ");
  const [, failure, words] = FAILURES.find(([pattern]) => pattern.test(text)) ??
    [/./, "tcp" as const, "it cannot be reached"];
  return new RegistryError(failure, host, `${host}: ${words}`, { cause: error });
}
