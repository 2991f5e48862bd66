import type { PageCertificate } from "../tls/page_certificate.ts";
import type { Clock } from "../clock.ts";
import { errorText } from "../error.ts";
import type { Host } from "../host/host.ts";
import { isStartingAgain } from "../facts/start_again.ts";
import type { BootstrapMemory, CertificateView, Snapshot } from "../facts/snapshot.ts";
import { readStateFile, writeStateFile } from "../state/json_file.ts";
import { PATHS } from "../state/paths.ts";
import type { Observer } from "../observe/observer.ts";
import type { Report } from "../report.ts";
import { evaluate, substanceOf } from "./evaluate.ts";
import { NO_MEMORY, remember, StatusMemory, withNews } from "./memory.ts";
import type { Evidence, StatusDocument, StatusService, Transition } from "./document.ts";

/** Changes within this time become one document. */
const COALESCE_MS = 20;
/** A verdict that is expensive (thousands of pods) is given less often, so that it takes at most a fifth of a core. */
const REST_FACTOR = 4;
/** Durations in texts move on although nothing changed; where nothing is told that could grow old, only patience runs out. */
const REFRESH_MS = { busy: 1_000, troubled: 5_000, calm: 15_000 } as const;
const SAVE_AFTER_MS = 5_000;
const MEMORY_VERSION = 1;

/** What the status is made from. */
export interface StatusDeps {
  host: Host;
  clock: Clock;
  observer: Pick<Observer, "snapshot" | "subscribe">;
  agentVersion: string;
  /** Where people open the pages. */
  statusUrl: (scheme?: "http" | "https") => string;
  /** The certificate of the pages. */
  certificate?: Pick<PageCertificate, "current" | "problem">;
  /** Damage that other parts found in their files, in words. */
  stateDamage?: () => string | undefined;
  /** The disk has no room for the agent's own state; `undefined` while it has. */
  diskFull?: () => { path: string; since: string } | undefined;
  /** Why the last update of the agent itself ended badly. */
  updateProblem?: () => Snapshot["agent"]["updateProblem"];
  /** DNS servers of this machine that do not get to the cluster. */
  clusterDnsStale?: () => Snapshot["agent"]["clusterDnsStale"];
  /** What long operations have done, newest last; each entry becomes one of `recent`. */
  news?: () => readonly Transition[];
  /** Told of rules that throw, and of listeners that do. */
  report: Report;
}

/** Judges what is observed, now and after every change. `current()` is there at once, before anything has been asked. */
export async function createStatusService(deps: StatusDeps): Promise<StatusService> {
  const { host, clock, observer, report } = deps;
  const loaded = await loadMemory(host, clock);
  let memory = loaded.memory;
  let savedMemory = savable(memory);
  // Without a name of its own the site is told by the release; the start has said what is wrong with the file.
  const siteId = (await host.readText(PATHS.siteId).catch(() => undefined))?.trim() ?? "";
  const abort = new AbortController();
  const listeners = new Set<(status: StatusDocument) => void>();

  let evidence: Evidence;
  let scheduled = false;
  let restMs = COALESCE_MS;

  function certificateView(): CertificateView | undefined {
    const shown = deps.certificate?.current();
    return shown && { url: deps.statusUrl("https"), ...shown };
  }

  function judge(): StatusDocument {
    const observed = observer.snapshot();
    memory = withBootstrapEnd(memory, observed.bootstrapEnd);
    const snapshot: Snapshot = {
      ...observed,
      agent: {
        version: deps.agentVersion,
        siteId,
        statusUrl: deps.statusUrl(),
        diskFull: deps.diskFull?.(),
        certificate: certificateView(),
        certificateProblem: deps.certificate?.problem(),
        updateProblem: deps.updateProblem?.(),
        clusterDnsStale: deps.clusterDnsStale?.(),
      },
      remembered: {
        bootstrap: memory.bootstrap,
        loginReadyOnce: memory.loginReadyOnce,
        stateDamage: deps.stateDamage?.() ?? loaded.damage,
      },
    };
    const judged = evaluate(
      snapshot,
      clock.nowMs(),
      memory,
      (rule, error) => report(`the rule for ${rule}`, error),
    );
    const status = { ...judged, recent: withNews(judged.recent, deps.news?.() ?? []) };
    memory = remember(memory, status, { isStartingAgain: isStartingAgain(snapshot, clock.nowMs()) });
    evidence = { at: judged.timestamp, snapshot, memory };
    return status;
  }

  let status = judge();
  let substance = substanceOf(status);
  let text: string | undefined;

  function schedule(): void {
    if (scheduled || abort.signal.aborted) return;
    scheduled = true;
    // Rejects at the end, when there is nobody left to judge for.
    clock.sleep(restMs, abort.signal).then(update, () => {});
  }

  function update(): void {
    scheduled = false;
    const startedMs = performance.now();
    try {
      status = judge();
    } catch (error) {
      // The document before stays; its time tells how old it is.
      report("judging the status", error);
      return;
    }
    text = undefined;
    const next = substanceOf(status);
    restMs = Math.max(COALESCE_MS, (performance.now() - startedMs) * REST_FACTOR);
    if (next === substance) return;
    substance = next;
    saveSoon();
    for (const listener of [...listeners]) {
      try {
        listener(status);
      } catch (error) {
        // A face that fails must not keep the others from hearing.
        report("telling a change of the status", error);
      }
    }
  }

  async function refresh(): Promise<void> {
    while (!abort.signal.aborted) {
      await clock.sleep(REFRESH_MS[moodOf(status)], abort.signal).catch(() => {}); // rejects at the end
      schedule();
    }
  }

  async function save(): Promise<void> {
    const next = savable(memory);
    if (next === savedMemory) return;
    try {
      await writeStateFile(host, PATHS.statusMemory, memory, MEMORY_VERSION);
      savedMemory = next;
    } catch (error) {
      // A full disk must not end the status; it is tried again.
      report("keeping the memory of the status", error);
    }
  }

  let saving: Promise<void> | undefined;
  function saveSoon(): void {
    if (saving || abort.signal.aborted) return;
    // Rejects at the end, which saves once more.
    saving = clock.sleep(SAVE_AFTER_MS, abort.signal).then(save, () => {}).then(() => {
      saving = undefined;
      if (savable(memory) !== savedMemory) saveSoon();
    });
  }

  const stopObserving = observer.subscribe(schedule);
  const refreshing = refresh();
  schedule();

  return {
    current: () => status,
    evidence: () => evidence,
    json: () => text ??= JSON.stringify(status),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async stop() {
      stopObserving();
      abort.abort(new DOMException("Stopped", "AbortError"));
      await Promise.all([refreshing, saving]);
      await save();
    },
  };
}

async function loadMemory(
  host: Host,
  clock: Clock,
): Promise<{ memory: StatusMemory; damage: string | undefined }> {
  try {
    const read = await readStateFile(host, PATHS.statusMemory, StatusMemory, {
      clock,
      schemaVersion: MEMORY_VERSION,
    });
    if (read.status === "ok") return { memory: read.value, damage: undefined };
    return { memory: NO_MEMORY, damage: read.status === "damaged" ? read.problem : undefined };
  } catch (error) {
    // Of a newer agent, or not readable: what it held is only comfort.
    return { memory: NO_MEMORY, damage: errorText(error) };
  }
}

/** Takes over how the first-time setup ended. An end that was known before with its last lines is not replaced by one without. */
function withBootstrapEnd(memory: StatusMemory, end: BootstrapMemory | undefined): StatusMemory {
  const { bootstrap } = memory;
  if (!end) return memory;
  const isKnown = bootstrap?.jobUid === end.jobUid && bootstrap.outcome === end.outcome;
  if (isKnown && end.tail.length === 0) return memory;
  return { ...memory, bootstrap: { ...end, tail: [...end.tail], errors: [...end.errors] } };
}

function moodOf(status: StatusDocument): keyof typeof REFRESH_MS {
  const isSilent = status.sources.some((it) => it.state === "not-answering");
  if (isSilent || status.activeOperations.length > 0) return "busy";
  return status.topBlockers.length > 0 ? "troubled" : "calm";
}

/** The memory without what changes all the time. */
function savable(memory: StatusMemory): string {
  const blockers = Object.entries(memory.blockers).map(([key, it]) => [key, it.since]);
  return JSON.stringify({ ...memory, blockers });
}
