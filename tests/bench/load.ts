import { cpuMs } from "./process_facts.ts";
import { percentile } from "./section.ts";

/** What one round of load gave. */
export interface LoadResult {
  perSec: number;
  p50Ms: number;
  p99Ms: number;
  /** Processor time of the server for one answer; the client's own speed does not enter it. */
  cpuUs: number;
}

const decoder = new TextDecoder();

/** Asks for one page again and again over a few connections that stay open. @throws if an answer is not a success */
export async function load(
  url: string,
  options: { pid: number; durationMs: number; connections?: number; headers?: Record<string, string> },
): Promise<LoadResult> {
  const { hostname, port, pathname, search, host } = new URL(url);
  const headers = Object.entries({ host, ...options.headers }).map(([name, value]) =>
    `${name}: ${value}\r\n`
  );
  const request = new TextEncoder().encode(`GET ${pathname}${search} HTTP/1.1\r\n${headers.join("")}\r\n`);
  const timesMs: number[] = [];
  const cpuBeforeMs = await cpuMs(options.pid);
  const startMs = performance.now();
  const endMs = startMs + options.durationMs;
  await Promise.all(Array.from({ length: options.connections ?? 8 }, async () => {
    using connection = await Deno.connect({ hostname, port: Number(port) });
    connection.setNoDelay(true);
    const buffer = new Uint8Array(256 * 1024);
    while (performance.now() < endMs) {
      const askedMs = performance.now();
      await connection.write(request);
      await readAnswer(connection, buffer);
      timesMs.push(performance.now() - askedMs);
    }
  }));
  const seconds = (performance.now() - startMs) / 1000;
  const sorted = timesMs.sort((a, b) => a - b);
  return {
    perSec: sorted.length / seconds,
    p50Ms: percentile(sorted, 50),
    p99Ms: percentile(sorted, 99),
    cpuUs: (await cpuMs(options.pid) - cpuBeforeMs) * 1000 / sorted.length,
  };
}

async function readAnswer(connection: Deno.Conn, buffer: Uint8Array): Promise<void> {
  let have = 0;
  let want = Infinity;
  while (have < want) {
    const count = await connection.read(have < buffer.length ? buffer.subarray(have) : buffer);
    if (count === null) throw new Error("The server hung up");
    have += count;
    if (want !== Infinity) continue;
    const head = decoder.decode(buffer.subarray(0, Math.min(have, 4096)));
    const end = head.indexOf("\r\n\r\n");
    if (end < 0) continue;
    if (!head.startsWith("HTTP/1.1 200")) throw new Error(`Not a success: ${head.slice(0, 60)}`);
    const length = /\r\ncontent-length: (\d+)/i.exec(head.slice(0, end + 2))?.[1];
    if (length === undefined) throw new Error(`No length in: ${head.slice(0, end)}`);
    want = end + 4 + Number(length);
  }
}
