import ipaddr from "ipaddr.js";
import { AgentError, errorText } from "../error.ts";
import type { Host } from "../host/host.ts";
import { type FrontDoor, openFrontDoor, type VisitorHandler } from "../serving/front_door.ts";
import { LIMITS, SOCKET_LIMITS } from "../serving/limits.ts";
import type { TlsRelay } from "../serving/tls_relay.ts";
import type { Say } from "../text/log_line.ts";
import { PATHS } from "../state/paths.ts";
import type { ListenAddress } from "./options.ts";

/** Connections that the kernel keeps until they are taken; it cuts this to net.core.somaxconn. */
const BACKLOG = 4_096;

/** Serves pages and API, encrypted and not. @throws {AgentError} If the address cannot be had. */
export function listenTcp(
  listen: ListenAddress,
  handler: VisitorHandler,
  options: { say: Say; relay: TlsRelay },
): FrontDoor<Deno.NetAddr> {
  return openFrontDoor(openListener(listen), handler, { limits: LIMITS, ...options });
}

function openListener(listen: ListenAddress): Deno.TcpListener {
  try {
    return Deno.listen({ ...listen, tcpBacklog: BACKLOG });
  } catch (cause) {
    const where = formatAddress(listen);
    if (cause instanceof Deno.errors.AddrInUse) {
      throw new AgentError("USAGE", `Cannot listen on ${where}: another program uses this port`, {
        hint: `Stop it ("ss -ltnp" names it), or choose another port with --listen`,
        cause,
      });
    }
    if (cause instanceof Deno.errors.PermissionDenied) {
      throw new AgentError("USAGE", `Cannot listen on ${where}: this port is for root only`, {
        hint: "Use sudo, or choose a port above 1023 with --listen",
        cause,
      });
    }
    if (cause instanceof Deno.errors.AddrNotAvailable) {
      throw new AgentError("USAGE", `Cannot listen on ${where}: this machine does not have that address`, {
        hint: `Choose another with --listen; 0.0.0.0 is every address of this machine`,
        cause,
      });
    }
    throw new AgentError("USAGE", `Cannot listen on ${where}: ${errorText(cause)}`, { cause });
  }
}

/** Whether this address to listen on stands for every address of the machine. */
export function isEverywhere(hostname: string): boolean {
  return ipaddr.isValid(hostname) && ipaddr.parse(hostname).range() === "unspecified";
}

/** Where a server that listens everywhere can be reached from here. */
export function loopback({ hostname, port }: Deno.NetAddr): { hostname: string; port: number } {
  const everywhere: Record<string, string> = { "0.0.0.0": "127.0.0.1", "::": "::1" };
  return { hostname: everywhere[hostname] ?? hostname, port };
}

/** Serves the command line on the root-only socket, whose limits are its own: a full port does not touch it. */
export async function listenSocket(
  host: Host,
  handler: VisitorHandler,
  say: Say,
): Promise<FrontDoor<Deno.UnixAddr>> {
  await host.remove(PATHS.socket, { recursive: true }); // left by a crash; the folder is ours alone
  const listener = Deno.listen({ transport: "unix", path: host.path(PATHS.socket) });
  await host.setMode(PATHS.socket, 0o600);
  return openFrontDoor(listener, handler, { limits: SOCKET_LIMITS, say });
}

/** "127.0.0.1:8080" or "[::1]:8080" */
export function formatAddress({ hostname, port }: { hostname: string; port: number }): string {
  return hostname.includes(":") ? `[${hostname}]:${port}` : `${hostname}:${port}`;
}
