import { exchange } from "./exchange.ts";
import type { NetworkSettings } from "./settings.ts";
import { createTransport } from "./transport.ts";

/** An answer whose body may be read until the callback ends. */
export interface Download {
  status: number;
  body: ReadableStream<Uint8Array> | null;
}

/** Fetches a file the way that registries are asked: proxy and its exceptions, chosen DNS servers. @throws {RegistryError} */
export async function download(
  network: NetworkSettings,
  url: URL,
  { signal }: { signal: AbortSignal },
  use: (reply: Download) => Promise<void>,
): Promise<void> {
  const transport = createTransport(network);
  try {
    const headers = { "user-agent": "alga-agent" };
    await use(await exchange(transport, url, { method: "GET", headers, signal }));
  } finally {
    transport.close();
  }
}
