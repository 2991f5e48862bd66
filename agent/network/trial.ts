import { randomBytes, timingSafeEqual } from "node:crypto";
import type { Clock } from "../clock.ts";

/** How long new settings are tried before the old ones come back by themselves. */
export const TRIAL_MS = 30_000;

/** New settings of a link that count for a moment, until somebody has seen that the machine is still reached. */
export interface Trial {
  /** Begins one: made when it is known until when. */
  begin(endsMs: number): void;
  /** Ends it, however that came about. */
  end(): void;
  /** Resolves when somebody keeps the new settings; rejects when somebody takes them back, or with the signal. */
  decided(signal: AbortSignal): Promise<void>;
  current(): RunningTrial | undefined;
  /** Whether this is the mark of the trial under way; compared in constant time. */
  isMark(text: string): boolean;
  /** False when none is under way. */
  keep(): boolean;
  takeBack(): boolean;
}

export interface RunningTrial {
  /** Shows that whoever keeps it has seen the page that began it. Good for nothing else, and dies with the trial. */
  mark: string;
  endsAt: string;
}

/** Somebody has taken the new settings back. */
export class TakenBack extends Error {}

export function createTrial(clock: Pick<Clock, "nowMs">): Trial {
  let running: (RunningTrial & { decision: PromiseWithResolvers<void> }) | undefined;

  function decide(how: "keep" | "take-back"): boolean {
    if (running === undefined || clock.nowMs() > Date.parse(running.endsAt)) return false;
    if (how === "keep") running.decision.resolve();
    else running.decision.reject(new TakenBack());
    return true;
  }

  return {
    begin(endsMs) {
      const decision = Promise.withResolvers<void>();
      decision.promise.catch(() => {}); // nobody may be waiting yet
      running = {
        mark: randomBytes(16).toString("hex"),
        endsAt: new Date(endsMs).toISOString(),
        decision,
      };
    },
    end() {
      running = undefined;
    },
    async decided(signal) {
      const aborted = Promise.withResolvers<never>();
      const onAbort = () => aborted.reject(signal.reason);
      signal.addEventListener("abort", onAbort, { once: true });
      if (signal.aborted) onAbort();
      aborted.promise.catch(() => {});
      try {
        await Promise.race([running?.decision.promise ?? aborted.promise, aborted.promise]);
      } finally {
        signal.removeEventListener("abort", onAbort);
      }
    },
    current: () => running && { mark: running.mark, endsAt: running.endsAt },
    isMark(text) {
      if (running === undefined || text.length !== running.mark.length) return false;
      const bytes = new TextEncoder();
      const [given, wanted] = [bytes.encode(text), bytes.encode(running.mark)];
      return given.length === wanted.length && timingSafeEqual(given, wanted);
    },
    keep: () => decide("keep"),
    takeBack: () => decide("take-back"),
  };
}
