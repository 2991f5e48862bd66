import { basename, dirname } from "node:path/posix";
import type { Clock } from "../clock.ts";
import type { Report } from "../report.ts";
import type { Host } from "./host.ts";

/** How something is followed. */
interface FollowOptions {
  clock: Clock;
  signal: AbortSignal;
  pollMs: number;
  report: Report;
}

/**
 * Acts at once and then whenever a file may have changed, until the signal aborts. The folder is watched; where it cannot be, and
 * for what a watch may miss (another file system is mounted over it), it acts every `pollMs` besides. An error of the act is
 * reported and ends nothing. Never throws.
 */
export async function followFile(
  host: Host,
  path: string,
  act: () => Promise<void>,
  options: FollowOptions,
): Promise<void> {
  await follow(
    host,
    { folder: dirname(path), what: path, isMeant: (it) => it === basename(path) },
    act,
    options,
  );
}

/** The same for whatever lies in a folder. */
export async function followFolder(
  host: Host,
  folder: string,
  act: () => Promise<void>,
  options: FollowOptions,
): Promise<void> {
  await follow(host, { folder, what: folder, isMeant: () => true }, act, options);
}

async function follow(
  host: Host,
  { folder, what, isMeant }: { folder: string; what: string; isMeant: (name: string) => boolean },
  act: () => Promise<void>,
  { clock, signal, pollMs, report }: FollowOptions,
): Promise<void> {
  let isWatched = false;
  let rest = new AbortController();
  const wake = () => rest.abort();
  signal.addEventListener("abort", wake, { once: true });
  while (!signal.aborted) {
    rest = new AbortController();
    if (!isWatched) {
      isWatched = true;
      void host.watchFolder(folder, (name) => isMeant(name) && wake(), signal)
        .then(() => isWatched = false);
    }
    await act().catch((error) => report(`following "${what}"`, error));
    await clock.sleep(pollMs, rest.signal).catch(() => {}); // rejects when there is something to do
  }
}
