import { answers, loginProofs } from "./login.ts";
import { backgroundProofs, fullHealthProofs } from "./background.ts";
import { bootstrapProofs } from "./bootstrap.ts";
import { coreProofs } from "./core.ts";
import { platformProofs } from "./platform.ts";
import { componentByName } from "../../product/components.ts";
import type { Scene } from "../../facts/facts.ts";
import type { StatusMemory } from "../memory.ts";
import { type Health, isUnseen, type Proof, type TierStatus } from "../document.ts";
import { type TierId } from "../../product/tiers.ts";

/** Tiers that a tier stands on, with the words for waiting on them. @see contract.md 7.1 */
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
export function lowerTiers(scene: Scene, memory: StatusMemory): LowerTiers {
  const platform = judge(scene, memory, "platform", platformProofs(scene), {});
  const core = judge(scene, memory, "core", coreProofs(scene), { platform });
  const bootstrap = judge(scene, memory, "bootstrap", bootstrapProofs(scene), { platform, core });
  const login = withLiveEvidence(
    scene,
    memory,
    judge(scene, memory, "login", loginProofs(scene), { platform, core, bootstrap }),
  );
  const background = judge(scene, memory, "background", backgroundProofs(scene), { platform, core });
  return { platform, core, bootstrap, login, background };
}

/** The tier above all. */
export function fullHealthTier(
  scene: Scene,
  memory: StatusMemory,
  lower: LowerTiers,
  openProblems: number,
): TierStatus {
  return judge(scene, memory, "fullHealth", fullHealthProofs(scene, openProblems), lower);
}

function judge(
  scene: Scene,
  memory: StatusMemory,
  id: TierId,
  proofs: readonly Proof[],
  below: Partial<Record<TierId, TierStatus>>,
): TierStatus {
  const stands = STANDS_ON[id].every((it) => below[it]?.ready === true);
  const ready = stands && proofs.every((it) => it.status === "ready");
  const blocked = proofs.some((it) => it.status === "failed");
  const isBehind = id === "background" || id === "fullHealth";
  // Nothing is known of a tier whose turn has not come, nor of one that cannot be seen.
  const status: Health = ready
    ? "healthy"
    : blocked
    ? isBehind ? "degraded" : "unhealthy"
    : isBehind || isUnseen(proofs) || !hasBegun(proofs) && !isItsTurn(scene, id, below)
    ? "unknown"
    : "degraded";
  return {
    ready,
    status,
    message: messageOf(scene, id, ready, proofs, below),
    since: sinceOf(scene, memory, id, ready),
    proofs,
  };
}

/**
 * Kubernetes may be silent while people go on working. The sign-in page is asked without Kubernetes: when it answers, log in
 * was ready before, and nothing says otherwise, the tier stays ready. @see contract.md 7.1 "Live readiness outranks"
 */
function withLiveEvidence(scene: Scene, memory: StatusMemory, login: TierStatus): TierStatus {
  if (login.ready || login.status !== "unknown" || !isUnseen(login.proofs) || scene.live) return login;
  if (memory.tiers.login?.ready !== true || answers(scene).status !== "ready") return login;
  return {
    ...login,
    ready: true,
    status: "degraded",
    message: "the sign-in page answers",
    since: memory.tiers.login.since,
  };
}

/** All that comes first in time is there. */
function isItsTurn(scene: Scene, id: TierId, below: Partial<Record<TierId, TierStatus>>): boolean {
  return scene.live && WAITS_FOR[id].every((it) => below[it]?.ready === true);
}

/** Some part of the tier is there or at work already. */
function hasBegun(proofs: readonly Proof[]): boolean {
  return proofs.some((it) =>
    it.status === "ready" && componentByName(it.id) !== undefined ||
    it.id === "job" && it.reason.startsWith("It is running")
  );
}

function sinceOf(scene: Scene, memory: StatusMemory, id: TierId, ready: boolean): string {
  const before = memory.tiers[id];
  return before && before.ready === ready ? before.since : scene.now;
}

function messageOf(
  scene: Scene,
  id: TierId,
  ready: boolean,
  proofs: readonly Proof[],
  below: Partial<Record<TierId, TierStatus>>,
): string {
  if (ready) return id === "bootstrap" ? "done" : "ready";
  const failed = proofs.filter((it) => it.status === "failed");
  const parts = proofs.filter((it) => componentByName(it.id) !== undefined);
  if (failed.length > 0) {
    const failedParts = failed.filter((it) => componentByName(it.id) !== undefined).length;
    if (id === "background" && failedParts > 0) {
      return `${failedParts} of ${parts.length} fail${failedParts === 1 ? "s" : ""}`;
    }
    if (id === "core" && failedParts > 0) return "cannot start";
    return id === "fullHealth" ? "not yet" : "needs attention";
  }
  if (id === "platform" && scene.snapshot.api.state === "absent") return "not installed yet";
  const isKnownToWait = scene.live && proofs.some((it) => it.status === "waiting");
  if (isUnseen(proofs) && !isKnownToWait) return "cannot be seen";
  // What has begun waits only for what it cannot do without.
  const waitsFor = (hasBegun(proofs) ? STANDS_ON : WAITS_FOR)[id].find((it) => below[it]?.ready === false);
  if (waitsFor !== undefined) return WAIT_TEXT[waitsFor];
  if (id === "bootstrap") {
    return proofs.find((it) => it.id === "job")?.reason.startsWith("It is running") ? "running" : "starting";
  }
  if (id === "login") return "starting";
  const counted = parts.length > 0 ? parts : proofs;
  const done = counted.filter((it) => it.status === "ready").length;
  if (done === 0) return isItsTurn(scene, id, below) ? "starting" : "waiting";
  return done === counted.length ? "almost ready" : `${done} of ${counted.length} ready`;
}
