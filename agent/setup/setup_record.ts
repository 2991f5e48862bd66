import type { Clock } from "../clock.ts";
import type { Host } from "../host/host.ts";
import { tellsOfKubernetes } from "../preflight/facts/previous_install.ts";
import type { Journal } from "../state/journal.ts";
import { PATHS } from "../state/paths.ts";
import type { KubeClient } from "../../k8s/mod.ts";
import { type ClusterHolding, holdingText, lookIntoCluster } from "./cluster_holding.ts";
import { foldSetup } from "./fold_setup.ts";
import { readSelection } from "./release_selection.ts";

/** What somebody decides of a damaged record: the installation is whole and stays, or setup opens again. */
export type RecordDecision = "keep" | "open";

/** A damaged record with what is known beside it, for whoever decides. */
export interface RecordDamage {
  problem: string;
  facts: readonly { label: string; value: string }[];
  /** Setup may open again: nothing that it would exchange is there, as far as can be seen. */
  mayOpen: boolean;
  /** What lets the cluster answer; only where it cannot be asked. */
  wayOn?: string;
}

/** The record of setup: while it is damaged, or tells of nothing beside a cluster that holds something, setup stays closed. */
export interface SetupRecord {
  /** In one sentence; `undefined` while the record is whole. Asks the cluster where the record tells of no installation. */
  problem(): Promise<string | undefined>;
  /** `undefined` while the record is whole. Never throws. */
  damage(): Promise<RecordDamage | undefined>;
  /** `false`: it may not be opened, because the cluster holds an installation or cannot be asked. */
  decide(decision: RecordDecision, by: string): Promise<boolean>;
}

const STATE_WORDS = {
  idle: "nothing",
  checked: "checks only",
  running: "a setup that was under way",
  blocked: "a setup that the checks stopped",
  failed: "a setup that failed",
  done: "a setup that was finished",
} as const;

const SILENT =
  "This machine has the data of a cluster that does not answer, and no record of what was done here";
const WAKE =
  'Start Kubernetes with "sudo systemctl start k3s". Where it was never used for Alga, "sudo k3s-uninstall.sh" removes it with all its data';

export function createSetupRecord(
  { host, clock, journal, connectKube, adopt, onTold = () => {} }: {
    host: Host;
    clock: Clock;
    journal: Journal;
    connectKube: () => Promise<KubeClient | undefined>;
    /** Makes setup count as done. */
    adopt(by: string): Promise<void>;
    /** After a loss was found. */
    onTold?(): void;
  },
): SetupRecord {
  const ask = () => lookIntoCluster(host, connectKube);

  /** The record tells of no installation: all of it may be gone, its heads as well. */
  function isBlank(): boolean {
    const entries = journal.entries();
    return !tellsOfKubernetes(entries) && foldSetup(entries).state.status !== "done";
  }

  /** What is wrong, beside what the cluster holds where it was asked. Notes a loss down once it is known. */
  async function look(): Promise<{ problem: string; holding?: ClusterHolding } | undefined> {
    if (journal.damage !== undefined) return { problem: journal.damage };
    if (!isBlank()) return undefined;
    const holding = await ask();
    if (holding.kind === "unknown") return { problem: SILENT, holding };
    // Parts that somebody has decided about are those of a setup that may go on.
    const isLost = holding.kind === "installation" || (holding.kind === "parts" && !journal.wasAccepted);
    // Another request may have begun meanwhile.
    if (!isLost || !isBlank()) return undefined;
    const problem = `The record of this appliance tells of no installation, but its cluster holds ${
      holding.kind === "installation" ? holdingText(holding) : "parts of one"
    }`;
    await journal.tellDamage(problem).catch(() => {}); // a full disk: it is known here, and found again
    onTold();
    return { problem, holding };
  }

  return {
    problem: async () => (await look())?.problem,
    async damage() {
      const found = await look();
      if (found === undefined) return undefined;
      const holding = found.holding ?? await ask();
      const chosen = await readSelection(host, clock).catch(() => undefined);
      const kept = await host.list(PATHS.damagedDir).catch(() => undefined) ?? [];
      return {
        problem: found.problem,
        facts: [
          { label: "The cluster holds", value: holdingText(holding) },
          { label: "Release chosen on this machine", value: chosen?.resolved.manifest.version ?? "none" },
          {
            label: "The record still tells of",
            value: STATE_WORDS[foldSetup(journal.entries()).state.status as keyof typeof STATE_WORDS],
          },
          {
            label: "The record as it was found",
            value: kept.some(isJournal) ? `kept in ${PATHS.damagedDir}` : "is gone",
          },
        ],
        mayOpen: mayOpen(holding),
        ...(holding.kind === "unknown" ? { wayOn: WAKE } : {}),
      };
    },
    async decide(decision, by) {
      const found = await look();
      if (found === undefined) return true;
      if (decision === "open" && !mayOpen(await ask())) return false;
      if (journal.damage === undefined) await journal.tellDamage(found.problem);
      // First what is true, then that it counts: a kill in between leaves the question open.
      if (decision === "keep") await adopt(by);
      await journal.acceptDamage(`${decision}, ${by}`);
      return true;
    },
  };
}

function mayOpen({ kind }: ClusterHolding): boolean {
  return kind === "nothing" || kind === "parts";
}

/** A copy of a damaged record, or what stood in its place. */
function isJournal(name: string): boolean {
  return name.startsWith("journal-") || name.endsWith("-journal.jsonl");
}
