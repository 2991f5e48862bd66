import ipaddr from "ipaddr.js";
import type { Host } from "../host/host.ts";
import type { Endpoint } from "./endpoint.ts";
import { SYSTEM_AUTHORITIES } from "./settings.ts";

/**
 * Whether the machine's own file of authorities, and nothing else, leads to the certificate of an endpoint; "unknown" when that
 * cannot be told. Deno adds what it is given to what it has, so another program is asked: its exit code counts, its words are only
 * passed on.
 * @see openssl-s_client(1)
 */
export async function verifyBySystem(
  host: Pick<Host, "run" | "path">,
  { hostName, port }: Endpoint,
  options: { address: string; signal: AbortSignal },
): Promise<"trusted" | "unknown" | { why: string }> {
  const target = options.address.includes(":")
    ? `[${options.address}]:${port}`
    : `${options.address}:${port}`;
  const reply = await host.run([
    "openssl",
    "s_client",
    ...["-connect", target],
    // RFC 6066 §3: an address is not a server name.
    ...(ipaddr.isValid(hostName)
      ? ["-verify_ip", hostName]
      : ["-servername", hostName, "-verify_hostname", hostName]),
    ...["-verify_return_error", "-CAfile", host.path(SYSTEM_AUTHORITIES), "-no-CApath", "-no-CAstore"],
  ], { timeoutMs: 8_000, signal: options.signal });
  if (reply.code === 0) return "trusted";
  const why = /verify error:num=\d{1,4}:([^\n]{1,200})/.exec(`${reply.stderr}\n${reply.stdout}`)?.[1];
  return why === undefined ? "unknown" : { why: why.trim() };
}
