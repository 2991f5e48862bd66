import type { Explained } from "../explain/explain.ts";
import { sentence } from "../text/sentence.ts";
import type { Facts } from "../facts/facts.ts";
import type { ActiveOperation, RollupState, StatusDocument, TierStatus } from "./document.ts";
import type { Blocker } from "../explain/blocker.ts";
import type { TierId } from "../product/tiers.ts";

const FOLLOW = "Nothing to do. It goes on by itself.";

type Verdict = Pick<StatusDocument["rollup"], "state" | "message" | "nextAction">;

/** One state, one sentence, one thing to do. @see contract.md 7.3 */
export function rollUp(
  facts: Facts,
  tiers: Record<TierId, TierStatus>,
  explained: Explained,
  operations: readonly ActiveOperation[],
): Verdict {
  if (tiers.login.ready) return ready(tiers, explained);
  const blocking = explained.hard.find((it) => it.loginBlocking && it.component !== "setup");
  if (blocking && facts.snapshot.setup.status !== "blocked") {
    return say("failed_action_required", blocking.title, withNextAttempt(facts, blocking.nextAction));
  }
  return beforeLogin(facts, explained.blockers, operations);
}

function say(state: RollupState, message: string, nextAction: string): Verdict {
  return { state, message, nextAction };
}

function ready(tiers: Record<TierId, TierStatus>, { hard }: Explained): Verdict {
  if (tiers.fullHealth.ready) {
    return say("fully_healthy", "Fully healthy: people can log in and every service runs", "");
  }
  if (hard.length === 0 && tiers.background.status !== "degraded") {
    return tiers.background.ready
      ? say("ready_to_log_in", "Ready to log in", FOLLOW)
      : say("ready_to_log_in", "Ready to log in. Background services are still starting", FOLLOW);
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
  return say("ready_with_background_issues", `Ready to log in. ${what}`, hard[0]?.nextAction ?? FOLLOW);
}

function beforeLogin(
  facts: Facts,
  blockers: readonly Blocker[],
  operations: readonly ActiveOperation[],
): Verdict {
  const { setup, api, remembered } = facts.snapshot;
  switch (setup.status) {
    case "blocked": {
      const count = setup.blockedBy.length;
      const what = count === 1
        ? "One check found a problem"
        : `${count > 0 ? count : "Some"} checks found problems`;
      return say(
        "failed_action_required",
        `Set-up waits for you. ${what}`,
        "Open set-up (/setup) to see what and to decide.",
      );
    }
    case "failed":
      return say(
        "failed_action_required",
        setup.failure?.message || "Set-up stopped",
        withNextAttempt(
          facts,
          sentence(setup.failure?.suggestedNextStep || "Open set-up (/setup) and try again"),
        ),
      );
    case "checked":
      return say("installing", "The checks have run. Set-up has not begun", "Open set-up (/setup) to go on.");
    case "running":
      if (setup.stepId !== "login") {
        const step = setup.stepTitle ?? "";
        return say("installing", step === "" ? "Installing" : `Installing: ${step}`, FOLLOW);
      }
      break;
    case "idle":
      if (api.state === "absent") {
        return say("installing", "Not set up yet", "Open set-up (/setup) to begin.");
      }
      break;
    case "done":
      break;
    default:
      setup.status satisfies never;
  }
  if (api.state === "connecting") return say("installing", "Looking at the appliance", FOLLOW);
  const soft = blockers[0]?.title ?? operations.find((it) => it.operation !== "setup")?.message;
  const start = remembered.loginReadyOnce ? "Starting again" : "Installing";
  return say(
    "installing",
    soft === undefined ? start : `${start}. ${soft}`,
    blockers[0]?.nextAction ?? FOLLOW,
  );
}

function withNextAttempt(facts: Facts, nextAction: string): string {
  const at = facts.snapshot.setup.nextAttemptAt;
  if (at === undefined || facts.snapshot.setup.status !== "failed") return nextAction;
  return `${nextAction} The next attempt is at ${at.slice(11, 19)} UTC.`;
}
