import * as z from "zod";
import { type Clock, isoNow } from "../clock.ts";
import type { Host } from "../host/host.ts";
import { moveNonFileAside } from "../state/move_aside.ts";
import { MODE, PATHS } from "../state/paths.ts";

/** How often it is looked at who holds the lock. */
const LOOK_MS = 50;
/** A free lock is had within this many looks, also on a busy machine: what the file says may be a dead owner's. */
const MIN_LOOKS = 5;
/** Whoever holds the lock has said so within this many. */
const MAX_LOOKS = 100;

const Owner = z.object({ operation: z.string(), holder: z.string(), since: z.string() });

/** Who holds the lock, in words for web and console. */
export type LockHolder = z.infer<typeof Owner>;

export type LockReply = { ok: true; release(): Promise<void> } | ({ ok: false } & LockHolder);

/**
 * Lets one operation at a time change the appliance, across processes. The lock is the kernel's: it is free in the moment in
 * which its owner ends, however that happens. What the file says is only for people.
 */
export interface OperationLock {
  /** `holder` is shown to whoever comes second ("browser 192.0.2.7"). */
  take(operation: string, holder: string): Promise<LockReply>;
}

/** The lock of this appliance; with another `path` a lock of its own. */
export function createOperationLock(
  host: Host,
  clock: Clock,
  path: string = PATHS.operationLock,
): OperationLock {
  /** Who holds the lock that `held` waits for; `undefined` when it is ours after all. */
  async function otherHolder(held: Promise<void>): Promise<LockHolder | undefined> {
    let isOurs = false;
    const ours = held.then(() => isOurs = true);
    for (let look = 0; look < MAX_LOOKS; look++) {
      await atMost(LOOK_MS, ours);
      if (isOurs) return undefined;
      const owner = parseOwner(await host.readText(path, { maxBytes: 10_000 }) ?? "");
      if (owner && look >= MIN_LOOKS) return owner;
    }
    return { operation: "unknown", holder: "another process", since: isoNow(clock) };
  }

  return {
    async take(operation, holder) {
      await moveNonFileAside(host, path, clock);
      const lock = await host.lockFile(path, { mode: MODE.secretFile });
      const other = await otherHolder(lock.held);
      if (other) {
        await lock.release();
        return { ok: false, ...other };
      }
      // Words alone: a disk that is full takes no lock away.
      await lock.write(JSON.stringify({ operation, holder, since: isoNow(clock) })).catch(() => {});
      return { ok: true, release: () => lock.release() };
    },
  };
}

/** `undefined` while it is being written, or was by something else. */
function parseOwner(text: string): LockHolder | undefined {
  try {
    return Owner.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** Waits for something, but no longer than this. In real time: it may be another process that is waited for. */
async function atMost(ms: number, pending: Promise<unknown>): Promise<void> {
  const over = Promise.withResolvers<void>();
  const timer = setTimeout(over.resolve, ms);
  try {
    await Promise.race([pending, over.promise]);
  } finally {
    clearTimeout(timer);
  }
}
