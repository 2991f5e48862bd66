import { Buffer } from "node:buffer";
import { errorText } from "../error.ts";
import { statusOf } from "../text/http_message.ts";
import type { Endpoint } from "./endpoint.ts";

/** Longest status line, and longest head, that is waited for. */
const MAX_REPLY_BYTES = 4096;

/** What a proxy said to CONNECT; status 0 = nothing. */
export interface ProxyReply {
  status: number;
  words: string;
  /** Ways of signing in that a 407 names, all lines of the field in one. */
  challenge?: string;
}

/** Asks an HTTP proxy to open a connection, and closes it. Never throws. @see RFC 9110 §9.3.6 */
export async function connectProxy(proxyUrl: string, to: Endpoint, timeoutMs: number): Promise<ProxyReply> {
  const late = AbortSignal.timeout(timeoutMs);
  let connection: Deno.Conn | undefined;
  const close = () => closeQuietly(connection);
  late.addEventListener("abort", close, { once: true });
  try {
    const proxy = new URL(proxyUrl);
    const isEncrypted = proxy.protocol === "https:";
    const hostname = proxy.hostname.replace(/^\[|\]$/g, "");
    connection = await Deno.connect({
      hostname,
      port: Number(proxy.port) || (isEncrypted ? 443 : 80),
      signal: late,
    });
    if (isEncrypted) connection = await Deno.startTls(connection as Deno.TcpConn, { hostname });
    await connection.write(new TextEncoder().encode(request(proxy, to)));
    const head = await readUntil(connection, "\n");
    const [line = ""] = head.split("\n");
    if (line === "") return { status: 0, words: "closed the connection" };
    const status = statusOf(line) ?? 0;
    const words = status === 0 ? "gave an answer that is not HTTP" : `answered ${status}`;
    if (status !== 407) return { status, words };
    // What tells how to sign in may be late, or never come: the status alone is an answer.
    const fields = head + await readUntil(connection, "\r\n\r\n", head).catch(() => "");
    const asked = [...fields.matchAll(/^proxy-authenticate:[ \t]*([^\r\n]*)/gim)].map((it) => it[1]);
    return { status, words, ...(asked.length === 0 ? {} : { challenge: asked.join(", ") }) };
  } catch (error) {
    return { status: 0, words: late.aborted ? "did not answer in time" : wordsFor(error) };
  } finally {
    late.removeEventListener("abort", close);
    closeQuietly(connection);
  }
}

function request(proxy: URL, to: Endpoint): string {
  const target = `${to.hostName.includes(":") ? `[${to.hostName}]` : to.hostName}:${to.port}`;
  const credentials = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
  const authorization = proxy.username === "" && proxy.password === ""
    ? ""
    : `Proxy-Authorization: Basic ${Buffer.from(credentials).toString("base64")}\r\n`;
  return `CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n${authorization}\r\n`;
}

/** What comes until these words, in pieces or not; what there is when the proxy closes or sends too much. `before` came already. */
async function readUntil(connection: Deno.Conn, words: string, before = ""): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  while (!(before + text).includes(words) && text.length < MAX_REPLY_BYTES) {
    const bytes = new Uint8Array(512);
    const count = await connection.read(bytes);
    if (count === null) break;
    text += decoder.decode(bytes.subarray(0, count), { stream: true });
  }
  return text;
}

/** The words never repeat the error: it may hold the address with its password. */
function wordsFor(error: unknown): string {
  if (error instanceof Deno.errors.ConnectionRefused) return "refused the connection";
  if (error instanceof Deno.errors.ConnectionReset) return "closed the connection";
  if (error instanceof URIError) return "has credentials that cannot be decoded";
  const text = errorText(error);
  if (/lookup|name resolution|name or service/i.test(text)) return "has a name that cannot be looked up";
  if (/certificate|tls|handshake/i.test(text)) return "has a certificate that is not trusted here";
  return "could not be reached";
}

function closeQuietly(connection: Deno.Conn | undefined): void {
  try {
    connection?.close();
  } catch {
    // Closed before: by the time limit, or taken over by TLS.
  }
}
