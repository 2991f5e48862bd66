import { randomBytes } from "node:crypto";
import type { Clock } from "../clock.ts";
import type { LinkSettings } from "./link_settings.ts";
import { sameBytes } from "../text/same_bytes.ts";

/** How somebody ended a trial. */
export type Decision = "kept" | "taken-back";

/** New settings of a link that count for a moment, until somebody has seen that the machine is still reached. */
export interface Trial {
  /** Begins one: made when it is known until when. */
  begin(endsMs: number, settings: LinkSettings): void;
  /** The link has them: from now on they may be kept. */
  takenUp(): void;
  /** Ends it, however that came about. */
  end(): void;
  /** What somebody decides; pending until then, and where no trial is under way. */
  decided(): Promise<Decision>;
  current(): RunningTrial | undefined;
  /** Whether this is the mark of the trial under way; compared in constant time. */
  isMark(text: string): boolean;
  keep(): "ok" | "not-taken-up" | "no-trial";
  takeBack(): "ok" | "no-trial";
}

export interface RunningTrial {
  /** Shows that whoever keeps it has seen the page that began it. Good for nothing else, and dies with the trial. */
  mark: string;
  endsAt: string;
  /** The link has them. */
  mayBeKept: boolean;
  settings: LinkSettings;
}

/** What everybody may see of it. */
export type ShownTrial = Pick<RunningTrial, "endsAt" | "mayBeKept">;

/** Without its mark, which is for the page that began it; `null` where there is none. */
export function shownTrial(trial: RunningTrial | undefined): ShownTrial | null {
  return trial === undefined ? null : { endsAt: trial.endsAt, mayBeKept: trial.mayBeKept };
}

export function createTrial(clock: Pick<Clock, "nowMs">): Trial {
  let running:
    | { shown: RunningTrial; decision: PromiseWithResolvers<Decision> }
    | undefined;

  /** The one that can still be decided. */
  function open() {
    return running !== undefined && clock.nowMs() <= Date.parse(running.shown.endsAt) ? running : undefined;
  }

  return {
    begin(endsMs, settings) {
      const mark = randomBytes(16).toString("hex");
      running = {
        shown: { mark, endsAt: new Date(endsMs).toISOString(), mayBeKept: false, settings },
        decision: Promise.withResolvers(),
      };
    },
    takenUp() {
      if (running) running.shown = { ...running.shown, mayBeKept: true };
    },
    end() {
      running = undefined;
    },
    decided: () => running?.decision.promise ?? new Promise(() => {}),
    current: () => running?.shown,
    isMark(text) {
      if (running === undefined) return false;
      const bytes = new TextEncoder();
      return sameBytes(bytes.encode(text), bytes.encode(running.shown.mark));
    },
    keep() {
      const trial = open();
      if (!trial?.shown.mayBeKept) return trial ? "not-taken-up" : "no-trial";
      trial.decision.resolve("kept");
      return "ok";
    },
    takeBack() {
      const trial = open();
      trial?.decision.resolve("taken-back");
      return trial ? "ok" : "no-trial";
    },
  };
}
