import { randomBytes } from "node:crypto";
import * as z from "zod";
import { type Clock, isoNow } from "../clock.ts";
import type { Host } from "../host/host.ts";
import { readKernelFile } from "../host/read_kernel_file.ts";
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
    const [stat, boot] = await Promise.all(
      [`/proc/${pid}/stat`, "/proc/sys/kernel/random/boot_id"].map((it) => readKernelFile(it, 4_096)),
    );
    if (stat === undefined || boot === undefined) return undefined;
    // Counted after the command, which may hold spaces and brackets: field 3 is the state, 22 the start time. proc(5)
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" || fields[0] === "X" ? undefined : `${boot.trim()}/${fields[19]}`;
  },
};

/** The lock of this appliance; with another `path` a lock of its own. */
export function createOperationLock(
  host: Host,
  clock: Clock,
  processes: ProcessTable = kernelProcesses,
  path: string = PATHS.operationLock,
): OperationLock {
  async function readOwner(from: string = path): Promise<z.infer<typeof Owner> | undefined> {
    const text = await host.readText(from);
    const owner = text === undefined ? undefined : parseOwner(text);
    return owner && await processes.startMark(owner.pid) === owner.processStart ? owner : undefined;
  }

  /** Of several that find a dead owner only one moves its lock away. */
  async function removeStale(): Promise<void> {
    const grave = `${path}.${randomBytes(6).toString("hex")}.stale`;
    try {
      await host.rename(path, grave);
    } catch {
      return; // another one was faster
    }
    // Or so much faster that this is its new lock already: then it goes back.
    if (await readOwner(grave)) await host.link(grave, path);
    await host.remove(grave);
  }

  return {
    async holder() {
      const owner = await readOwner();
      return owner && { operation: owner.operation, holder: owner.holder, since: owner.since };
    },
    async take(operation, holder) {
      const processStart = await processes.startMark(processes.pid);
      if (processStart === undefined) {
        throw new TypeError("This process does not find itself among the living");
      }
      const mine = JSON.stringify({
        pid: processes.pid,
        processStart,
        operation,
        holder,
        since: isoNow(clock),
      });
      const temporary = `${path}.${randomBytes(6).toString("hex")}`;
      await host.writeFile(temporary, mine, { mode: MODE.secretFile });
      try {
        // link(2) both creates the lock with its whole content and fails when it is there.
        while (!await host.link(temporary, path)) {
          const owner = await readOwner();
          if (owner) {
            return { ok: false, operation: owner.operation, holder: owner.holder, since: owner.since };
          }
          await removeStale();
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
          if (await host.readText(path) === mine) await host.remove(path);
        },
      };
    },
  };
}

/** `undefined` for a damaged one: written whole by link(2), so no living owner wrote it. */
function parseOwner(text: string): z.infer<typeof Owner> | undefined {
  try {
    return Owner.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
