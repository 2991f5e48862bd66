import { withTimeout } from "../signals.ts";

/** How an attempt to connect ended. "unreachable": this machine or a router said at once that there is no way. "silent": nothing came back. */
export type ConnectOutcome = "open" | "refused" | "unreachable" | "silent";

/** Opens a TCP connection to an address and closes it; nothing is sent. Never throws, but for an outer signal that aborts. */
export async function tryConnect(
  to: { address: string; port: number },
  options: { timeoutMs: number; signal: AbortSignal },
): Promise<ConnectOutcome> {
  const late = withTimeout(options.timeoutMs, options.signal);
  try {
    (await Deno.connect({ hostname: to.address, port: to.port, signal: late })).close();
    return "open";
  } catch (error) {
    options.signal.throwIfAborted();
    if (late.aborted || error instanceof Deno.errors.TimedOut) return "silent";
    return error instanceof Deno.errors.ConnectionRefused ? "refused" : "unreachable";
  }
}
