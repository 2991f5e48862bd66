import type { Clock } from "../clock.ts";
import { abortWith } from "../signals.ts";
import type { OperationState, Policy } from "./operation.ts";

const PROBE_INTERVAL_MS = 15_000;

/** Waits for the time of the next attempt. */
export interface AutoRetry {
  /**
   * Ends when an attempt may begin (it is then counted in the journal), or when it was woken. A failure that needs the network
   * waits until `probe` ends without an error; a probe that fails uses up no attempt.
   */
  wait(
    failed: Extract<OperationState, { status: "failed" }>,
    probe: ((signal: AbortSignal) => Promise<unknown>) | undefined,
  ): Promise<void>;
  /** Ends after a time, or when it was woken. */
  pause(ms: number): Promise<void>;
  /** Someone asked for something: whoever waits looks at the journal again. */
  wake(): void;
  /** When the network is looked at next; `undefined` while that is not what is waited for. */
  probeAt(): string | undefined;
}

export function createAutoRetry(
  { clock, policy, count, changed, signal }: {
    clock: Clock;
    policy: Pick<Policy, "needsNetwork">;
    /** Writes down that an attempt begins: before it starts, so that a crash in the middle of it counts too. */
    count: () => Promise<void>;
    changed: () => void;
    signal: AbortSignal;
  },
): AutoRetry {
  let asked = Promise.withResolvers<void>();
  let woken = false;
  let probeAt: string | undefined;

  async function pause(ms: number): Promise<void> {
    const over = new AbortController();
    woken = false;
    asked = Promise.withResolvers<void>();
    const unlink = abortWith(over, signal);
    const time = clock.sleep(Math.max(0, ms), over.signal);
    try {
      await Promise.race([time, asked.promise]);
    } finally {
      time.catch(() => {});
      over.abort();
      unlink();
    }
  }

  return {
    pause,
    wake() {
      woken = true;
      asked.resolve();
    },
    probeAt: () => probeAt,
    async wait({ failure, nextAttemptAt }, probe) {
      const needsNetwork = policy.needsNetwork.includes(failure.category);
      const answers = () => probe === undefined ? true : probe(signal).then(() => true, () => false);
      try {
        await pause(Date.parse(nextAttemptAt ?? "") - clock.nowMs());
        while (!woken && needsNetwork && !await Promise.race([answers(), asked.promise])) {
          if (woken) return;
          probeAt = new Date(clock.nowMs() + PROBE_INTERVAL_MS).toISOString();
          changed();
          await pause(PROBE_INTERVAL_MS);
        }
        if (!woken) await count();
      } finally {
        probeAt = undefined;
      }
    },
  };
}
