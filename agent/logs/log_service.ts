import { randomBytes } from "node:crypto";
import type { KubeClient } from "../../k8s/client/kube_client.ts";
import type { MonotonicClock } from "../clock.ts";
import type { Host } from "../host/host.ts";
import type { JournalEntry } from "../state/journal.ts";
import { type KnownValues, knownValues } from "../text/redact/known_values.ts";
import { createRedaction, type Redaction } from "../text/redact/redaction.ts";
import { fileStream } from "./file_stream.ts";
import { journalStream } from "./journal_stream.ts";
import { kubeStream } from "./kube_stream.ts";
import type { LogStream } from "./log_line.ts";
import { nanoTimeOfMs } from "./log_line.ts";
import { type LogService, logsOf } from "./log_origin.ts";
import { memoryStream } from "./memory_stream.ts";
import { listPodLogFolders } from "./pod_log_files.ts";
import type { LogQuery } from "./query.ts";
import { setupLineReader } from "./setup_lines.ts";
import { listSources, type LogContainer, type LogPod, type LogSource, MACHINE_SOURCES } from "./sources.ts";

export interface LogDeps {
  host: Host;
  clock: MonotonicClock;
  connectKube: () => Promise<KubeClient | undefined>;
  /** Pods that are known; those of the kubelet's folders are found anyway. */
  pods: () => Promise<readonly LogPod[]> | readonly LogPod[];
  /** Secrets that must not be shown; asked for now and then. */
  readKnown: (signal: AbortSignal) => Promise<KnownValues>;
  /** What the running steps of setup say; lost with the process. */
  setupLog?: () => readonly { at: string; stepId: string; text: string }[];
  /** The agent's record, where this process keeps it; without it its file is read. */
  record?: () => readonly JournalEntry[];
}

/** A bit longer than the time between two looks for new pods, so that one who follows does not list them all each time. */
const SOURCES_FRESH_MS = 4_000;
const KNOWN_FRESH_MS = 60_000;
/** A page does not wait longer for the list of secrets; what the agent itself holds is read much faster. */
const KNOWN_WAIT_MS = 2_000;

/** Reads what the appliance and its parts say, whether or not Kubernetes answers. */
export function createLogService(deps: LogDeps): LogService {
  const { host, clock } = deps;
  const key = randomBytes(32);
  const readRecord = setupLineReader(host, deps.record);
  let redactor = createRedaction({ known: knownValues([], []), key });
  let listed: { askedMs: number; answer: Promise<readonly LogSource[]> } | undefined;
  let reading: { startedMs: number; done: Promise<void> } | undefined;

  async function redaction(): Promise<Redaction> {
    const nowMs = clock.monotonicMs();
    if (reading === undefined || nowMs - reading.startedMs > KNOWN_FRESH_MS) {
      const [limit, over] = [new AbortController(), new AbortController()];
      clock.sleep(KNOWN_FRESH_MS, over.signal).then(() => limit.abort(), () => {});
      const done = deps.readKnown(limit.signal).then((known) => {
        redactor = createRedaction({ known, key });
      }, () => {}) // what is known already goes on to count
        .finally(() => over.abort());
      reading = { startedMs: nowMs, done };
    }
    const late = new AbortController();
    await Promise.race([reading.done, clock.sleep(KNOWN_WAIT_MS, late.signal).catch(() => {})]);
    late.abort();
    return redactor;
  }

  function sources(): Promise<readonly LogSource[]> {
    const nowMs = clock.monotonicMs();
    if (listed !== undefined && nowMs - listed.askedMs < SOURCES_FRESH_MS) return listed.answer;
    const asked = { askedMs: nowMs, answer: findSources() };
    asked.answer.catch(() => {
      if (listed === asked) listed = undefined; // the next one asks again
    });
    listed = asked;
    return asked.answer;
  }

  async function findSources(): Promise<readonly LogSource[]> {
    const [pods, folders] = await Promise.all([
      deps.pods(),
      listPodLogFolders(host).catch(() => undefined),
    ]);
    return listSources(pods, folders ?? []);
  }

  async function streams(query: LogQuery): Promise<LogStream[] | undefined> {
    const machine = MACHINE_SOURCES.find((it) => it.id === query.source);
    if (machine?.journal) return [journalStream(host, { key: machine.id, match: machine.journal })];
    if (machine) return setupStreams();
    const source = (await sources()).find((it) => it.id === query.source);
    if (source === undefined) return undefined;
    return source.containers.filter((it) =>
      (query.pod === "" || it.pod === query.pod) &&
      (query.container === "" || it.container === query.container)
    ).map((it) => containerStream(it, query.previous));
  }

  function setupStreams(): LogStream[] {
    const steps = memoryStream({ key: "record", clock, read: readRecord });
    const { setupLog } = deps;
    if (setupLog === undefined) return [steps];
    const read = () =>
      Promise.resolve(
        setupLog().map((it) => ({
          at: nanoTimeOfMs(Date.parse(it.at)),
          text: `${it.stepId} ${it.text}`,
        })),
      );
    return [steps, memoryStream({ key: "messages", clock, read })];
  }

  function containerStream(it: LogContainer, previous: boolean): LogStream {
    const key = `${it.pod}/${it.container}`;
    if (it.folder !== undefined) return fileStream({ host, clock, key, folder: it.folder }, { previous });
    return kubeStream({
      kube: deps.connectKube,
      clock,
      key,
      pod: { namespace: it.namespace, name: it.pod },
      container: it.container,
      previous,
    });
  }

  return logsOf({ clock, sources, streams, redaction });
}
