import { randomBytes } from "node:crypto";
import { systemClock } from "../clock.ts";
import { knownValues } from "../text/redact/known_values.ts";
import { createRedaction } from "../text/redact/redaction.ts";
import { type BundledFormat, bundledLines } from "./bundled_lines.ts";
import type { LogStream } from "./log_line.ts";
import { type LogService, logsOf } from "./log_origin.ts";
import { listSources, type LogPod, type LogSource } from "./sources.ts";
import { textStream } from "./text_stream.ts";

/** What a bundle kept of the machine's own logs, by source; the path is the name of a stream, too. */
const KEPT: Readonly<Record<string, { paths: readonly string[]; format: BundledFormat }>> = {
  setup: { paths: ["state/journal.jsonl"], format: "record" },
  agent: { paths: ["logs/alga-appliance.log", "logs/alga-appliance-console.log"], format: "journal" },
  k3s: { paths: ["logs/k3s.log"], format: "journal" },
  kernel: { paths: ["logs/kernel.log"], format: "journal" },
};
/** Of these an appliance shows no log; a bundle has what they warned of. */
const SERVICES = ["systemd-resolved", "systemd-networkd", "systemd-timesyncd"] as const;
const POD_LOG = /^pods\/([a-z0-9-]{1,63})\/([a-z0-9.-]{1,253})\/([a-z0-9-]{1,63})(\.previous)?\.log$/;

/** What the logs of a bundle are read from. */
export interface BundledLogs {
  /** By their paths in the bundle. */
  files: ReadonlyMap<string, Uint8Array>;
  /** Pods that were known; they tell whose each one was. */
  pods: readonly LogPod[];
  /** When the bundle was made, ms since 1970: a window of an hour ends then. */
  atMs: number;
}

/** The logs that a bundle kept, read as an appliance reads its own. Nothing comes behind their end. */
export function bundledLogs({ files, pods, atMs }: BundledLogs): LogService {
  const sources = sourcesOf([...files.keys()], pods);
  // What the agent that made it did not know to be a secret, this one may.
  const redaction = createRedaction({ known: knownValues([], []), key: randomBytes(32) });
  const lines = (path: string, format: BundledFormat) =>
    bundledLines(new TextDecoder().decode(files.get(path)), format);
  return logsOf({
    clock: { ...systemClock, nowMs: () => atMs },
    sources: () => Promise.resolve(sources),
    redaction: () => Promise.resolve(redaction),
    streams({ source: id, pod, container, previous }) {
      const source = sources.find((it) => it.id === id);
      if (source === undefined) return Promise.resolve(undefined);
      const kept = keptOf(id);
      if (kept !== undefined) {
        const there = kept.paths.filter((it) => files.has(it));
        return Promise.resolve(there.map((it) => textStream(keyOf(it), () => lines(it, kept.format))));
      }
      const wanted = source.containers.filter((it) =>
        (pod === "" || it.pod === pod) && (container === "" || it.container === container)
      );
      return Promise.resolve(wanted.map((it): LogStream => {
        const path = `pods/${it.namespace}/${it.pod}/${it.container}`;
        const lives = [`${path}.previous.log`, ...previous ? [] : [`${path}.log`]];
        return textStream(`${it.pod}/${it.container}`, () => lives.flatMap((life) => lines(life, "pod")));
      }));
    },
  });
}

function keptOf(id: string): typeof KEPT[string] | undefined {
  if (Object.hasOwn(KEPT, id)) return KEPT[id];
  return SERVICES.some((it) => it === id) ? { paths: [`logs/${id}.log`], format: "journal" } : undefined;
}

function keyOf(path: string): string {
  return path.replace(/^.*\//, "").replace(/\.\w+$/, "");
}

/** Those of which there is something. */
function sourcesOf(paths: readonly string[], pods: readonly LogPod[]): LogSource[] {
  const folders = paths.flatMap((path) => {
    const [, namespace, pod, container] = POD_LOG.exec(path) ?? [];
    return namespace === undefined || pod === undefined || container === undefined
      ? []
      : [{ namespace, pod, container, uid: "", path }];
  });
  // A bundle may hold anything: what was judged may be no list of pods.
  const owners = pods.filter((it) => typeof it === "object" && it !== null)
    .map((it) => ({ ...it, containers: [] }));
  const services = SERVICES.map((id): LogSource => ({ id, title: id, group: "Host", containers: [] }));
  return [...listSources(owners, folders), ...services].filter((it) =>
    it.containers.length > 0 || keptOf(it.id)?.paths.some((path) => paths.includes(path))
  );
}
