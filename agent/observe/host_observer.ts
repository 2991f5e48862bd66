import type { Host } from "../host/host.ts";
import { readAllAddresses } from "../host/network_facts.ts";
import { readK3sJournal } from "./host_journal.ts";
import { type ApiView, emptySnapshot, type HostView, type SetupSummary } from "../facts/snapshot.ts";

const FACTS_EVERY_MS = 30_000;
const JOURNAL_EVERY_MS = 10_000;
const LOOK_EVERY_MS = 2_000;
/** A k3s that starts and stops in turns answers now and then: its lines are kept until it has stayed. */
const STAYED_MS = 45_000;
const NAME_FILES = ["/proc/sys/kernel/hostname", "/etc/hostname"] as const;

/** What the machine tells besides the cluster: its name, its addresses, and why k3s does not run. */
export class HostObserver {
  readonly #host: Host;
  #view: HostView = emptySnapshot().host;
  #factsAtMs = -Infinity;
  #journalAtMs = -Infinity;

  constructor(host: Host) {
    this.#host = host;
  }

  view(): HostView {
    return this.#view;
  }

  /** Looks again where it is time to. Gives whether anything changed, and how long to wait. Never throws. */
  async look(
    now: { nowMs: number; api: ApiView; setup: SetupSummary },
    signal: AbortSignal,
  ): Promise<{ changed: boolean; waitMs: number }> {
    const before = this.#view;
    if (now.nowMs - this.#factsAtMs >= FACTS_EVERY_MS) {
      this.#factsAtMs = now.nowMs;
      this.#view = { ...this.#view, ...await readFacts(this.#host) };
    }
    if (isJournalWanted(now)) {
      if (now.nowMs - this.#journalAtMs >= JOURNAL_EVERY_MS) {
        this.#journalAtMs = now.nowMs;
        const journal = await readK3sJournal(this.#host, signal).catch(() => undefined);
        if (journal) this.#view = { ...this.#view, journal };
      }
    } else if (this.#view.journal.length > 0 && hasStayed(now)) this.#view = { ...this.#view, journal: [] };
    return { changed: JSON.stringify(before) !== JSON.stringify(this.#view), waitMs: LOOK_EVERY_MS };
  }
}

/** Only while Kubernetes does not answer: the journal is dear, and its cluster tells more when it does. */
function isJournalWanted({ api, setup }: { api: ApiView; setup: SetupSummary }): boolean {
  return api.state === "not-answering" ||
    api.state === "absent" && setup.stepId === "k3s" &&
      (setup.status === "running" || setup.status === "failed");
}

function hasStayed({ nowMs, api }: { nowMs: number; api: ApiView }): boolean {
  return api.state !== "answering" || nowMs - Date.parse(api.since ?? "") >= STAYED_MS;
}

async function readFacts(host: Host): Promise<Omit<HostView, "journal">> {
  return {
    name: await firstText(host, NAME_FILES),
    machineId: await firstText(host, ["/etc/machine-id"]),
    addresses: await readAllAddresses(host).catch(() => []),
  };
}

async function firstText(host: Host, paths: readonly string[]): Promise<string> {
  for (const path of paths) {
    const text = (await host.readText(path, { maxBytes: 300 }).catch(() => undefined))?.trim() ?? "";
    if (text !== "") return text.toLowerCase();
  }
  return "";
}
