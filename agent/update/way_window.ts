import { durationText } from "../text/duration.ts";
import { zonedMinute } from "../text/zoned_time.ts";
import type { UpdateAttempt } from "./history.ts";
import { windowAt } from "./maintenance_window.ts";
import type { UpdateView } from "./update_service.ts";

/** What this looks at. */
type Seen = Pick<UpdateView, "way" | "rules" | "history">;

/** The only check that a closed window closes. */
const WINDOW = "upd.window";

/**
 * How a way of several updates stands to the maintenance window, in one sentence; `undefined` without a way or a window. How long one
 * update takes is taken from the slowest of the last three that ended well. Pure.
 */
export function wayWindowSentence(
  { way, rules: { window, timeZone }, history }: Seen,
  nowMs: number,
): string | undefined {
  if (!way || way.length < 2 || !window) return undefined;
  const { isOpen, span } = windowAt(window, { timeZone, nowMs });
  const leftMs = span.endMs - (isOpen ? nowMs : span.startMs);
  const open = `${isOpen ? "The window is open" : "The next window lasts"} until ${
    zonedMinute(span.endMs, timeZone)
  }`;
  const goesOn = "goes on by itself when the window opens again";
  const oneMs = usualMs(history);
  if (oneMs === undefined) {
    return `${open}; it is not known yet how long an update takes here. What has not begun by then ${goesOn}`;
  }
  // The last one may end after the window, as any update.
  const fit = Math.ceil(leftMs / oneMs);
  const took = `an update takes about ${durationText(oneMs)} here`;
  return fit >= way.length
    ? `${open}; ${took}, so all ${way.length} begin within it`
    : `${open}; ${took}, so about ${fit} of ${way.length} begin within it. The rest ${goesOn}`;
}

function usualMs(history: readonly UpdateAttempt[]): number | undefined {
  const took = history.filter((it) => it.result === "done").slice(0, 3).flatMap(({ at, finishedAt }) =>
    finishedAt === undefined ? [] : [Date.parse(finishedAt) - Date.parse(at)]
  );
  return took.length === 0 ? undefined : Math.max(1, ...took);
}

/**
 * Whether an update waits for nothing but the window, and is a further step of a way that somebody let begin: that is not asked for
 * again. Pure.
 */
export function waitsForWindow(
  { operation: { state, conditions }, history }: Pick<UpdateView, "operation" | "history">,
): boolean {
  const [now, before] = history;
  const goal = now?.goal?.manifestDigest ?? now?.manifestDigest;
  return state.status === "blocked" && conditions.length > 0 && conditions.every((it) => it.id === WINDOW) &&
    before?.result === "done" && before.goal !== undefined && before.goal.manifestDigest === goal;
}
