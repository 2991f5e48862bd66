import { utcTime } from "../text/utc_time.ts";
import { type Action, actionOf } from "../causes/action.ts";
import type { Blocker } from "../explain/blocker.ts";
import type { Explained } from "../explain/explain.ts";
import type { Facts } from "../facts/facts.ts";
import type { TierId } from "../product/tiers.ts";
import type { ActiveOperation, Rollup, RollupState, TierStatus } from "./document.ts";

type Verdict = Omit<Rollup, "since">;
/** What to do, and the blocker that it is about. */
type Advice = Pick<Rollup, "nextAction" | "action" | "topBlockerId">;

const WAIT: Action = { kind: "wait" };
const FOLLOW: Advice = {
  nextAction: "Nothing to do. It goes on by itself.",
  action: WAIT,
  topBlockerId: null,
};

/** One state, one sentence, one thing to do. */
export function rollUp(
  facts: Facts,
  tiers: Record<TierId, TierStatus>,
  explained: Explained,
  operations: readonly ActiveOperation[],
): Verdict {
  if (tiers.login.ready) return ready(tiers, explained);
  const blocking = explained.hard.find((it) => it.loginBlocking);
  if (blocking && facts.snapshot.setup.status !== "blocked") {
    return say("failed_action_required", blocking.title, withNextAttempt(facts, about(blocking)));
  }
  return beforeLogin(facts, explained.blockers, operations);
}

function say(state: RollupState, message: string, advice: Advice): Verdict {
  return { state, message, ...advice };
}

function about({ nextAction, action, id }: Blocker): Advice {
  return { nextAction, action, topBlockerId: id };
}

/** Of these, the first; but nobody is told that there is nothing to do above a card that says what. */
function adviceOf(blockers: readonly Blocker[]): Advice {
  const [first] = blockers;
  if (first === undefined) return FOLLOW;
  const acts = blockers.find((it) => it.action.kind !== "wait");
  return about(first.action.kind === "wait" && acts ? acts : first);
}

function openSetup(nextAction: string): Advice {
  return { nextAction, action: actionOf("open-setup", { isSetupOver: false }), topBlockerId: null };
}

function ready(tiers: Record<TierId, TierStatus>, { hard, blockers }: Explained): Verdict {
  if (tiers.fullHealth.ready) {
    const message = "Fully healthy: people can log in and every service runs";
    return say("fully_healthy", message, { ...FOLLOW, nextAction: "" });
  }
  if (hard.length === 0 && tiers.background.status !== "degraded") {
    const [hint] = blockers; // something that may pass, or that only this machine sees
    const advice = adviceOf(blockers);
    return tiers.background.ready
      ? say("ready_to_log_in", hint ? `Ready to log in. ${hint.title}` : "Ready to log in", advice)
      : say("ready_to_log_in", "Ready to log in. Background services are still starting", advice);
  }
  const services = hard.filter((it) => it.layer === "background").length;
  const others = hard.length - services;
  const what = services > 0 && others === 0
    ? services === 1
      ? "One background service needs attention"
      : `${services} background services need attention`
    : hard.length === 1
    ? hard[0]?.title ?? ""
    : hard.length === 0
    ? "A background service needs attention"
    : `${hard.length} things need attention`;
  const advice = adviceOf(hard.length > 0 ? hard : blockers);
  return say("ready_with_background_issues", `Ready to log in. ${what}`, advice);
}

function beforeLogin(
  facts: Facts,
  blockers: readonly Blocker[],
  operations: readonly ActiveOperation[],
): Verdict {
  const { setup, api, remembered } = facts.snapshot;
  if (setup.isRecordDamaged) {
    return say(
      "failed_action_required",
      "The record of this appliance is damaged. Setup is closed until you decide",
      openSetup("Open setup to see what is known and to decide."),
    );
  }
  switch (setup.status) {
    case "blocked": {
      return say(
        "failed_action_required",
        `Setup waits for you. ${foundText(setup.blockedBy.length)}`,
        openSetup("Open setup to see what and to decide."),
      );
    }
    case "failed":
      return say(
        "failed_action_required",
        "Setup stopped",
        withNextAttempt(facts, openSetup("Open setup and try again.")),
      );
    case "checked":
      if (setup.blockedBy.length > 0) {
        return say(
          "failed_action_required",
          `${foundText(setup.blockedBy.length)}. Setup has not begun`,
          openSetup("Open setup to see what and to decide."),
        );
      }
      return say("installing", "The checks have run. Setup has not begun", openSetup("Open setup to go on."));
    case "running":
      if (setup.stepId !== "login") {
        const step = setup.stepTitle ?? "";
        const acts = blockers.find((it) => it.loginBlocking && it.action.kind !== "wait");
        const advice = acts ? about(acts) : FOLLOW;
        return say("installing", step === "" ? "Installing" : `Installing: ${step}`, advice);
      }
      break;
    case "idle":
      if (api.state === "absent" || (facts.live && !facts.releaseSource)) {
        return say("installing", "Not set up yet", openSetup("Open setup to begin."));
      }
      break;
    case "done":
      break;
    default:
      setup.status satisfies never;
  }
  if (api.state === "connecting") return say("installing", "Looking at the appliance", FOLLOW);
  const [first] = blockers;
  const soft = first?.title ?? operations.find((it) => it.operation !== "setup")?.message;
  const start = remembered.loginReadyOnce ? "Starting again" : "Installing";
  return say("installing", soft === undefined ? start : `${start}. ${soft}`, adviceOf(blockers));
}

function foundText(count: number): string {
  return count === 1 ? "One check found a problem" : `${count > 0 ? count : "Some"} checks found problems`;
}

function withNextAttempt(facts: Facts, advice: Advice): Advice {
  const at = facts.snapshot.setup.nextAttemptAt;
  if (at === undefined || facts.snapshot.setup.status !== "failed") return advice;
  return { ...advice, nextAction: `${advice.nextAction} The next attempt is at ${utcTime(at)}.` };
}
