import { keptObjects } from "../bundle/kept_objects.ts";
import type { ReadBundle } from "../bundle/read_bundle.ts";
import { readEvidence } from "../bundle/replay.ts";
import { bundledLogs } from "../logs/bundled_logs.ts";
import { replayWorkloads } from "../workloads/mod.ts";
import type { ExitCode, Terminal } from "./command.ts";
import { keptEvents } from "./events.ts";
import { LOG_OPTIONS, logsAsked, showLogs } from "./log_output.ts";
import { parseOptions } from "./options.ts";
import { keptWorkloads } from "./workloads.ts";

/** What of a bundle is shown as the commands of the same name show it of an appliance, with their options. */
export const BUNDLE_VIEWS = { workloads, events, logs } as const;

async function workloads(bundle: ReadBundle, args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const { at, snapshot } = readEvidence(bundle);
  const nowMs = Date.parse(at);
  const service = replayWorkloads(snapshot, nowMs, keptObjects(bundle));
  return await keptWorkloads(args, { workloads: service, nowMs, terminal });
}

function events(bundle: ReadBundle, args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const { at, snapshot } = readEvidence(bundle);
  return Promise.resolve(
    keptEvents(args, { workloads: replayWorkloads(snapshot, Date.parse(at)), terminal }),
  );
}

async function logs(bundle: ReadBundle, args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const { values, positionals } = parseOptions(
    { args: [...args], allowPositionals: true, options: LOG_OPTIONS } as const,
  );
  const { at, snapshot } = readEvidence(bundle);
  const kept = bundledLogs({ files: bundle.files, pods: snapshot.pods, atMs: Date.parse(at) });
  const asked = { ...logsAsked(values, positionals), lister: "alga-agent bundle inspect FILE logs" };
  return await showLogs(kept, asked, terminal);
}
