import { type Clock, isoNow } from "../clock.ts";
import type { Host } from "../host/host.ts";
import { MODE, PATHS } from "./paths.ts";

/** The disk had no room for a file of the agent's own state. */
export interface DiskFull {
  path: string;
  /** The first write that failed, ISO 8601. */
  since: string;
}

/** Whether the agent can write its own state, as its writes tell. */
export interface DiskFullWatch {
  /** `undefined` while writing works. */
  current(): DiskFull | undefined;
  /** A write of this path found no room. Files of others (a download, k3s' settings) do not count: who writes them says so. */
  tell(path: string): void;
  /** Called after each change; returns the way to stop. */
  subscribe(listener: () => void): () => void;
  /** Tries from time to time whether there is room again, until the signal aborts. Never throws. */
  follow(host: Pick<Host, "writeFile" | "remove">, signal: AbortSignal): Promise<void>;
}

/** More than what is free of a disk that is called full; so much at least is free again. */
const PROBE_BYTES = 65_536;
const PROBE = `${PATHS.stateDir}/space-probe`;
const LOOK_MS = 5_000;

export function createDiskFullWatch(clock: Clock): DiskFullWatch {
  let current: DiskFull | undefined;
  const listeners = new Set<() => void>();
  const become = (next: DiskFull | undefined) => {
    current = next;
    for (const it of [...listeners]) it();
  };

  return {
    current: () => current,
    tell(path) {
      const isOwn = [PATHS.stateDir, PATHS.configDir].some((it) => path.startsWith(`${it}/`));
      if (isOwn && current === undefined) become({ path, since: isoNow(clock) });
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async follow(host, signal) {
      while (!signal.aborted) {
        await clock.sleep(LOOK_MS, signal).catch(() => {}); // rejects at the end
        if (signal.aborted || current === undefined) continue;
        if (await hasRoom(host)) become(undefined);
      }
    },
  };
}

async function hasRoom(host: Pick<Host, "writeFile" | "remove">): Promise<boolean> {
  try {
    await host.writeFile(PROBE, new Uint8Array(PROBE_BYTES), { mode: MODE.secretFile });
    await host.remove(PROBE);
    return true;
  } catch {
    return false; // asked again
  }
}
