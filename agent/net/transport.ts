import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { Readable } from "node:stream";
import ipaddr from "ipaddr.js";
import { errorText } from "../error.ts";
import { untilAborted, withTimeout } from "../signals.ts";
import { bypassesProxy } from "./no_proxy.ts";
import { type NetworkSettings, SYSTEM_AUTHORITIES } from "./settings.ts";
import { NetworkError, type NetworkFailure } from "./errors.ts";

/** A silent DNS server must leave time for those after it. */
const DNS_PATIENCE_MS = 2_500;

/** One answer, its body not yet read. */
export interface TransportReply {
  status: number;
  headers: Headers;
  body: ReadableStream<Uint8Array> | null;
  /** A 407 that is the proxy's own; servers that were asked straight or through a tunnel may send one too. */
  isProxyRefusal?: boolean;
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
 * chosen servers. @throws {NetworkError} from send
 */
export function createTransport(network: NetworkSettings): Transport {
  const caCerts = authoritiesNow(network);
  const direct = network.dnsServers.length > 0 ? dnsTransport(network, caCerts) : fetchTransport(caCerts);
  if (network.proxyUrl === undefined) return direct;
  const proxied = fetchTransport(caCerts, proxyOf(network.proxyUrl));
  return {
    async send(url, options) {
      if (bypassesProxy(url.hostname, network.noProxy ?? [], portOf(url))) {
        return await direct.send(url, options);
      }
      const reply = await proxied.send(url, options).catch((error) => {
        // Of a plain request the runtime does not say that it was the proxy that it could not reach.
        throw error instanceof NetworkError && ["tcp", "dns"].includes(error.failure)
          ? new NetworkError("proxy", error.host, `${error.host}: the proxy refused or did not answer`, {
            cause: error,
          })
          : error;
      });
      // A proxy that refuses a tunnel ends the connection instead.
      return { ...reply, isProxyRefusal: reply.status === 407 && url.protocol === "http:" };
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
    const all = [...given, Deno.readTextFileSync(network.authoritiesFile ?? SYSTEM_AUTHORITIES)];
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
        const { status, headers: told, body } = response;
        return { status, headers: told, body: untilAborted(body, signal) };
      } catch (error) {
        throw toNetworkError(url.host, error, signal);
      }
    },
    close: () => client.close(),
  };
}

function dnsTransport(network: NetworkSettings, caCerts: string[]): Transport {
  const plain = fetchTransport(caCerts);
  return {
    async send(url, options) {
      if (isAddress(url.hostname)) return await plain.send(url, options); // nothing to ask for
      const { method, headers, signal } = options;
      try {
        const address = await lookUp(url.hostname, network, signal);
        return await nodeRequest(url, address, { method, headers, signal, caCerts });
      } catch (error) {
        throw toNetworkError(url.host, error, signal);
      }
    },
    close: () => plain.close(),
  };
}

/** Asks the chosen servers in order, A before AAAA, with an absolute name so that no search suffix applies. */
async function lookUp(name: string, network: NetworkSettings, signal: AbortSignal): Promise<string> {
  let last: unknown;
  for (const server of network.dnsServers) {
    const isLast = server === network.dnsServers.at(-1);
    const limit = isLast ? signal : withTimeout(DNS_PATIENCE_MS, signal);
    for (const type of ["A", "AAAA"] as const) {
      try {
        const nameServer = { ipAddr: server, port: network.dnsPort ?? 53 };
        const found = await Deno.resolveDns(`${name}.`, type, { nameServer, signal: limit });
        if (found[0] !== undefined) return found[0];
      } catch (error) {
        last = error;
      }
    }
  }
  throw new NetworkError(
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
      port: portOf(url),
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
        secure && /^connection error$/.test(error.message)
          ? new Error("TLS handshake failed", { cause: error })
          : error,
      ));
    request.end();
  });
}

function isAddress(hostName: string): boolean {
  return ipaddr.isValid(hostName.replace(/^\[|\]$/g, ""));
}

function portOf(url: URL): number {
  return Number(url.port) || (url.protocol === "https:" ? 443 : 80);
}

function proxyOf(text: string): Deno.Proxy {
  const { origin, username, password } = new URL(text);
  if (username === "" && password === "") return { url: origin };
  return { url: origin, basicAuth: { username: decoded(username), password: decoded(password) } };
}

/** What is not well encoded stands for itself; the check of the proxy's address tells it. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const FAILURES: readonly [RegExp, NetworkFailure, string][] = [
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
];

/** Tells apart what Deno and node only say in words. */
export function toNetworkError(host: string, error: unknown, signal: AbortSignal): NetworkError {
  if (error instanceof NetworkError) return error;
  if (signal.aborted) {
    return new NetworkError("timeout", host, `${host} did not answer in time`, { cause: error });
  }
  const texts: string[] = [];
  for (
    let at: unknown = error;
    at !== undefined && texts.length < 5;
    at = at instanceof Error ? at.cause : undefined
  ) texts.push(errorText(at));
  const text = texts.join(" ").replaceAll(/ for url \(\S*\)/g, ""); // its names may sound like any failure
  const [, failure, words] = FAILURES.find(([pattern]) => pattern.test(text)) ??
    [/./, "tcp", "it cannot be reached"] as const;
  return new NetworkError(failure, host, `${host}: ${words}`, { cause: error });
}
