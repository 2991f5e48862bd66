import type { Host } from "../host/host.ts";
import { readAllAddresses, readResolvers } from "../host/network_facts.ts";
import { readOnlyFolder } from "../host/read_only_folder.ts";
import { readUnitJournal } from "../host/unit_journal.ts";
import { PATHS } from "../state/paths.ts";
import { type ApiView, emptySnapshot, type HostView, type SetupSummary } from "../facts/snapshot.ts";
import { timeMs } from "../text/time.ts";
import type { Changes } from "./changes.ts";
import { restMs, type Wait } from "./run_loop.ts";

const FACTS_EVERY_MS = 30_000;
/** The kernel tells of changes; this is for what it did not tell. */
const NETWORK_EVERY_MS = 5 * 60_000;
const JOURNAL_EVERY_MS = 10_000;
/** A k3s that starts and stops in turns answers now and then: its lines are kept until it has stayed. */
const STAYED_MS = 45_000;
/** The agent's own record, and all of k3s. */
const WRITTEN = [PATHS.stateDir, PATHS.k3sImages] as const;
const NAME_FILES = ["/proc/sys/kernel/hostname", "/etc/hostname"] as const;

/** What the machine tells besides the cluster: its name, its addresses, and why k3s does not run. */
export class HostObserver {
  readonly #host: Host;
  readonly #changes: Changes;
  #view: HostView = emptySnapshot().host;
  #factsAtMs = -Infinity;
  #networkAtMs = -Infinity;
  #journalAtMs = -Infinity;

  constructor(deps: { host: Host; changes: Changes }) {
    this.#host = deps.host;
    this.#changes = deps.changes;
  }

  view(): HostView {
    return this.#view;
  }

  /** Addresses or routes may have changed: the next look asks for them. */
  forgetNetwork(): void {
    this.#networkAtMs = -Infinity;
  }

  /** Looks again where it is time to. Never throws. */
  async look(
    now: { nowMs: number; api: ApiView; setup: SetupSummary; isPathLost?: boolean },
    signal: AbortSignal,
  ): Promise<Wait> {
    const before = this.#view;
    const { nowMs } = now;
    if (restMs(this.#factsAtMs, FACTS_EVERY_MS, nowMs) === 0) {
      this.#factsAtMs = now.nowMs;
      this.#view = { ...this.#view, ...await readFacts(this.#host, now.nowMs) };
    }
    if (restMs(this.#networkAtMs, NETWORK_EVERY_MS, nowMs) === 0) {
      this.#networkAtMs = now.nowMs;
      this.#view = { ...this.#view, ...await readNetwork(this.#host) };
    }
    let againMs = Math.min(this.#factsAtMs + FACTS_EVERY_MS, this.#networkAtMs + NETWORK_EVERY_MS);
    if (isJournalWanted(now)) {
      if (restMs(this.#journalAtMs, JOURNAL_EVERY_MS, nowMs) === 0) {
        this.#journalAtMs = now.nowMs;
        // A machine without a journal has nothing to tell; what was known stays.
        const journal = await readUnitJournal(this.#host, "k3s", { signal }).catch(() => undefined);
        if (journal) this.#view = { ...this.#view, journal };
      }
      againMs = Math.min(againMs, this.#journalAtMs + JOURNAL_EVERY_MS);
    } else if (this.#view.journal.length > 0) {
      if (hasStayed(now)) this.#view = { ...this.#view, journal: [] };
      else againMs = Math.min(againMs, timeMs(now.api.since) + STAYED_MS);
    }
    if (JSON.stringify(before) !== JSON.stringify(this.#view)) this.#changes.announce();
    return { ms: againMs - now.nowMs, orChange: true };
  }
}

/** Only while Kubernetes does not answer, or does not answer its own parts: the journal is expensive, and its cluster tells more when it does. */
function isJournalWanted(
  { api, setup, isPathLost = false }: { api: ApiView; setup: SetupSummary; isPathLost?: boolean },
): boolean {
  return api.state === "not-answering" || isPathLost ||
    api.state === "absent" && setup.stepId === "k3s" &&
      (setup.status === "running" || setup.status === "failed");
}

function hasStayed({ nowMs, api }: { nowMs: number; api: ApiView }): boolean {
  return api.state !== "answering" || nowMs - Date.parse(api.since ?? "") >= STAYED_MS;
}

type NetworkFacts = Pick<HostView, "addresses" | "primaryAddress">;

/** Not known for as long as the machine does not tell. */
async function readNetwork(host: Host): Promise<NetworkFacts> {
  return await readAllAddresses(host).catch(() => ({ addresses: [], primaryAddress: undefined }));
}

async function readFacts(host: Host, nowMs: number): Promise<Omit<HostView, "journal" | keyof NetworkFacts>> {
  return {
    ...await readBoot(host, nowMs),
    ...await readServers(host),
    readOnlyFolder: await readOnlyFolder(host, WRITTEN),
    name: await firstText(host, NAME_FILES),
    machineId: await firstText(host, ["/etc/machine-id"]),
  };
}

async function firstText(host: Host, paths: readonly string[]): Promise<string> {
  for (const path of paths) {
    // What cannot be read is not known; the next place may tell.
    const text = (await host.readText(path, { maxBytes: 300 }).catch(() => undefined))?.trim() ?? "";
    if (text !== "") return text.toLowerCase();
  }
  return "";
}

/** Whom the resolver of this machine asks: the resolver itself is never to blame. */
async function readServers(host: Host): Promise<Pick<HostView, "dnsServers">> {
  const dnsServers = await readResolvers(host).catch(() => []);
  return dnsServers.length === 0 ? {} : { dnsServers };
}

/** When the machine started, in whole minutes: the clock and the time since the start drift apart a little. */
async function readBoot(host: Host, nowMs: number): Promise<Pick<HostView, "bootedAt">> {
  const text = await host.readText("/proc/uptime", { maxBytes: 100 }).catch(() => undefined);
  const seconds = Number(/^(\d{1,12}(?:\.\d{1,3})?) /.exec(text ?? "")?.[1] ?? NaN);
  if (!Number.isFinite(seconds)) return {};
  return { bootedAt: new Date(Math.round((nowMs - seconds * 1_000) / 60_000) * 60_000).toISOString() };
}
