import { randomBytes } from "node:crypto";
import { z } from "zod";
import { type Clock, isoNow } from "../clock.ts";
import type { Host } from "../host/host.ts";
import { MODE, PATHS } from "./paths.ts";

const Owner = z.object({
  pid: z.int().positive(),
  /** Distinguishes a pid from a later process with the same number. */
  processStart: z.string(),
  operation: z.string(),
  holder: z.string(),
  since: z.string(),
});

/** Who holds the lock, in words for web and console. */
export type LockHolder = Pick<z.infer<typeof Owner>, "operation" | "holder" | "since">;

export type LockReply = { ok: true; release(): Promise<void> } | ({ ok: false } & LockHolder);

/** Lets one operation at a time change the appliance, across processes. A dead owner's lock is taken over. */
export interface OperationLock {
  /** `holder` is shown to whoever comes second ("browser 192.0.2.7"). */
  take(operation: string, holder: string): Promise<LockReply>;
  /** `undefined` when it is free. */
  holder(): Promise<LockHolder | undefined>;
}

/** What is asked of the process table; tests pass their own. */
export interface ProcessTable {
  pid: number;
  /** Opaque mark of a living process, `undefined` when it does not live. */
  startMark(pid: number): Promise<string | undefined>;
}

/** The kernel's process table. */
export const kernelProcesses: ProcessTable = {
  pid: Deno.pid,
  async startMark(pid) {
    try {
      // One after the other: of two at once, the one that fails would leave the other running.
      const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
      const boot = await Deno.readTextFile("/proc/sys/kernel/random/boot_id");
      // Field 22 (start time) counted after the command, which may hold spaces and brackets. proc(5)
      return `${boot.trim()}/${stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]}`;
    } catch {
      return undefined;
    }
  },
};

/** The lock of this appliance. */
export function createOperationLock(
  host: Host,
  clock: Clock,
  processes: ProcessTable = kernelProcesses,
): OperationLock {
  async function readOwner(): Promise<z.infer<typeof Owner> | undefined> {
    const text = await host.readText(PATHS.operationLock);
    if (text === undefined) return undefined;
    try {
      const owner = Owner.parse(JSON.parse(text));
      return await processes.startMark(owner.pid) === owner.processStart ? owner : undefined;
    } catch {
      return undefined; // damaged: written whole by link(2), so no living owner wrote this
    }
  }

  return {
    async holder() {
      const owner = await readOwner();
      return owner && { operation: owner.operation, holder: owner.holder, since: owner.since };
    },
    async take(operation, holder) {
      const processStart = await processes.startMark(processes.pid) ?? "";
      const mine = JSON.stringify({
        pid: processes.pid,
        processStart,
        operation,
        holder,
        since: isoNow(clock),
      });
      const temporary = `${PATHS.operationLock}.${randomBytes(6).toString("hex")}`;
      await host.writeFile(temporary, mine, { mode: MODE.secretFile });
      try {
        // link(2) both creates the lock with its whole content and fails when it is there.
        while (!await host.link(temporary, PATHS.operationLock)) {
          const owner = await readOwner();
          if (owner) {
            return { ok: false, operation: owner.operation, holder: owner.holder, since: owner.since };
          }
          await removeStale(host);
        }
      } finally {
        await host.remove(temporary);
      }
      let released = false;
      return {
        ok: true,
        async release() {
          if (released) return;
          released = true;
          if (await host.readText(PATHS.operationLock) === mine) await host.remove(PATHS.operationLock);
        },
      };
    },
  };
}

/** Of several that find a dead owner only one moves its lock away. */
async function removeStale(host: Host): Promise<void> {
  const grave = `${PATHS.operationLock}.${randomBytes(6).toString("hex")}.stale`;
  try {
    await host.rename(PATHS.operationLock, grave);
  } catch {
    return; // another one was faster
  }
  await host.remove(grave);
}
