import ipaddr from "ipaddr.js";
import { AgentError, errorText } from "../error.ts";
import type { Clock } from "../clock.ts";
import type { Host } from "../host/host.ts";
import type { Say } from "../text/log_line.ts";
import { PATHS } from "../state/paths.ts";
import type { ListenAddress } from "./options.ts";

const REOPEN_MS = 500;
const KNOCK_MS = 5_000;

/** Serves pages and API. @throws {AgentError} If the address cannot be had. */
export function listenTcp(
  listen: ListenAddress,
  handler: Deno.ServeHandler<Deno.NetAddr>,
): Deno.HttpServer<Deno.NetAddr> {
  try {
    return Deno.serve({ ...listen, onListen: () => {}, onError: serverError }, handler);
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

/** A server that outlives its listener. */
export interface LastingServer {
  shutdown(): Promise<void>;
}

/**
 * Opens the server anew whenever its listener ends by itself, which it does when no more files may be open. Knocks from time
 * to time, since a server whose listener is gone ends only when its last connection does.
 */
export function keepServing<A extends Deno.Addr>(
  first: Deno.HttpServer<A>,
  reopen: () => Deno.HttpServer<A> | Promise<Deno.HttpServer<A>>,
  { clock, say }: { clock: Clock; say: Say },
): LastingServer {
  let server = first;
  const over = new AbortController();
  const lasting = (async () => {
    while (!over.signal.aborted) {
      const why = await untilGone(server, clock, over.signal);
      if (over.signal.aborted) return;
      say("warning", `The web server has to be opened again: ${why}`);
      server.shutdown().catch(() => {});
      while (!over.signal.aborted) {
        try {
          server = await reopen();
          break;
        } catch {
          await clock.sleep(REOPEN_MS, over.signal).catch(() => {}); // not possible yet
        }
      }
    }
  })();
  return {
    async shutdown() {
      over.abort();
      await Promise.all([server.shutdown(), lasting]);
    },
  };
}

async function untilGone(server: Deno.HttpServer, clock: Clock, signal: AbortSignal): Promise<string> {
  let why: string | undefined;
  const ended = server.finished.then(() => why = "it ended", (error) => why = errorText(error));
  while (why === undefined && !signal.aborted) {
    await Promise.race([ended, clock.sleep(KNOCK_MS, signal).catch(() => {})]);
    why ??= await refusal(server.addr);
  }
  return why ?? "";
}

/** Why nobody listens at our own address; `undefined` when somebody does or it cannot be told. */
async function refusal(address: Deno.Addr): Promise<string | undefined> {
  try {
    if (address.transport === "unix") (await Deno.connect({ transport: "unix", path: address.path })).close();
    else if (address.transport === "tcp") (await Deno.connect(loopback(address))).close();
    return undefined;
  } catch (error) {
    const isGone = error instanceof Deno.errors.ConnectionRefused || error instanceof Deno.errors.NotFound;
    return isGone ? "nobody listens there any more" : undefined;
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

/** Serves the command line on the root-only socket. */
export async function listenSocket(
  host: Host,
  handler: (request: Request) => Response | Promise<Response>,
): Promise<Deno.HttpServer> {
  await host.remove(PATHS.socket, { recursive: true }); // left by a crash; the folder is ours alone
  const server = Deno.serve(
    { path: host.path(PATHS.socket), onListen: () => {}, onError: serverError },
    handler,
  );
  await host.setMode(PATHS.socket, 0o600);
  return server;
}

/** "127.0.0.1:8080" or "[::1]:8080" */
export function formatAddress({ hostname, port }: { hostname: string; port: number }): string {
  return hostname.includes(":") ? `[${hostname}]:${port}` : `${hostname}:${port}`;
}

/** The last net below the app: whatever was thrown, the client gets an answer and the process lives. */
function serverError(): Response {
  return new Response("Internal error\n", {
    status: 500,
    headers: { "content-type": "text/plain; charset=utf-8" },
  });
}
