import type { Clock } from "../clock.ts";
import type { Host } from "../host/host.ts";
import { NAMESPACES } from "../product/names.ts";
import type { Journal } from "../state/journal.ts";
import { PATHS } from "../state/paths.ts";
import { SOURCE_NAME } from "../../flux/source_objects.ts";
import { KINDS, type KubeClient } from "../../k8s/mod.ts";
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
}

/** The record of setup: while it is damaged, setup stays closed. */
export interface SetupRecord {
  /** In one sentence; `undefined` while the record is whole. */
  problem(): string | undefined;
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

/** How long the cluster may take to say what it holds. */
const ASK_TIMEOUT_MS = 5_000;

export function createSetupRecord(
  { host, clock, journal, connectKube, adopt }: {
    host: Host;
    clock: Clock;
    journal: Journal;
    connectKube: () => Promise<KubeClient | undefined>;
    /** Makes setup count as done. */
    adopt(by: string): Promise<void>;
  },
): SetupRecord {
  /** The release that the cluster installs; `undefined`: none. @throws what the cluster's API throws */
  async function installedRelease(): Promise<string | undefined> {
    const kube = await connectKube();
    if (!kube) return undefined;
    const signal = AbortSignal.timeout(ASK_TIMEOUT_MS);
    const ref = { resource: KINDS.Kustomization, namespace: NAMESPACES.flux, name: SOURCE_NAME };
    if (!await kube.get(ref, { signal })) return undefined;
    const selection = await kube.get({
      resource: KINDS.ConfigMap,
      namespace: NAMESPACES.settings,
      name: "appliance-release-selection",
    }, { signal });
    return String(selection?.data?.releaseVersion ?? "a release without a version");
  }

  async function lookAround(): Promise<{ cluster: string; mayOpen: boolean }> {
    try {
      const installed = await installedRelease();
      return installed === undefined
        ? { cluster: "no installation of Alga", mayOpen: true }
        : { cluster: `an installation of Alga, release ${installed}`, mayOpen: false };
    } catch {
      return { cluster: "cannot be asked now", mayOpen: false };
    }
  }

  return {
    problem: () => journal.damage,
    async damage() {
      const problem = journal.damage;
      if (problem === undefined) return undefined;
      const { cluster, mayOpen } = await lookAround();
      const chosen = await readSelection(host, clock).catch(() => undefined);
      const kept = await host.list(PATHS.damagedDir).catch(() => undefined) ?? [];
      return {
        problem,
        facts: [
          { label: "The cluster holds", value: cluster },
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
        mayOpen,
      };
    },
    async decide(decision, by) {
      if (journal.damage === undefined) return true;
      if (decision === "open" && !(await lookAround()).mayOpen) return false;
      // First what is true, then that it counts: a kill in between leaves the question open.
      if (decision === "keep") await adopt(by);
      await journal.acceptDamage(`${decision}, ${by}`);
      return true;
    },
  };
}

/** A copy of a damaged record, or what stood in its place. */
function isJournal(name: string): boolean {
  return name.startsWith("journal-") || name.endsWith("-journal.jsonl");
}
