import { basename, dirname } from "node:path/posix";
import type { Clock } from "../clock.ts";
import type { Report } from "../report.ts";
import type { Host } from "./host.ts";

/**
 * Acts at once and then whenever a file may have changed, until the signal aborts. The folder is watched; where it cannot be, and
 * for what a watch may miss (another file system is mounted over it), it acts every `pollMs` besides. An error of the act is
 * reported and ends nothing. Never throws.
 */
export async function followFile(
  host: Host,
  path: string,
  act: () => Promise<void>,
  options: { clock: Clock; signal: AbortSignal; pollMs: number; report: Report },
): Promise<void> {
  const { clock, signal, pollMs, report } = options;
  let isWatched = false;
  let rest = new AbortController();
  const wake = () => rest.abort();
  signal.addEventListener("abort", wake, { once: true });
  while (!signal.aborted) {
    rest = new AbortController();
    if (!isWatched) {
      isWatched = true;
      void host.watchFolder(dirname(path), (name) => name === basename(path) && wake(), signal)
        .then(() => isWatched = false);
    }
    await act().catch((error) => report(`following "${path}"`, error));
    await clock.sleep(pollMs, rest.signal).catch(() => {}); // rejects when there is something to do
  }
}
