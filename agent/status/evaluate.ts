import { ageMs, durationText } from "../text/duration.ts";
import { explain } from "../explain/explain.ts";
import { type Finding, finding } from "../explain/finding.ts";
import {
  bootstrapJobState,
  bootstrapLines,
  bootstrapOutcome,
  detectErrors,
  seedOf,
} from "../facts/bootstrap_state.ts";
import { COMPONENTS } from "../product/components.ts";
import { timeOf } from "../facts/container_problem.ts";
import { isAppUp, isProbeGood, loginUrl } from "../facts/login_url.ts";
import { activeOperations } from "./operations.ts";
import { rollUp } from "./rollup.ts";
import { makeScene, releaseSource, type Scene } from "../facts/facts.ts";
import type { Snapshot } from "../facts/snapshot.ts";
import { NO_MEMORY, recentTransitions, type StatusMemory } from "./memory.ts";
import type { ComponentStatus, SourceFreshness, StatusDocument, TierStatus } from "./document.ts";
import type { TierId } from "../product/tiers.ts";
import { fullHealthTier, lowerTiers } from "./tiers/judge.ts";

const UNKNOWN_AFTER_MS = 15 * 60_000;
const EVENT_LIMIT = 20;
const TAIL_LINES = 160;

/**
 * The verdict on a snapshot. Pure and total: odd objects give a cautious answer, never an exception. The memory gives what a
 * snapshot cannot tell: since when, and what changed.
 * @see contract.md 7
 */
export function evaluate(
  snapshot: Snapshot,
  nowMs: number,
  memory: StatusMemory = NO_MEMORY,
): StatusDocument {
  const scene = makeScene(snapshot, nowMs);
  const lower = lowerTiers(scene, memory);
  const since = new Map(Object.entries(memory.blockers).map(([key, it]) => [key, it.since]));
  const options = { loginReady: lower.login.ready, since };
  let explained = explain(scene, options);
  if (explained.blockers.length === 0) {
    const extra = unknownCause(scene, lower.login);
    if (extra) explained = explain(scene, { ...options, extra: [extra] });
  }
  const problems = explained.hard.length;
  const tiers: Record<TierId, TierStatus> = {
    ...lower,
    fullHealth: fullHealthTier(scene, memory, lower, problems),
  };
  const operations = activeOperations(scene);
  const rollup = rollUp(scene, tiers, explained, operations);
  const status: StatusDocument = {
    siteId: snapshot.release?.siteId ?? snapshot.agent.siteId,
    timestamp: scene.now,
    agentVersion: snapshot.agent.version,
    kubernetesVersion: snapshot.api.version ?? snapshot.nodes[0]?.kubeletVersion ?? null,
    release: releaseOf(snapshot, scene),
    urls: { statusUrl: snapshot.agent.statusUrl, loginUrl: loginUrl(snapshot) ?? null },
    rollup: {
      ...rollup,
      since: memory.rollup?.state === rollup.state ? memory.rollup.since : scene.now,
    },
    tiers,
    topBlockers: explained.blockers,
    activeOperations: operations,
    components: componentsOf(scene, lower),
    bootstrap: bootstrapOf(scene),
    recentEvents: eventsOf(snapshot),
    loginProbe: probeOf(snapshot),
    sources: sourcesOf(scene),
    recent: [],
  };
  return { ...status, recent: recentTransitions(memory, status) };
}

/** Not ready for long, and nothing matched: said openly. @see catalogue.md 4.4 agent.unknown */
function unknownCause(scene: Scene, login: TierStatus): Finding | undefined {
  const { setup, api } = scene.snapshot;
  if (login.ready || api.state === "absent" || setup.status === "failed" || setup.status === "blocked") {
    return undefined;
  }
  if (setup.status === "running" && setup.stepId !== "login") return undefined;
  if (scene.pulls.length > 0) return undefined;
  const since = setup.since !== undefined && setup.since > login.since ? setup.since : login.since;
  const age = ageMs(since, scene.nowMs);
  if (age < UNKNOWN_AFTER_MS) return undefined;
  const open = login.proofs.filter((it) => it.status !== "ready");
  return finding(scene, {
    id: "agent.unknown",
    tier: "login",
    component: "appliance",
    since,
    words: { amount: durationText(age) },
    evidence: open.map((it) => ({ label: it.title, text: it.reason })),
  });
}

function releaseOf({ release, setup }: Snapshot, scene: Scene): StatusDocument["release"] {
  const version = release?.releaseVersion ?? setup.release?.version ?? null;
  const channel = release?.selectedChannel ?? setup.release?.channel ?? null;
  return {
    selectedReleaseVersion: version,
    appVersion: release?.appVersion ?? version,
    channel: release?.channel ?? channel,
    selectedChannel: channel,
    gitRevision: releaseSource(scene)?.revision ?? null,
  };
}

function componentsOf(scene: Scene, tiers: Record<"bootstrap", TierStatus>): ComponentStatus[] {
  const all = [...tiers.bootstrap.proofs];
  return COMPONENTS.flatMap((component): ComponentStatus[] => {
    const { name, tier, namespace } = component;
    if (component.kind === "Job") {
      const job = all.find((it) => it.id === "job");
      const ready = job?.status === "ready";
      const failed = bootstrapOutcome(scene) === "failed";
      return [{
        name,
        tier,
        namespace,
        ready,
        status: ready ? "healthy" : failed ? "unhealthy" : "unknown",
        message: job?.reason ?? "",
      }];
    }
    const state = scene.state(name);
    if (component.optional && scene.live && !state?.workload) return [];
    const trouble = scene.troubles.find((it) => it.component.name === name);
    const seen = scene.live && state?.ready !== undefined;
    const ready = seen && state?.ready === true;
    const bad = trouble !== undefined && trouble.kind !== "not-ready";
    return [{
      name,
      tier,
      namespace,
      ready,
      // On its way is not known to be well yet, and nothing is wrong with it either.
      status: bad && seen ? "unhealthy" : ready ? "healthy" : "unknown",
      message: componentMessage(scene, name, seen, ready),
    }];
  });
}

function componentMessage(scene: Scene, name: string, seen: boolean, ready: boolean): string {
  if (scene.snapshot.api.state === "absent") return "not installed yet";
  if (!seen) return "cannot be seen";
  const trouble = scene.troubles.find((it) => it.component.name === name);
  if (trouble?.kind === "pull") return "its image cannot be downloaded";
  if (trouble?.kind === "config") return "cannot be started as described";
  if (trouble?.kind === "crash" && trouble.loop) return "keeps stopping";
  if (ready) return "ready";
  const pull = scene.pulls.find((it) => it.component.name === name);
  if (pull) return pull.waitsFor === undefined ? "downloading" : "waits for another download";
  const workload = scene.state(name)?.workload;
  if (!workload) return "not installed yet";
  return trouble?.kind === "not-ready"
    ? "runs, not ready yet"
    : `${workload.ready} of ${workload.desired} ready`;
}

function bootstrapOf(scene: Scene): StatusDocument["bootstrap"] {
  const { bootstrapLog, remembered } = scene.snapshot;
  const tail = bootstrapLines(scene).slice(-TAIL_LINES);
  const outcome = bootstrapOutcome(scene);
  return {
    job: {
      name: scene.bootstrapJob?.name ?? "alga-core-sebastian-bootstrap",
      state: bootstrapJobState(scene),
      completed: outcome === "done",
      failed: outcome === "failed",
    },
    seed: seedOf(scene),
    logs: {
      available: tail.length > 0,
      pod: bootstrapLog?.pod ?? remembered.bootstrap?.pod ?? null,
      container: "bootstrap",
      tail,
      detectedErrors: detectErrors(tail),
    },
  };
}

function eventsOf(snapshot: Snapshot): StatusDocument["recentEvents"] {
  const newest: { at: number; event: Snapshot["events"][number] }[] = [];
  for (const event of snapshot.events) {
    const at = timeOf(event);
    if (newest.length >= EVENT_LIMIT && at <= (newest.at(-1)?.at ?? 0)) continue;
    const index = newest.findIndex((it) => it.at < at);
    newest.splice(index < 0 ? newest.length : index, 0, { at, event });
    if (newest.length > EVENT_LIMIT) newest.pop();
  }
  return newest.map(({ event }) => ({
    namespace: event.namespace,
    type: event.type,
    reason: event.reason,
    message: event.message,
    involvedObject: `${event.kind}/${event.name}`,
    lastTimestamp: event.lastAt ?? "",
  }));
}

function probeOf(snapshot: Snapshot): StatusDocument["loginProbe"] {
  const { local, public: open } = snapshot.probes;
  const url = loginUrl(snapshot);
  const probe = local ?? open;
  return {
    checked: probe !== undefined,
    // What answers under the public address may be something else.
    reachable: local !== undefined && isProbeGood(local, url),
    statusCode: probe?.statusCode ?? null,
    location: probe?.location ?? null,
  };
}

function sourcesOf(scene: Scene): SourceFreshness[] {
  const { api, probes } = scene.snapshot;
  const url = loginUrl(scene.snapshot);
  const app = probes.local ?? probes.public;
  const silent = durationText(ageMs(api.lastContactAt ?? api.since, scene.nowMs));
  const kubernetes: SourceFreshness = {
    name: "kubernetes",
    state: api.state === "absent"
      ? "not-yet"
      : api.state === "connecting"
      ? "unknown"
      : scene.live
      ? "answering"
      : "not-answering",
    lastContactAt: api.lastContactAt ?? null,
    message: api.state === "absent"
      ? "Kubernetes is not installed yet"
      : api.state === "connecting"
      ? "Kubernetes has not been asked yet"
      : scene.live
      ? "Kubernetes answers"
      : api.lastContactAt === undefined
      ? `Kubernetes has not answered for ${silent}`
      : `Kubernetes has not answered for ${silent}; showing data of ${api.lastContactAt.slice(11, 19)} UTC`,
  };
  const appGood = app !== undefined && isProbeGood(app, url);
  return [
    kubernetes,
    {
      name: "registry",
      state: probes.registry ? probes.registry.ok ? "answering" : "not-answering" : "unknown",
      lastContactAt: probes.registry?.ok ? probes.registry.at : null,
      message: probes.registry?.message ?? "The registry has not been asked yet",
    },
    {
      name: "application",
      state: app ? appGood ? "answering" : "not-answering" : isAppUp(scene) ? "unknown" : "not-yet",
      lastContactAt: appGood ? app?.at ?? null : null,
      message: app
        ? appGood
          ? "The sign-in page answers"
          : `The sign-in page does not answer: ${app.error || `HTTP ${app.statusCode}`}`
        : "The sign-in page has not been asked yet",
    },
  ];
}

/** What counts as a change of the document: everything but the time and what only counts it. */
export function substanceOf(status: StatusDocument): string {
  return JSON.stringify({
    ...status,
    timestamp: "",
    activeOperations: status.activeOperations.map((it) => ({ ...it, elapsedSeconds: 0 })),
    sources: status.sources.map((it) => ({ ...it, lastContactAt: "" })),
  });
}
