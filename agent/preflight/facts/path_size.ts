import type { Host } from "../../host/host.ts";

/** Header of IPv4 and of an ICMP echo, in bytes. @see RFC 791, RFC 792 */
const HEADER_BYTES = 28;
const SMALL_BYTES = 84;

/**
 * Whether a packet of this size gets to a host in one piece; `undefined` when the host answers no small one either, as many
 * do not. Some answer small ones only: a "no" is a hint and no proof.
 */
export async function doPacketsPass(host: Host, to: string, bytes: number): Promise<boolean | undefined> {
  if (!await ping(host, to, SMALL_BYTES)) return undefined;
  return await ping(host, to, bytes);
}

async function ping(host: Host, to: string, bytes: number): Promise<boolean> {
  const size = String(bytes - HEADER_BYTES);
  const ask = [
    "ping",
    "-4",
    "-n",
    "-q",
    "-c",
    "2",
    "-i",
    "0.5",
    "-W",
    "2",
    "-M",
    "do",
    "-s",
    size,
    to,
  ] as const;
  const reply = await host.run(ask, { timeoutMs: 4_000 }).catch(() => undefined);
  return reply?.code === 0;
}
