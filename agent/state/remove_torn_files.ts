import type { Host } from "../host/host.ts";

/** What an atomic write leaves beside its target when the process is killed in the middle, and agents before 0.2 while they took a lock. */
const TORN = /\.[0-9a-f]{12}\.tmp$|^operation\.lock\.[0-9a-f]{12}(\.stale)?$/;

/**
 * Removes files that were left half-written before a time: they may hold a password that the whole file no longer holds.
 * Call it when no other agent can be writing, that is after the port was taken.
 */
export async function removeTornFiles(
  host: Host,
  folders: readonly string[],
  beforeMs: number,
): Promise<void> {
  for (const folder of folders) {
    for (const name of await host.list(folder) ?? []) {
      if (!TORN.test(name)) continue;
      const found = await host.info(`${folder}/${name}`);
      if (found?.kind === "file" && found.mtimeMs < beforeMs) await host.remove(`${folder}/${name}`);
    }
  }
}
