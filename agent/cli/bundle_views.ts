import { keptObjects } from "../bundle/kept_objects.ts";
import type { ReadBundle } from "../bundle/read_bundle.ts";
import { readEvidence } from "../bundle/replay.ts";
import { readTimeline } from "../bundle/timeline.ts";
import { bundledLogs } from "../logs/bundled_logs.ts";
import { printLine } from "../text/printable.ts";
import { utcTime } from "../text/utc_time.ts";
import { replayWorkloads } from "../workloads/mod.ts";
import { EXIT, type ExitCode, type Terminal } from "./command.ts";
import { keptEvents } from "./events.ts";
import { LOG_OPTIONS, logsAsked, showLogs } from "./log_output.ts";
import { parseChoice, parseOptions } from "./options.ts";
import { keptWorkloads } from "./workloads.ts";

/** What of a bundle is shown: the timeline, and what commands of the same name show of an appliance, with their options. */
export const BUNDLE_VIEWS = { workloads, events, logs, timeline } as const;

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

/** Oldest first, as a log is read. */
function timeline(bundle: ReadBundle, args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const { values } = parseOptions(
    { args: [...args], options: { output: { type: "string", short: "o", default: "table" } } } as const,
  );
  const happenings = readTimeline(bundle);
  if (parseChoice("-o", values.output, ["table", "json"] as const) === "json") {
    terminal.out(`${JSON.stringify(happenings, null, 2)}\n`);
    return Promise.resolve(EXIT.ok);
  }
  for (const { at, source, title, text } of happenings) {
    const line = `${at === "" ? "" : `${at.slice(0, 10)} ${utcTime(at)}  `}${source}: ${
      [title, text].filter(Boolean).join(": ")
    }`;
    terminal.out(`${printLine(line, 2, terminal)}\n`);
  }
  if (happenings.length === 0) terminal.out("The bundle tells of nothing that happened.\n");
  return Promise.resolve(EXIT.ok);
}
