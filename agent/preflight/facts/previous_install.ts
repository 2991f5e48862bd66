import type { Host } from "../../host/host.ts";
import { type JournalEntry, readJournal } from "../../state/journal.ts";
import { PATHS } from "../../state/paths.ts";

/** What an earlier installation left behind. */
export interface PreviousInstall {
  /** Places that hold its data; empty on a fresh machine. */
  traces: string[];
  /** Our own journal says that this agent began to install Kubernetes here; a foreign one never wrote that. */
  isOurs: boolean;
}

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
  return { traces, isOurs: tellsOfKubernetes(journal.entries) };
}

/** Whether the journal says that this agent began to install Kubernetes here. */
export function tellsOfKubernetes(entries: readonly JournalEntry[]): boolean {
  return entries.some((it) => it.type === "step.started" && it.data.stepId === "k3s");
}
