import { mediaTypeOf } from "../text/http_message.ts";
import { readChunks } from "../read_chunks.ts";
import { RegistryError, type RegistryFailure } from "./errors.ts";
import { toNetworkError, type TransportReply } from "../net/transport.ts";

/** The whole body. @throws {NetworkError} "too-large", or as the connection fails. */
export async function readBody(
  reply: TransportReply,
  host: string,
  options: { maxBytes: number; signal: AbortSignal },
): Promise<Uint8Array> {
  const { maxBytes, signal } = options;
  const chunks: Uint8Array[] = [];
  let total = 0;
  try {
    for await (const chunk of reply.body ? readChunks(reply.body) : []) {
      total += chunk.length;
      if (total > maxBytes) {
        throw new RegistryError("too-large", host, `${host} sent more than ${maxBytes} bytes`);
      }
      chunks.push(chunk.slice());
    }
  } catch (error) {
    throw toNetworkError(host, error, signal);
  }
  return new Uint8Array(await new Blob(chunks as Uint8Array<ArrayBuffer>[]).arrayBuffer());
}

/** Parses bytes that a registry sent. @throws {NetworkError} "not-json" */
export function parseJson(bytes: Uint8Array, host: string): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new RegistryError(
      "not-json",
      host,
      `${host} sent something that is not JSON (a network portal or proxy page?)`,
      { cause },
    );
  }
}

/** Who was asked, and who answered: the same, or one that it sent on to. */
export interface AskedHost {
  asked: string;
  answeredBy: string;
}

/** What an answer that is not a success means. `what` names the thing that was asked for. */
export function statusError(reply: TransportReply, host: AskedHost, what: string): RegistryError {
  const { status } = reply;
  const { asked, answeredBy } = host;
  if (isNotice(reply)) return pageError(host, `(${status})`, { what, status });
  const [failure, words] = wordsFor(reply, answeredBy, what);
  const isSentOn = answeredBy !== asked;
  const message = isSentOn ? `${asked} sends on to another host; ${words}` : words;
  return new RegistryError(failure, answeredBy, message, {
    status,
    ...retryAfter(reply),
    ...(isSentOn ? { sentOnBy: asked } : {}),
  });
}

/** A page for people in place of an answer, with whose it is. */
export function pageError(
  { asked, answeredBy }: AskedHost,
  how: string,
  { what, status }: { what?: string; status: number },
): RegistryError {
  const isOthers = answeredBy !== asked;
  const page = ["a page", how, isOthers ? `of ${answeredBy}` : ""].filter(Boolean).join(" ");
  return new RegistryError(
    "captive",
    asked,
    `${asked} is answered by ${page}, not by a registry${what === undefined ? "" : `, for ${what}`}`,
    { status, ...(isOthers ? { answeredBy } : {}) },
  );
}

function wordsFor(reply: TransportReply, host: string, what: string): [RegistryFailure, string] {
  const { status } = reply;
  switch (status) {
    case 401:
      return ["unauthorized", `${host} does not let this machine read ${what} (401)`];
    case 403:
      return ["denied", `${host} denies access to ${what} (403)`];
    case 404:
      return ["not-found", `${host} does not have ${what} (404)`];
    case 407:
      // Without the number, which elsewhere means the proxy.
      return reply.isProxyRefusal
        ? ["proxy", "The proxy wants a user name and password (407)"]
        : ["unauthorized", `${host} wants a user name and password, in the way of a proxy`];
    case 429:
      return ["rate-limited", `${host} limits how often this site may ask (429)`];
    default:
      return [status >= 500 ? "server-error" : "unexpected-status", `${host} answered ${status} for ${what}`];
  }
}

/**
 * A refusal as a page for people, without a word of how to sign in: of a filter or firewall on the way. Registries refuse in JSON; what
 * stands before them answers in pages only where it has trouble of its own (5xx), or knows no such place (404).
 */
function isNotice({ status, headers }: TransportReply): boolean {
  return [401, 403, 451].includes(status) && !headers.has("www-authenticate") &&
    mediaTypeOf(headers.get("content-type")) === "text/html";
}

/** RFC 9110 §10.2.3: seconds or a date; a date is counted from the reply's own, so that a wrong clock here does not matter. */
function retryAfter(reply: TransportReply): { retryAfterMs?: number } {
  if (reply.status !== 429 && reply.status !== 503) return {};
  const text = reply.headers.get("retry-after")?.trim() ?? "";
  if (/^\d{1,9}$/.test(text)) return { retryAfterMs: Number(text) * 1000 };
  const [atMs, nowMs] = [parseHttpDate(text), parseHttpDate(reply.headers.get("date") ?? "")];
  return atMs === undefined || nowMs === undefined ? {} : { retryAfterMs: Math.max(0, atMs - nowMs) };
}

/** "Sun, 06 Nov 1994 08:49:37 GMT"; `undefined` for anything else. */
function parseHttpDate(text: string): number | undefined {
  if (!/^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/.test(text)) return undefined;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
}
