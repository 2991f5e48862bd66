import { type Clock, isoNow } from "../clock.ts";
import type { LockHolder, LockReply } from "./operation_lock.ts";
import type { OperationReply } from "./operation.ts";

/** What a person asked for. `prepare` makes the journal say "running"; until it has, nothing is different. */
interface Request {
  by: string;
  prepare: () => Promise<void>;
  taken: PromiseWithResolvers<void>;
}

export interface WorkerDeps {
  /** Shown to whoever comes second. */
  operation: string;
  clock: Clock;
  takeLock(by: string): Promise<LockReply>;
  /** What is to be done now without being asked; `undefined` ends the work. */
  next(): (() => Promise<void>) | undefined;
  /** Nothing but waiting is going on, so a request may come in between. */
  isWaiting(): boolean;
  /** Ends that wait. */
  wake(): void;
  /** After an error of what `next` gave: ends when it may be tried again, or with an error when the agent stops. */
  recover(error: unknown): Promise<void>;
  onRequest(): void;
  /** Before the lock is given back. */
  onEnd(): void;
  /** After it. */
  onFree(): void;
}

/** The one that works on an operation while its lock is held. */
export interface Worker {
  /** Has the worker that waits run a request, or starts to work with it. Throws what `prepare` throws. */
  give(by: string, prepare: Request["prepare"]): Promise<OperationReply>;
  /** Starts to work without a request. */
  start(by: string): Promise<OperationReply>;
  isWorking(): boolean;
  /** For whoever comes second. */
  holder(): LockHolder;
  /** Resolves when the lock is free again. */
  ended(): Promise<void>;
}

/**
 * - Only the one that works runs requests, and it does not end for them: a request that fails (a full disk) leaves it
 *   waiting as before.
 * - `work()` looks for a request, decides to end and clears `working` without an await between, so a request given
 *   meanwhile meets either a worker that will see it or none.
 */
export function createWorker(deps: WorkerDeps): Worker {
  const { clock, operation } = deps;
  let running: Promise<void> | undefined;
  let working = false;
  let request: Request | undefined;
  /** Whose request is being worked on. */
  let holder = { by: "", since: "" };

  const lockHolder = ({ by, since }: typeof holder) => ({ operation, holder: by, since });

  async function work(): Promise<void> {
    working = true;
    try {
      for (;;) {
        if (request) {
          await run(request);
          continue;
        }
        const act = deps.next();
        if (!act) return;
        try {
          await act();
        } catch (error) {
          await deps.recover(error);
        }
      }
    } catch (error) {
      request?.taken.reject(error);
    } finally {
      working = false;
      request = undefined;
      deps.onEnd();
    }
  }

  async function run(it: Request): Promise<void> {
    try {
      await it.prepare();
      holder = { by: it.by, since: isoNow(clock) };
      deps.onRequest();
      it.taken.resolve();
    } catch (error) {
      it.taken.reject(error);
    } finally {
      request = undefined;
    }
  }

  async function start(by: string, first?: Request): Promise<OperationReply> {
    await running; // gives its lock back
    const held = await deps.takeLock(by);
    if (!held.ok) return { ...held, reason: "locked" };
    holder = { by, since: isoNow(clock) };
    request = first;
    running = work().finally(async () => {
      await held.release().catch(() => {});
      running = undefined;
      deps.onFree();
    });
    return { ok: true };
  }

  return {
    async give(by, prepare) {
      const given: Request = { by, prepare, taken: Promise.withResolvers<void>() };
      if (!working) {
        const reply = await start(by, given);
        if (!reply.ok) return reply;
      } else if (request || !deps.isWaiting()) {
        const at = request ? { by: request.by, since: isoNow(clock) } : holder;
        return { ok: false, reason: "locked", ...lockHolder(at) };
      } else {
        request = given;
        deps.wake();
      }
      await given.taken.promise;
      return { ok: true };
    },
    start: (by) => start(by),
    isWorking: () => working,
    holder: () => lockHolder(holder),
    ended: async () => await running,
  };
}
