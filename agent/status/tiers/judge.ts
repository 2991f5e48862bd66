import { loginConditions } from "./login.ts";
import { backgroundConditions, fullHealthConditions } from "./background.ts";
import { bootstrapConditions } from "./bootstrap.ts";
import { coreConditions } from "./core.ts";
import { platformConditions } from "./platform.ts";
import { componentByName } from "../../product/components.ts";
import type { Facts } from "../../facts/facts.ts";
import type { StatusMemory } from "../memory.ts";
import { type Condition, type Health, isUnseen, type TierStatus } from "../document.ts";
import { type TierId } from "../../product/tiers.ts";

/** Tiers that a tier stands on, with the words for waiting on them. */
const STANDS_ON: Record<TierId, readonly TierId[]> = {
  platform: [],
  core: [],
  bootstrap: ["core"],
  login: ["core", "bootstrap"],
  background: [],
  fullHealth: ["login", "background"],
};

/** What comes first in time; only words follow from it. */
const WAITS_FOR: Record<TierId, readonly TierId[]> = {
  platform: [],
  core: ["platform"],
  bootstrap: ["platform", "core"],
  login: ["platform", "core", "bootstrap"],
  background: ["platform", "core"],
  fullHealth: ["login", "background"],
};

const WAIT_TEXT: Record<TierId, string> = {
  platform: "waits for the platform",
  core: "waits for the database",
  bootstrap: "waits for first-time setup",
  login: "waits for log in",
  background: "waits for background services",
  fullHealth: "waits",
};

type LowerTiers = Record<Exclude<TierId, "fullHealth">, TierStatus>;

/** Every tier but the last, which also needs to know the open problems. */
export function lowerTiers(facts: Facts, memory: StatusMemory): LowerTiers {
  const platform = judge(facts, memory, "platform", platformConditions(facts), {});
  const core = judge(facts, memory, "core", coreConditions(facts), { platform });
  const bootstrap = judge(facts, memory, "bootstrap", bootstrapConditions(facts), { platform, core });
  const login = withLiveEvidence(
    facts,
    memory,
    judge(facts, memory, "login", loginConditions(facts), { platform, core, bootstrap }),
  );
  const background = judge(facts, memory, "background", backgroundConditions(facts), { platform, core });
  return { platform, core, bootstrap, login, background };
}

/** The tier above all. */
export function fullHealthTier(
  facts: Facts,
  memory: StatusMemory,
  lower: LowerTiers,
  openProblems: number,
): TierStatus {
  return judge(facts, memory, "fullHealth", fullHealthConditions(facts, openProblems), lower);
}

function judge(
  facts: Facts,
  memory: StatusMemory,
  id: TierId,
  conditions: readonly Condition[],
  below: Partial<Record<TierId, TierStatus>>,
): TierStatus {
  const stands = STANDS_ON[id].every((it) => below[it]?.ready === true);
  const ready = stands && conditions.every((it) => it.status === "ready");
  const blocked = conditions.some((it) => it.status === "failed");
  const isBehind = id === "background" || id === "fullHealth";
  // Nothing is known of a tier whose turn has not come, nor of one that cannot be seen.
  const status: Health = ready
    ? "healthy"
    : blocked
    ? isBehind ? "degraded" : "unhealthy"
    : isBehind || isUnseen(conditions) || !hasBegun(facts, conditions) && !isItsTurn(facts, id, below)
    ? "unknown"
    : "degraded";
  return {
    ready,
    status,
    message: messageOf(facts, id, ready, conditions, below),
    since: sinceOf(facts, memory, id, ready),
    proofs: conditions,
  };
}

/**
 * Kubernetes may be silent while people go on working. The sign-in page is asked without Kubernetes: when it answers, log in
 * was ready before, and nothing says otherwise, the tier stays ready.
 */
function withLiveEvidence(facts: Facts, memory: StatusMemory, login: TierStatus): TierStatus {
  if (login.ready || login.status !== "unknown" || !isUnseen(login.proofs) || facts.live) return login;
  if (
    memory.tiers.login?.ready !== true ||
    !login.proofs.some((it) => it.id === "answers" && it.status === "ready")
  ) return login;
  return {
    ...login,
    ready: true,
    status: "degraded",
    message: "the sign-in page answers",
    since: memory.tiers.login.since,
  };
}

/** All that comes first in time is there. */
function isItsTurn(facts: Facts, id: TierId, below: Partial<Record<TierId, TierStatus>>): boolean {
  return facts.live && WAITS_FOR[id].every((it) => below[it]?.ready === true);
}

/** Some part of the tier is there or at work already. */
function hasBegun(facts: Facts, conditions: readonly Condition[]): boolean {
  return conditions.some((it) =>
    it.status === "ready" && componentByName(it.id) !== undefined || isJobAtWork(facts, it)
  );
}

/** The condition of the first-time setup, while its Job runs for the first time. */
function isJobAtWork(facts: Facts, it: Condition): boolean {
  return it.id === "job" && it.status === "waiting" && facts.bootstrap.outcome === "running";
}

function sinceOf(facts: Facts, memory: StatusMemory, id: TierId, ready: boolean): string {
  const before = memory.tiers[id];
  return before && before.ready === ready ? before.since : facts.now;
}

function messageOf(
  facts: Facts,
  id: TierId,
  ready: boolean,
  conditions: readonly Condition[],
  below: Partial<Record<TierId, TierStatus>>,
): string {
  if (ready) return id === "bootstrap" ? "done" : "ready";
  const failed = conditions.filter((it) => it.status === "failed");
  const parts = conditions.filter((it) => componentByName(it.id) !== undefined);
  if (failed.length > 0) {
    const failedParts = failed.filter((it) => componentByName(it.id) !== undefined).length;
    if (id === "background" && failedParts > 0) {
      return `${failedParts} of ${parts.length} fail${failedParts === 1 ? "s" : ""}`;
    }
    if (id === "core" && failedParts > 0) return "cannot start";
    return id === "fullHealth" ? "not yet" : "needs attention";
  }
  if (id === "platform" && facts.snapshot.api.state === "absent") return "not installed yet";
  const isKnownToWait = facts.live && conditions.some((it) => it.status === "waiting");
  if (isUnseen(conditions) && !isKnownToWait) return "cannot be seen";
  // What has started waits only for what it cannot do without.
  const waitsFor = (hasBegun(facts, conditions) ? STANDS_ON : WAITS_FOR)[id].find((it) =>
    below[it]?.ready === false
  );
  if (waitsFor !== undefined) return WAIT_TEXT[waitsFor];
  if (id === "bootstrap") {
    return conditions.some((it) => isJobAtWork(facts, it)) ? "running" : "starting";
  }
  if (id === "login") return "starting";
  const counted = parts.length > 0 ? parts : conditions;
  const done = counted.filter((it) => it.status === "ready").length;
  if (done === 0) return isItsTurn(facts, id, below) ? "starting" : "waiting";
  return done === counted.length ? "almost ready" : `${done} of ${counted.length} ready`;
}
