import * as z from "zod";
import { blockerKey } from "../explain/explain.ts";
import { readStop } from "../explain/pod_evidence.ts";
import { isUnseen, type StatusDocument, type Transition } from "./document.ts";
import { type Blocker } from "../explain/blocker.ts";
import { TIER_IDS, type TierId } from "../product/tiers.ts";

/** A blocker that has not been seen for this long starts again when it comes back. */
const FORGET_BLOCKER_MS = 2 * 60_000;
/** A part that is killed again within this is killed for the same reason, though its events have gone. */
const FORGET_STOP_MS = 24 * 3_600_000;
const RECENT_LIMIT = 30;
/** What passes sooner, as a machine that starts shows it, is not news. */
const NEWS_AFTER_MS = 30_000;

const Time = z.string().max(40);
const Bootstrap = z.object({
  outcome: z.enum(["completed", "failed"]),
  at: Time,
  jobUid: z.string(),
  pod: z.string().nullable(),
  tail: z.array(z.string()).max(200),
  errors: z.array(z.string()).max(20),
});

/** What the verdict needs of the past. Kept in a file, so that a restart does not forget how the first-time setup ended. */
export const StatusMemory = z.object({
  /** `told`: what people were told last. A machine that starts again is not news; what it then lacks is. */
  tiers: z.partialRecord(
    z.enum(TIER_IDS),
    z.object({ ready: z.boolean(), since: Time, told: z.boolean().optional() }),
  ).default({}),
  /** Since when parts have not been ready, by component. */
  lost: z.record(z.string(), Time).default({}),
  rollup: z.object({ state: z.string(), since: Time }).optional(),
  /** What parts were stopped for: the events that tell it become rare, and go. */
  stops: z.record(z.string(), z.object({ exitCode: z.number(), text: z.string().max(600), at: Time }))
    .default({}),
  blockers: z.record(z.string(), z.object({ since: Time, seenAt: Time, told: z.boolean().default(true) }))
    .default({}),
  recent: z.array(z.object({ at: Time, tone: z.enum(["good", "warn", "bad", "busy"]), text: z.string() }))
    .default([]),
  loginReadyOnce: z.boolean().default(false),
  bootstrap: Bootstrap.optional(),
});
export type StatusMemory = z.infer<typeof StatusMemory>;

/** Nothing is remembered. */
export const NO_MEMORY: StatusMemory = {
  tiers: {},
  lost: {},
  stops: {},
  blockers: {},
  recent: [],
  loginReadyOnce: false,
};

const TIER_NEWS: Record<TierId, { ready: string; lost: string }> = {
  platform: { ready: "The platform is ready", lost: "The platform is no longer ready" },
  core: { ready: "The database is ready", lost: "The database is no longer ready" },
  bootstrap: { ready: "The database is prepared", lost: "The database is being prepared again" },
  login: { ready: "Ready to log in", lost: "Logging in no longer works" },
  background: { ready: "All background services run", lost: "A background service stopped working" },
  fullHealth: { ready: "Everything is healthy", lost: "Not everything is healthy any more" },
};

/**
 * What changed between the memory and a new document, newest first, before what was known already. What a machine lacks that is
 * starting again is no news before it has had the time to bring it back. Pure.
 */
export function recentTransitions(
  memory: StatusMemory,
  status: StatusDocument,
  { isStartingAgain = false }: { isStartingAgain?: boolean } = {},
): Transition[] {
  const at = status.timestamp;
  const news = TIER_IDS.flatMap((id) => tierNews(memory, status, id) ?? []);
  if (isStartingAgain) {
    return [...news.filter((it) => it.tone === "good").toReversed(), ...memory.recent].slice(0, RECENT_LIMIT);
  }
  for (const blocker of status.topBlockers) {
    const isTold = memory.blockers[blockerKey(blocker)]?.told ?? false;
    if (isTold || blocker.owner === "nobody" || !isNews(blocker, status)) continue;
    news.push({ at, tone: blocker.loginBlocking ? "bad" : "warn", text: blocker.title });
  }
  return [...news.toReversed(), ...memory.recent].slice(0, RECENT_LIMIT);
}

/** `recent` with what operations tell, newest first, each once. Pure. */
export function withNews(recent: readonly Transition[], news: readonly Transition[]): readonly Transition[] {
  const added = news.filter((it) => !recent.some((known) => known.at === it.at && known.text === it.text));
  if (added.length === 0) return recent;
  return [...added, ...recent].toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at)).slice(0, RECENT_LIMIT);
}

/** What there is to tell of a tier. */
function tierNews(memory: StatusMemory, status: StatusDocument, id: TierId): Transition | undefined {
  const { ready, status: health, proofs } = status.tiers[id];
  if (ready === wasTold(memory, id)) return undefined;
  const at = status.timestamp;
  if (ready) return { at, tone: "good", text: TIER_NEWS[id].ready };
  if (id === "fullHealth" || health === "unknown" && isUnseen(proofs)) return undefined;
  return { at, tone: id === "background" ? "warn" : "bad", text: TIER_NEWS[id].lost };
}

function wasTold(memory: StatusMemory, id: TierId): boolean {
  const before = memory.tiers[id];
  return before?.told ?? before?.ready ?? false;
}

function isNews(blocker: Blocker, status: StatusDocument): boolean {
  return Date.parse(status.timestamp) - Date.parse(blocker.since) >= NEWS_AFTER_MS;
}

/** The memory after a document. Pure; `memory` is not changed. */
export function remember(
  memory: StatusMemory,
  status: StatusDocument,
  { isStartingAgain = false }: { isStartingAgain?: boolean } = {},
): StatusMemory {
  const nowMs = Date.parse(status.timestamp);
  const blockers: StatusMemory["blockers"] = {};
  for (const [key, it] of Object.entries(memory.blockers)) {
    if (nowMs - Date.parse(it.seenAt) < FORGET_BLOCKER_MS) blockers[key] = it;
  }
  for (const blocker of status.topBlockers) {
    const key = blockerKey(blocker);
    const told = (memory.blockers[key]?.told ?? false) || !isStartingAgain && isNews(blocker, status);
    blockers[key] = { since: blocker.since, seenAt: status.timestamp, told };
  }
  return {
    ...memory,
    tiers: Object.fromEntries(
      TIER_IDS.map((id) => {
        const { ready, since } = status.tiers[id];
        const told = isStartingAgain && !ready ? wasTold(memory, id) : ready;
        return [id, { ready, since, told }];
      }),
    ),
    lost: lostParts(memory, status),
    stops: stopsSeen(memory, status),
    rollup: { state: status.rollup.state, since: status.rollup.since },
    blockers,
    recent: [...status.recent],
    loginReadyOnce: memory.loginReadyOnce || status.tiers.login.ready,
  };
}

/** Parts that are not ready, each since it was first seen so. What cannot be seen keeps what was known of it. */
function lostParts(memory: StatusMemory, status: StatusDocument): StatusMemory["lost"] {
  const kubernetes = status.sources.find((it) => it.name === "kubernetes");
  if (kubernetes?.state !== "answering") return memory.lost;
  return Object.fromEntries(
    status.components.filter((it) => !it.ready).map((
      it,
    ) => [it.name, memory.lost[it.name] ?? status.timestamp]),
  );
}

/** What parts were stopped for, by component, as the evidence of this document and of earlier ones has it. */
function stopsSeen(memory: StatusMemory, status: StatusDocument): StatusMemory["stops"] {
  const nowMs = Date.parse(status.timestamp);
  const kept = Object.entries(memory.stops).filter(([, it]) => nowMs - Date.parse(it.at) < FORGET_STOP_MS);
  const seen = status.topBlockers.flatMap(({ component, evidence }): typeof kept => {
    const stop = readStop(evidence);
    return stop === undefined ? [] : [[component, { ...stop, at: status.timestamp }]];
  });
  return Object.fromEntries([...kept, ...seen]);
}
