import type { Clock } from "../clock.ts";
import type { Host } from "./host.ts";

/** As long as the kernel's own messages are read by one program. */
const MONITOR_MS = 24 * 3_600_000;

/**
 * Tells of every change of links, addresses and routes, as the kernel tells of it, until the signal aborts. Where the program
 * that listens to the kernel cannot be had, it tells every `pollMs`. Never throws. @see ip-monitor(8)
 */
export async function followNetwork(
  host: Host,
  onChange: () => void,
  { clock, signal, pollMs }: { clock: Clock; signal: AbortSignal; pollMs: number },
): Promise<void> {
  while (!signal.aborted) {
    await host.run(["ip", "monitor", "link", "address", "route"], {
      timeoutMs: MONITOR_MS,
      maxOutputBytes: 1_000,
      signal,
      onLine: (_, stream) => stream === "stdout" && onChange(),
    }).catch(() => {}); // looked at again below
    await clock.sleep(pollMs, signal).catch(() => {}); // rejects at the end
    if (!signal.aborted) onChange();
  }
}
