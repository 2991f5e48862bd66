import { utcTime } from "../text/utc_time.ts";
import { ageMs, durationText } from "../text/duration.ts";
import { latest } from "../text/time.ts";
import { explain, type OnRuleError } from "../explain/explain.ts";
import { AGENT } from "../causes/agent.ts";
import { type Finding, finding } from "../explain/finding.ts";
import { COMPONENTS } from "../product/components.ts";
import { compareEvents } from "../facts/event_order.ts";
import { activeOperations } from "./operations.ts";
import { rollUp } from "./rollup.ts";
import { type Facts, makeFacts } from "../facts/facts.ts";
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
 * snapshot cannot tell: since when, and what changed. A rule that throws is told to `onRuleError` and counted; without that it throws.
 */
export function evaluate(
  snapshot: Snapshot,
  nowMs: number,
  memory: StatusMemory = NO_MEMORY,
  onRuleError?: OnRuleError,
): StatusDocument {
  const facts = makeFacts(snapshot, nowMs, { lost: memory.lost, stops: memory.stops });
  const lower = lowerTiers(facts, memory);
  const since = new Map(Object.entries(memory.blockers).map(([key, it]) => [key, it.since]));
  const options = { loginReady: lower.login.ready, since, ...(onRuleError ? { onRuleError } : {}) };
  let explained = explain(facts, options);
  if (explained.blockers.length === 0) {
    const extra = unknownCause(facts, lower.login);
    if (extra) explained = explain(facts, { ...options, extra: [extra] });
  }
  // Whatever has a card of its own, also one that may pass: beside it nothing is called fully healthy.
  const problems = explained.blockers.length + explained.leftOut;
  const tiers: Record<TierId, TierStatus> = {
    ...lower,
    fullHealth: fullHealthTier(facts, memory, lower, problems),
  };
  const operations = activeOperations(facts);
  const rollup = rollUp(facts, tiers, explained, operations);
  const status: StatusDocument = {
    siteId: snapshot.release?.siteId ?? snapshot.agent.siteId,
    timestamp: facts.now,
    agentVersion: snapshot.agent.version,
    agent: { ruleErrors: explained.ruleErrors },
    kubernetesVersion: snapshot.api.version ?? facts.node?.kubeletVersion ?? null,
    release: releaseOf(snapshot, facts),
    urls: { statusUrl: snapshot.agent.statusUrl, loginUrl: facts.app.url ?? null },
    certificate: snapshot.agent.certificate ?? null,
    rollup: {
      ...rollup,
      since: memory.rollup?.state === rollup.state ? memory.rollup.since : facts.now,
    },
    tiers,
    topBlockers: explained.blockers,
    blockersLeftOut: explained.leftOut,
    activeOperations: operations,
    components: componentsOf(facts, lower),
    bootstrap: bootstrapOf(facts),
    recentEvents: eventsOf(snapshot),
    loginProbe: probeOf(facts),
    sources: sourcesOf(facts),
    recent: [],
  };
  return { ...status, recent: recentTransitions(memory, status, { isStartingAgain: facts.isStartingAgain }) };
}

/** Not ready for long, and nothing matched: said openly. */
function unknownCause(facts: Facts, login: TierStatus): Finding | undefined {
  const { setup, api } = facts.snapshot;
  if (login.ready || api.state === "absent" || setup.status === "failed" || setup.status === "blocked") {
    return undefined;
  }
  if (setup.status === "running" && setup.stepId !== "login") return undefined;
  if (facts.pulls.length > 0) return undefined;
  const since = latest([login.since, setup.since]) ?? login.since;
  const age = ageMs(since, facts.nowMs);
  if (age < UNKNOWN_AFTER_MS) return undefined;
  const open = login.proofs.filter((it) => it.status !== "ready");
  return finding(facts, AGENT.unknown, {
    since,
    words: { age: durationText(age) },
    evidence: open.map((it) => ({ label: it.title, text: it.reason })),
  });
}

function releaseOf({ release, setup }: Snapshot, facts: Facts): StatusDocument["release"] {
  const version = release?.releaseVersion ?? setup.release?.version ?? null;
  const channel = release?.selectedChannel ?? setup.release?.channel ?? null;
  return {
    selectedReleaseVersion: version,
    appVersion: release?.appVersion ?? version,
    channel: release?.channel ?? channel,
    selectedChannel: channel,
    gitRevision: facts.releaseSource?.revision ?? null,
  };
}

function componentsOf(facts: Facts, tiers: Record<"bootstrap", TierStatus>): ComponentStatus[] {
  const all = [...tiers.bootstrap.proofs];
  return COMPONENTS.flatMap((component): ComponentStatus[] => {
    const { name, tier, namespace } = component;
    if (component.kind === "Job") {
      const job = all.find((it) => it.id === "job");
      const ready = job?.status === "ready";
      const failed = facts.bootstrap.outcome === "failed";
      return [{
        name,
        tier,
        namespace,
        ready,
        status: ready ? "healthy" : failed ? "unhealthy" : "unknown",
        message: job?.reason ?? "",
      }];
    }
    const state = facts.state(name);
    if (component.optional && facts.live && !state?.workload) return [];
    const problem = facts.problems.find((it) => it.component.name === name);
    const seen = facts.live && state?.ready !== undefined;
    const ready = seen && state?.ready === true;
    const bad = problem !== undefined && problem.kind !== "not-ready";
    return [{
      name,
      tier,
      namespace,
      ready,
      // On its way is not known to be well yet, and nothing is wrong with it either.
      status: ready && facts.serves(name)
        ? "degraded"
        : bad && seen
        ? "unhealthy"
        : ready
        ? "healthy"
        : "unknown",
      message: componentMessage(facts, name, seen, ready),
    }];
  });
}

function componentMessage(facts: Facts, name: string, seen: boolean, ready: boolean): string {
  if (facts.snapshot.api.state === "absent") return "not installed yet";
  if (!seen) return "cannot be seen";
  const problem = facts.problems.find((it) => it.component.name === name);
  if (ready && facts.serves(name)) return "ready; a new version of it cannot start";
  if (problem?.kind === "pull") return "its image cannot be downloaded";
  if (problem?.kind === "config") return "cannot be started as described";
  if (problem?.kind === "crash" && problem.loop) return "keeps stopping";
  if (ready) return "ready";
  const pull = facts.pulls.find((it) => it.component.name === name);
  if (pull) return pull.waitsFor === undefined ? "downloading" : "waits for another download";
  const workload = facts.state(name)?.workload;
  if (!workload) return "not installed yet";
  return problem?.kind === "not-ready"
    ? "runs, not ready yet"
    : `${workload.ready} of ${workload.desired} ready`;
}

function bootstrapOf(facts: Facts): StatusDocument["bootstrap"] {
  const { bootstrapLog, remembered } = facts.snapshot;
  const { job, jobState, outcome, lines, errors, seed } = facts.bootstrap;
  const tail = lines.slice(-TAIL_LINES);
  return {
    job: {
      name: job?.name ?? "alga-core-sebastian-bootstrap",
      state: jobState,
      completed: outcome === "done",
      failed: outcome === "failed",
    },
    seed,
    logs: {
      available: tail.length > 0,
      pod: bootstrapLog?.pod ?? remembered.bootstrap?.pod ?? null,
      container: "bootstrap",
      tail,
      detectedErrors: errors,
    },
  };
}

function eventsOf(snapshot: Snapshot): StatusDocument["recentEvents"] {
  const newest: Snapshot["events"][number][] = [];
  for (const event of snapshot.events) {
    const last = newest.at(-1);
    if (last && newest.length >= EVENT_LIMIT && compareEvents(event, last) <= 0) continue;
    const index = newest.findIndex((it) => compareEvents(it, event) < 0);
    newest.splice(index < 0 ? newest.length : index, 0, event);
    if (newest.length > EVENT_LIMIT) newest.pop();
  }
  return newest.map((event) => ({
    namespace: event.namespace,
    type: event.type,
    reason: event.reason,
    message: event.message,
    involvedObject: `${event.kind}/${event.name}`,
    lastTimestamp: event.lastAt ?? "",
  }));
}

function probeOf({ app }: Facts): StatusDocument["loginProbe"] {
  const probe = app.local ?? app.public;
  return {
    checked: probe !== undefined,
    // What answers under the public address may be something else.
    reachable: app.isLocalGood,
    statusCode: probe?.statusCode ?? null,
    location: probe?.location ?? null,
  };
}

function sourcesOf(facts: Facts): SourceFreshness[] {
  const { api, probes } = facts.snapshot;
  const probe = facts.app.local ?? facts.app.public;
  const isGood = facts.app.local === undefined ? facts.app.isPublicGood : facts.app.isLocalGood;
  // What has never answered has its patience too, and is not called answering meanwhile.
  const hasAnswered = api.state === "answering" || api.lastContactAt !== undefined;
  const silent = durationText(ageMs(api.lastContactAt ?? api.since, facts.nowMs));
  const kubernetes: SourceFreshness = {
    name: "kubernetes",
    state: api.state === "absent"
      ? "not-yet"
      : api.state === "connecting" || (facts.live && !hasAnswered)
      ? "unknown"
      : facts.live
      ? "answering"
      : "not-answering",
    lastContactAt: api.lastContactAt ?? null,
    message: api.state === "absent"
      ? "Kubernetes is not installed yet"
      : api.state === "connecting"
      ? "Kubernetes has not been asked yet"
      : facts.live && !hasAnswered
      ? "Kubernetes has not answered yet"
      : facts.live
      ? "Kubernetes answers"
      : api.lastContactAt === undefined
      ? `Kubernetes has not answered for ${silent}`
      : `Kubernetes has not answered for ${silent}; showing data of ${utcTime(api.lastContactAt)}`,
  };
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
      state: probe ? isGood ? "answering" : "not-answering" : facts.app.isUp ? "unknown" : "not-yet",
      lastContactAt: isGood ? probe?.at ?? null : null,
      message: probe
        ? isGood
          ? "The sign-in page answers"
          : `The sign-in page does not answer: ${probe.error || `HTTP ${probe.statusCode}`}`
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
