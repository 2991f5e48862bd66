import { Buffer } from "node:buffer";
import type { Endpoint } from "./endpoints.ts";

/** What a proxy said to CONNECT; status 0 = nothing. */
export interface ProxyReply {
  status: number;
  words: string;
}

/** Asks an HTTP proxy to open a connection, and closes it. Never throws. @see RFC 9110 §9.3.6 */
export async function connectProxy(proxyUrl: string, to: Endpoint, timeoutMs: number): Promise<ProxyReply> {
  const proxy = new URL(proxyUrl);
  const signal = AbortSignal.timeout(timeoutMs);
  let connection: Deno.Conn | undefined;
  try {
    const address = {
      hostname: proxy.hostname,
      port: Number(proxy.port) || (proxy.protocol === "https:" ? 443 : 80),
    };
    const tcp = await Deno.connect({ ...address, signal });
    connection = proxy.protocol === "https:" ? await Deno.startTls(tcp, { hostname: proxy.hostname }) : tcp;
    signal.addEventListener("abort", () => connection?.close());
    const credentials = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
    const authorization = proxy.username === ""
      ? ""
      : `Proxy-Authorization: Basic ${Buffer.from(credentials).toString("base64")}\r\n`;
    const target = `${to.hostName}:${to.port}`;
    await connection.write(
      new TextEncoder().encode(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n${authorization}\r\n`),
    );
    const bytes = new Uint8Array(512);
    const count = await connection.read(bytes) ?? 0;
    const status = Number(
      /^HTTP\/1\.[01] (\d{3})/.exec(new TextDecoder().decode(bytes.subarray(0, count)))?.[1] ?? 0,
    );
    return { status, words: status === 0 ? "gave an answer that is not HTTP" : `answered ${status}` };
  } catch (error) {
    if (signal.aborted) return { status: 0, words: "did not answer in time" };
    return {
      status: 0,
      words: error instanceof Deno.errors.ConnectionRefused
        ? "refused the connection"
        : "could not be reached",
    };
  } finally {
    if (!signal.aborted) connection?.close();
  }
}
