import type { OperationEvent } from "../state/entry_words.ts";
import { isDeepStrictEqual } from "node:util";
import type { Clock } from "../clock.ts";
import { AgentError, errorText } from "../error.ts";
import { abortWith } from "../signals.ts";
import type { Operation, Owed } from "./operation.ts";
import type { Obligation } from "./step.ts";

const FIRST_RETRY_MS = 5_000;
const LONGEST_RETRY_MS = 300_000;
/** One that hangs must not keep the agent from starting. */
const TIME_LIMIT_MS = 20_000;

/** What an operation owes, and the one that sees to it. The journal is the memory; what is here can be lost at any moment. */
export interface Obligations {
  owe(id: string, data: Record<string, unknown>, untilMs?: number): Promise<Obligation>;
  /** Discharges all that is owed, the newest first. What fails is tried again by itself; never throws. */
  dischargeAll(): Promise<void>;
  /** What is owed now, with what went wrong. */
  owed(): readonly Owed[];
}

export function createObligations(
  { operation, clock, owedInJournal, record, changed, signal }: {
    operation: Pick<Operation<unknown>, "dischargers">;
    clock: Clock;
    owedInJournal(): readonly Owed[];
    /** Resolves with the number of the entry. */
    record(event: OperationEvent, data: Record<string, unknown>): Promise<number>;
    changed(): void;
    /** The agent stops. */
    signal: AbortSignal;
  },
): Obligations {
  const troubles = new Map<number, { attempts: number; problem: string }>();
  /** Never two at once for the same thing. */
  const underWay = new Map<number, Promise<void>>();
  /** When each is tried by itself: at its deadline, or after a failure. */
  const timers = new Map<number, AbortController>();

  const find = (seq: number) => owedInJournal().find((it) => it.seq === seq);

  /** Throws when it could not be done; then it is tried again later. */
  function discharge(seq: number): Promise<void> {
    let work = underWay.get(seq);
    if (!work) {
      work = dischargeNow(seq).finally(() => underWay.delete(seq));
      underWay.set(seq, work);
    }
    return work;
  }

  async function dischargeNow(seq: number): Promise<void> {
    const owed = find(seq);
    if (!owed) return;
    try {
      await inTime(owed);
      await settled(seq, "done");
    } catch (error) {
      const attempts = (troubles.get(seq)?.attempts ?? 0) + 1;
      troubles.set(seq, { attempts, problem: errorText(error) });
      changed();
      later(seq, Math.min(FIRST_RETRY_MS * 2 ** (attempts - 1), LONGEST_RETRY_MS));
      throw error;
    }
  }

  async function settled(seq: number, how: "done" | "lifted"): Promise<void> {
    await record("discharged", { owed: seq, how });
    troubles.delete(seq);
    timers.get(seq)?.abort();
    timers.delete(seq);
  }

  async function inTime({ id, data }: Owed): Promise<void> {
    const discharger = operation.dischargers[id];
    if (!discharger) throw new AgentError("CANCELLED", `This agent does not know how to discharge "${id}"`);
    const stop = new AbortController();
    const over = new AbortController();
    const late = clock.sleep(TIME_LIMIT_MS, over.signal).then(() => {
      stop.abort(new AgentError("TIMEOUT", `It has not ended within ${TIME_LIMIT_MS / 1000} s`));
      throw stop.signal.reason;
    });
    late.catch(() => {});
    try {
      // The agent's stop does not cut it short: on the way out it is what matters.
      await Promise.race([discharger(data, { signal: stop.signal }), late]);
    } finally {
      over.abort();
    }
  }

  function later(seq: number, ms: number): void {
    timers.get(seq)?.abort();
    const timer = new AbortController();
    timers.set(seq, timer);
    const unlink = abortWith(timer, signal);
    void clock.sleep(Math.max(0, ms), timer.signal).then(() => discharge(seq)).catch(() => {}).finally(
      unlink,
    );
  }

  /**
   * What is owed already, from a walk whose discharge failed: its next try must not come amid the work that owes it again. The end of
   * that work discharges it; one with a deadline keeps its time.
   */
  async function owedAlready(id: string, data: Record<string, unknown>): Promise<Owed | undefined> {
    const same = () => owedInJournal().find((it) => it.id === id && isDeepStrictEqual(it.data, data));
    const seq = same()?.seq ?? 0;
    await underWay.get(seq)?.catch(() => {});
    const owed = same();
    if (owed && owed.until === undefined) {
      timers.get(seq)?.abort();
      timers.delete(seq);
    }
    return owed;
  }

  function handle(seq: number): Obligation {
    return {
      discharge: () => discharge(seq),
      async lift() {
        await underWay.get(seq)?.catch(() => {});
        if (!find(seq)) return false;
        await settled(seq, "lifted");
        return true;
      },
    };
  }

  return {
    async owe(id, data, untilMs) {
      if (!Object.hasOwn(operation.dischargers, id)) throw new TypeError(`Nothing discharges "${id}"`);
      const same = await owedAlready(id, data);
      if (same) return handle(same.seq);
      const until = untilMs === undefined ? {} : { until: new Date(untilMs).toISOString() };
      const seq = await record("owed", { id, data, ...until });
      if (untilMs !== undefined) later(seq, untilMs - clock.nowMs());
      return handle(seq);
    },
    async dischargeAll() {
      for (const { seq } of owedInJournal().toReversed()) await discharge(seq).catch(() => {});
    },
    owed: () => owedInJournal().map((it) => ({ ...it, ...troubles.get(it.seq) })),
  };
}
