import { type Clock, isoNow } from "../clock.ts";
import type { OperationLock } from "../state/operation_lock.ts";
import type { SetupReply } from "./setup_service.ts";

/** What a person asked for. `prepare` makes the journal say "running"; until it has, nothing is different. */
interface Order {
  by: string;
  prepare: () => Promise<void>;
  taken: PromiseWithResolvers<void>;
}

export interface DriverDeps {
  lock: OperationLock;
  clock: Clock;
  /** What is to be done now without being asked; `undefined` ends the drive. */
  next(): (() => Promise<void>) | undefined;
  /** Nothing but waiting is going on, so an order may come in between. */
  isWaiting(): boolean;
  /** Ends that wait. */
  wake(): void;
  /** After an error of what `next` gave: ends when it may be tried again, or with an error when the agent stops. */
  recover(error: unknown): Promise<void>;
  onOrder(): void;
  onEnd(): void;
}

/** The one that works while the operation lock is held. */
export interface Driver {
  /** Has the driver that waits carry an order out, or starts to drive with it. Throws what `prepare` throws. */
  give(by: string, prepare: Order["prepare"]): Promise<SetupReply>;
  /** Starts to drive without an order. */
  start(by: string): Promise<SetupReply>;
  isDriving(): boolean;
  /** Resolves when the lock is free again. */
  ended(): Promise<void>;
}

/**
 * - Only the one that drives carries orders out, and it does not end for them: an order that fails (a full disk) leaves
 *   it waiting as before.
 * - `drive()` looks for an order, decides to end and clears `driving` without an await between, so an order given
 *   meanwhile meets either a driver that will see it or none.
 */
export function createDriver(deps: DriverDeps): Driver {
  const { lock, clock } = deps;
  let running: Promise<void> | undefined;
  let driving = false;
  let order: Order | undefined;
  /** Whose order is being carried out. */
  let holder = { by: "", since: "" };

  async function drive(): Promise<void> {
    driving = true;
    try {
      for (;;) {
        if (order) {
          await carryOut(order);
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
      order?.taken.reject(error);
    } finally {
      driving = false;
      order = undefined;
      deps.onEnd();
    }
  }

  async function carryOut(it: Order): Promise<void> {
    try {
      await it.prepare();
      holder = { by: it.by, since: isoNow(clock) };
      deps.onOrder();
      it.taken.resolve();
    } catch (error) {
      it.taken.reject(error);
    } finally {
      order = undefined;
    }
  }

  async function start(by: string, first?: Order): Promise<SetupReply> {
    await running; // gives its lock back
    const held = await lock.take("setup", by);
    if (!held.ok) return { ok: false, reason: "locked", holder: held.holder, since: held.since };
    holder = { by, since: isoNow(clock) };
    order = first;
    running = drive().finally(async () => {
      await held.release().catch(() => {});
      running = undefined;
    });
    return { ok: true };
  }

  return {
    async give(by, prepare) {
      const given: Order = { by, prepare, taken: Promise.withResolvers<void>() };
      if (!driving) {
        const reply = await start(by, given);
        if (!reply.ok) return reply;
      } else if (order || !deps.isWaiting()) {
        const at = order ? { by: order.by, since: isoNow(clock) } : holder;
        return { ok: false, reason: "locked", holder: at.by, since: at.since };
      } else {
        order = given;
        deps.wake();
      }
      await given.taken.promise;
      return { ok: true };
    },
    start: (by) => start(by),
    isDriving: () => driving,
    ended: async () => await running,
  };
}
