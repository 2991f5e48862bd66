import { errorText } from "../error.ts";
import type { Say } from "../text/log_line.ts";
import { BUILD } from "../version.ts";
import type { Collector, Sources } from "./collector.ts";
import { COLLECTORS } from "./collectors.ts";
import { encryptFor } from "./encrypt.ts";
import { type BundleHistory, type BundleRow, openHistory } from "./history.ts";
import type { BundleManifest } from "./manifest.ts";
import { type BundleProgress, type BundleRequest, runBundle } from "./run_bundle.ts";
import { Spool } from "./spool.ts";

/** What is asked for, with the keys of those who alone shall read it. */
export interface WantedBundle extends BundleRequest {
  recipients: readonly string[];
}

/** A bundle on its way to whoever asked. */
export interface BundleDownload {
  /** File name. */
  name: string;
  bytes: ReadableStream<Uint8Array>;
}

/** What the page shows. Another object after each change. */
export interface BundleView {
  /** The run that is under way. */
  progress: (BundleProgress & { by: string }) | undefined;
  /** What was made before, newest first. */
  history: readonly BundleRow[];
  /** Whether this release names who may read an encrypted bundle. */
  canEncrypt: boolean;
}

export interface BundleService {
  view(): BundleView;
  subscribe(listener: () => void): () => void;
  /** Joins the run that is under way, if it is of the same kind; `undefined` when one of another kind is. */
  start(wanted: WantedBundle): BundleDownload | undefined;
  /** One that is kept. */
  open(name: string): ReturnType<BundleHistory["open"]>;
  /** Keys of those who may read an encrypted bundle of this release. */
  recipients(): Promise<readonly string[]>;
  stop(): Promise<void>;
}

export interface BundleDeps {
  sources: Sources;
  say: Say;
  /** Keys that the release names. */
  recipients?: () => Promise<readonly string[]>;
  /** Tests bring their own. */
  collectors?: readonly Collector[];
  limits?: { collectorMs?: number; bundleMs?: number };
}

interface Running {
  wanted: WantedBundle;
  name: string;
  spool: Spool;
  abort: AbortController;
  over: Promise<void>;
}

/** Makes bundles, one at a time; who asks for the same meanwhile gets the same. */
export async function createBundleService(deps: BundleDeps): Promise<BundleService> {
  const { sources, say, collectors = COLLECTORS } = deps;
  const history = await openHistory(sources.host);
  const listeners = new Set<() => void>();
  let running: Running | undefined;
  let canEncrypt = false;
  let view: BundleView = { progress: undefined, history: history.rows(), canEncrypt };

  function tell(progress: BundleProgress | undefined): void {
    view = {
      progress: progress && running ? { ...progress, by: running.wanted.by } : undefined,
      history: history.rows(),
      canEncrypt,
    };
    for (const listener of [...listeners]) listener();
  }

  async function recipients(): Promise<readonly string[]> {
    const found = await deps.recipients?.().catch(() => []) ?? [];
    if (canEncrypt !== found.length > 0) {
      canEncrypt = found.length > 0;
      view = { ...view, canEncrypt };
    }
    return found;
  }

  function begin(wanted: WantedBundle): Running {
    const abort = new AbortController();
    const spool = new Spool(() => abort.abort(new DOMException("Nobody wants it any more", "AbortError")));
    const run = runBundle({
      ...wanted,
      sources,
      collectors,
      build: BUILD,
      signal: abort.signal,
      isFull: () => spool.isFull(),
      onProgress: (progress) => tell(progress),
      ...(deps.limits ? { limits: deps.limits } : {}),
    });
    const isEncrypted = wanted.recipients.length > 0;
    const name = `${run.name}.tar.gz${isEncrypted ? ".age" : ""}`;
    const started = { wanted, name, spool, abort, over: Promise.resolve() };
    started.over = fill(spool, run, wanted).then(async (manifest) => {
      await history.add({
        name,
        at: manifest.createdAt,
        by: wanted.by,
        sizeBytes: spool.sizeBytes,
        strict: wanted.strict,
        encrypted: isEncrypted,
        incomplete: manifest.collectors.filter((it) => it.status !== "complete").length,
      }, () => spool.read());
    }).catch((error) => {
      if (!abort.signal.aborted) say("error", `The support bundle broke off: ${errorText(error)}`);
    }).finally(() => {
      if (running === started) running = undefined;
      tell(undefined);
    });
    return started;
  }

  return {
    view: () => view,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    start(wanted) {
      if (running?.abort.signal.aborted) running = undefined; // given up; it ends by itself
      if (running !== undefined && !isSame(running.wanted, wanted)) return undefined;
      running ??= begin(wanted);
      const { name, spool } = running;
      return { name, bytes: spool.read() };
    },
    open: (name) => history.open(name),
    recipients,
    async stop() {
      running?.abort.abort(new DOMException("The agent stops", "AbortError"));
      await running?.over;
    },
  };
}

function isSame(a: WantedBundle, b: WantedBundle): boolean {
  return a.strict === b.strict && a.recipients.join() === b.recipients.join();
}

/** Moves the bytes of a run into the spool, to its end or to where it breaks off. */
async function fill(
  spool: Spool,
  run: { bytes: ReadableStream<Uint8Array>; done: Promise<BundleManifest> },
  { recipients }: WantedBundle,
): Promise<BundleManifest> {
  try {
    const bytes = recipients.length > 0 ? await encryptFor(recipients, run.bytes) : run.bytes;
    const reading = (async () => {
      for await (const chunk of bytes) spool.add(chunk);
    })();
    reading.catch(() => {});
    // A run that was ended leaves its stream open.
    const manifest = await run.done;
    await reading;
    spool.end();
    return manifest;
  } catch (error) {
    spool.end(error);
    throw error;
  }
}
