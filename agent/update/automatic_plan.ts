import { zonedMinute } from "../text/zoned_time.ts";
import type { UpdateAttempt } from "./history.ts";
import { spansOf } from "./maintenance_window.ts";
import type { UpdateRules } from "./rules.ts";
import { BY_ITSELF } from "./rules_keeper.ts";
import type { UpdateView } from "./update_service.ts";

/** How often an update that its check keeps back is tried by itself, each time in another window. */
export const MOST_ATTEMPTS = 3;

const DAY_MS = 86_400_000;

/** What the agent will do by itself. `text`: one sentence for people. */
export type AutomaticPlan =
  | { status: "off" | "nothing" | "held"; text: string }
  | { status: "waits" | "due"; atMs: number; text: string };

/** What is looked at. */
export interface AutomaticFacts {
  rules: UpdateRules;
  /** The newest change of the rules cannot be read. */
  isUnreadable: boolean;
  isOverridden: boolean;
  timeZone: string;
  nowMs: number;
  news: UpdateView["news"];
  /** When the release was first seen here, for one that does not say when it was published. */
  seenMs: number | undefined;
  /** How the newest update stands. */
  status: UpdateView["operation"]["state"]["status"];
  history: readonly UpdateAttempt[];
}

/** What comes next by itself, and when. Pure. */
export function planAutomatic(facts: AutomaticFacts): AutomaticPlan {
  const { rules, news, timeZone, nowMs } = facts;
  const { automatic, window } = rules;
  if (facts.isUnreadable) {
    return held("What was chosen last about updates cannot be read; choose it again");
  }
  if (!automatic || !window) return { status: "off", text: "Nothing is installed by itself." };
  const { target } = news;
  if (facts.isOverridden) return held("A testing override is in force: nothing is installed by itself");
  if (rules.pin !== undefined) return held(`Pinned to ${rules.pin}: nothing is installed by itself`);
  if (news.answer !== "update-available" || !target) {
    return { status: "nothing", text: "No update is known that could be installed." };
  }
  const { version, manifestDigest, releasedAt } = target;
  if (news.older) {
    return held(`${version} is older than ${news.older.version}: going back has to be asked for`);
  }
  const attempts = facts.history.filter((it) =>
    (it.goal?.manifestDigest ?? it.manifestDigest) === manifestDigest
  );
  const byHand = byHandReason(facts, attempts);
  if (byHand) return held(`${version} is not installed by itself: ${byHand}`);
  const publishedMs = releasedAt === undefined ? facts.seenMs : Date.parse(releasedAt);
  if (publishedMs === undefined) return held(`It is not known since when there is ${version}`);
  const earliestMs = Math.max(nowMs, publishedMs + automatic.delayDays * DAY_MS);
  for (const { startMs, endMs } of spansOf(window, { timeZone, fromMs: earliestMs })) {
    const isTried = attempts.some(({ at, by }) =>
      by === BY_ITSELF && Date.parse(at) >= startMs && Date.parse(at) < endMs
    );
    if (isTried) continue;
    const atMs = Math.max(startMs, earliestMs);
    if (atMs <= nowMs) return { status: "due", atMs, text: `${version} is about to be installed by itself.` };
    const when = zonedMinute(atMs, timeZone);
    return {
      status: "waits",
      atMs,
      text:
        `Will install ${version} on ${when}, unless a check finds something, something else is under way, or this is changed.`,
    };
  }
  return held("The maintenance window never opens");
}

/** Why only a person goes on. */
function byHandReason({ status, history }: AutomaticFacts, attempts: readonly UpdateAttempt[]) {
  const [newest] = history;
  if (status === "running") return "an update is under way";
  if (status === "failed") return "an update failed; it waits for you";
  if (status === "blocked" && newest?.by !== BY_ITSELF) {
    return "an update that somebody began waits for an answer";
  }
  if (attempts.some((it) => it.result === "failed")) return "it was tried, and failed";
  if (attempts.some((it) => it.result === "cancelled")) return "somebody stopped it";
  const kept = attempts.filter((it) => it.by === BY_ITSELF && it.result === "blocked").length;
  if (kept >= MOST_ATTEMPTS) return `its check kept it back ${kept} times`;
  return undefined;
}

function held(text: string): AutomaticPlan {
  return { status: "held", text: `${text}.` };
}
