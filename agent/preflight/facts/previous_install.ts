import * as z from "zod";
import type { Host } from "../../host/host.ts";
import { type JournalEntry, readJournal } from "../../state/journal.ts";
import { PATHS } from "../../state/paths.ts";

/** What an earlier installation left behind. */
export interface PreviousInstall {
  /** Places that hold its data; empty on a fresh machine. */
  traces: string[];
  /** Our own journal says that this agent began to install Kubernetes here; a foreign one never wrote that. */
  isOurs: boolean;
  /** Version of the release that was brought to the cluster; `undefined` where none was. */
  release: string | undefined;
}

/** What is read of the file; setup and updates write it. */
const Selection = z.object({ selectedReleaseVersion: z.string() });

/** Looks for Kubernetes and its data. Journals of other requests (checks only, wrong answers) do not make data ours. */
export async function findPreviousInstall(host: Host): Promise<PreviousInstall> {
  const traces: string[] = [];
  for (
    const path of [
      "/var/lib/rancher/k3s/server",
      "/var/lib/rancher/k3s/agent",
      PATHS.kubeconfig,
      PATHS.k3sConfig,
      PATHS.localPathData,
    ]
  ) {
    if ((await host.list(path).catch(() => undefined))?.length || (await host.info(path))?.kind === "file") {
      traces.push(path);
    }
  }
  const journal = readJournal(await host.readText(PATHS.journal, { maxBytes: 256 * 1024 * 1024 }) ?? "");
  return {
    traces,
    isOurs: tellsOfKubernetes(journal.entries),
    // A release may be chosen and never reach the cluster: then another may take its place.
    release: tellsOf(journal.entries, "source") ? await readVersion(host) : undefined,
  };
}

async function readVersion(host: Host): Promise<string | undefined> {
  try {
    return Selection.safeParse(JSON.parse(await host.readText(PATHS.releaseSelection) ?? "")).data
      ?.selectedReleaseVersion;
  } catch {
    return undefined;
  }
}

/** Whether the journal says that this agent began to install Kubernetes here. */
export function tellsOfKubernetes(entries: readonly JournalEntry[]): boolean {
  return tellsOf(entries, "k3s");
}

function tellsOf(entries: readonly JournalEntry[], stepId: string): boolean {
  return entries.some((it) => it.type === "step.started" && it.data.stepId === stepId);
}
