import { createHash, randomBytes } from "node:crypto";
import { isoNow } from "../clock.ts";
import { errorText } from "../error.ts";
import { abortWith, withTimeout } from "../signals.ts";
import { clip } from "../text/clip.ts";
import { redactStream } from "../text/redact/redact_stream.ts";
import { createRedaction, type Redaction, type RedactionCounts } from "../text/redact/redaction.ts";
import type { BuildInfo } from "../version.ts";
import { type Archive, createArchive } from "./archive.ts";
import { BoundedText } from "./bounded_text.ts";
import {
  type Collector,
  type CollectorTools,
  type FileOptions,
  type Pieces,
  type Sources,
  textPieces,
} from "./collector.ts";
import { jsonPieces } from "./json_pieces.ts";
import { BUNDLE_SCHEMA, type BundleFileRow, type BundleManifest, type CollectorRow } from "./manifest.ts";
import { readKnownSecrets } from "./known_secrets.ts";
import { createRest, type Rest } from "./rest.ts";
import { siteNames } from "./site_names.ts";
import { summaryText } from "./summary.ts";

const MIB = 1024 * 1024;
const COLLECTOR_MS = 10_000;
const BUNDLE_MS = 90_000;
const FILE_BYTES = 2 * MIB;
const TOTAL_BYTES = 60 * MIB;
/** A cut document would be none. */
const JSON_BYTES = 32 * MIB;
/** Manifest and summary, for which there is always room. */
const OWN = "bundle";
/** Collectors at work at the same time. */
const WORKERS = 2;

/** What is asked of a bundle. */
export interface BundleRequest {
  by: string;
  strict: boolean;
}

/** Where a run stands; told after each change. */
export interface BundleProgress {
  startedAt: string;
  rows: readonly ProgressRow[];
  bytes: number;
}

export interface ProgressRow {
  id: string;
  title: string;
  status: "waiting" | "running" | CollectorRow["status"];
  startedAt?: string;
  ms?: number;
}

export interface RunOptions extends BundleRequest {
  sources: Sources;
  collectors: readonly Collector[];
  build: BuildInfo;
  /** Ends it at once: nobody wants it any more. */
  signal: AbortSignal;
  onProgress?: (progress: BundleProgress) => void;
  /** Asked before each collector: why there is no room for more, if there is none. */
  isFull?: () => string | undefined;
  /** Tests shorten them. */
  limits?: { collectorMs?: number; bundleMs?: number; totalBytes?: number };
}

/** A bundle in the making. */
export interface BundleRun {
  name: string;
  bytes: ReadableStream<Uint8Array>;
  /** Resolves once the last file is in; rejects when it was ended. */
  done: Promise<BundleManifest>;
}

/** Name of a bundle's file: says what it is and when it was made. */
export function bundleName(at: string): string {
  return `alga-appliance-support-${at.slice(0, 19).replaceAll(/[-:]/g, "")}Z`;
}

/**
 * Collects everything and writes it as it comes. Always ends with a whole archive: what fails, hangs or is not there is told in
 * manifest and summary, and costs its own time only. Never throws; `done` tells how it ended.
 */
export function runBundle(options: RunOptions): BundleRun {
  const at = isoNow(options.sources.clock);
  const name = bundleName(at);
  const rest = createRest();
  const archive = createArchive(name, { at: new Date(Date.parse(at)), rest });
  const run = new Run(options, archive, { at, name, rest });
  const done = run.all();
  done.catch(() => {}); // whoever reads the bytes learns it from the stream
  return { name, bytes: archive.bytes, done };
}

class Run {
  readonly #options: RunOptions;
  readonly #archive: Archive;
  readonly #at: string;
  readonly #name: string;
  readonly #files: BundleFileRow[] = [];
  readonly #skipped: BundleManifest["skipped"] = [];
  readonly #rows: (ProgressRow & Pick<CollectorRow, "missing" | "absent">)[];
  #bytes = 0;
  readonly #rest: Rest;

  constructor(
    options: RunOptions,
    archive: Archive,
    { at, name, rest }: { at: string; name: string; rest: Rest },
  ) {
    this.#options = options;
    this.#archive = archive;
    this.#at = at;
    this.#name = name;
    this.#rest = rest;
    this.#rows = options.collectors.map(({ id, title }) => ({
      id,
      title,
      status: "waiting",
      missing: [],
      absent: [],
    }));
  }

  async all(): Promise<BundleManifest> {
    const { sources, collectors, signal, limits, isFull, strict } = this.#options;
    const over = withTimeout(limits?.bundleMs ?? BUNDLE_MS, signal);
    this.#tell();
    const secrets = await readKnownSecrets(sources, { signal: over, limitMs: limits?.collectorMs });
    const redaction = createRedaction({
      known: secrets.known,
      key: randomBytes(32),
      ...(strict ? { strict: siteNames(await sources.evidence(over).catch(() => undefined)) } : {}),
    });
    let endedEarly: string | undefined;
    let next = 0;
    const work = async () => {
      for (let index = next++; index < collectors.length; index = next++) {
        endedEarly ??= isFull?.() ??
          (over.aborted ? "the time for a bundle was up" : undefined) ??
          (this.#bytes >= (limits?.totalBytes ?? TOTAL_BYTES) ? "the bundle had its full size" : undefined);
        if (endedEarly !== undefined || signal.aborted) return;
        await this.#collect(index, redaction, over);
      }
    };
    await Promise.all(Array.from({ length: WORKERS }, work));
    signal.throwIfAborted();
    const manifest = this.#manifest(secrets, redaction, endedEarly);
    await this.#file(
      { path: "manifest.json", collector: OWN, signal, maxBytes: JSON_BYTES },
      jsonPieces(manifest, (it) => redaction.json(it), this.#rest),
      redaction.file(),
    );
    const summary = summaryText(manifest, await sources.evidence(over).catch(() => undefined));
    await this.#file({ path: "summary.md", collector: OWN, signal }, textPieces(summary), redaction.file());
    await this.#archive.finish();
    return manifest;
  }

  async #collect(index: number, redaction: Redaction, over: AbortSignal): Promise<void> {
    const { collectors, sources, limits } = this.#options;
    const [collector, row] = [collectors[index], this.#rows[index]];
    if (!collector || !row) return;
    const limitMs = collector.deadlineMs ?? COLLECTOR_MS;
    const controller = new AbortController();
    const unlink = abortWith(
      controller,
      withTimeout(Math.min(limitMs, limits?.collectorMs ?? limitMs), over),
    );
    const { signal } = controller;
    const startedMs = performance.now();
    row.status = "running";
    row.startedAt = isoNow(sources.clock);
    this.#tell();
    let isOver = false;
    const missing = (what: string, why: string) => {
      if (!isOver) row.missing.push({ what: what.slice(0, 300), why: clip(why, 600) });
    };
    const pending = new Set<Promise<void>>();
    const add = (
      path: string,
      pieces: Pieces,
      { maxBytes, counts = {} }: FileOptions & { counts?: RedactionCounts },
    ) => {
      if (isOver) return Promise.resolve();
      const adding = this.#file(
        { path, collector: collector.id, signal, ...(maxBytes === undefined ? {} : { maxBytes }) },
        pieces,
        redaction.file(counts),
      ).finally(() => pending.delete(adding));
      pending.add(adding);
      return adding;
    };
    const rest = this.#rest;
    const tools: CollectorTools = {
      ...sources,
      rest,
      signal,
      missing,
      absent: (what) => void (isOver || row.absent.push(what)),
      file: (path, pieces, more = {}) => add(path, pieces, more),
      json(path, value) {
        const counts: RedactionCounts = {};
        const pieces = jsonPieces(value, (it) => redaction.json(it, counts), rest);
        return add(path, pieces, { maxBytes: JSON_BYTES, counts });
      },
    };
    const hung = Promise.withResolvers<never>();
    const onAbort = () => hung.reject(new Error("it took too long"));
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      await Promise.race([collector.collect(tools), hung.promise]);
      row.status = row.missing.length === 0 ? "complete" : "partial";
    } catch (error) {
      missing(collector.title, signal.aborted ? "it took too long" : errorText(error));
      row.status = "failed";
    }
    isOver = true; // what hangs and comes later finds the door closed
    signal.removeEventListener("abort", onAbort);
    unlink();
    controller.abort();
    // What had come of them until now is kept; the signal ends them.
    await Promise.allSettled([...pending]);
    if (row.status === "failed" && this.#files.some((it) => it.collector === collector.id)) {
      row.status = "partial";
    }
    row.ms = Math.round(performance.now() - startedMs);
    this.#tell();
  }

  /** Reads, redacts and adds one file. What cannot be redacted is left out; what breaks off is kept up to there. */
  async #file(
    { path, collector, signal, maxBytes = FILE_BYTES }: {
      path: string;
      collector: string;
      signal: AbortSignal;
      maxBytes?: number;
    },
    pieces: Pieces,
    redaction: ReturnType<Redaction["file"]>,
  ): Promise<void> {
    const room = collector === OWN ? JSON_BYTES : this.#options.limits?.totalBytes ?? TOTAL_BYTES;
    const left = collector === OWN ? room : room - this.#bytes;
    if (left <= 0) return void this.#skipped.push({ path, collector, why: "the bundle had its full size" });
    const text = new BoundedText(Math.min(maxBytes, left));
    let problem: string | undefined;
    try {
      for await (
        const lines of redactStream(noticing(pieces, signal, (it) => problem = it), redaction, {
          isBroken: () => problem !== undefined,
        })
      ) {
        text.add(lines);
        await this.#rest();
      }
    } catch (error) {
      // The redaction itself failed, or refused: nothing of this file leaves.
      return void this.#skipped.push({ path, collector, why: errorText(error) });
    }
    const isCut = text.isCut;
    const { pieces: kept, sizeBytes } = text.pieces();
    if (sizeBytes === 0 && problem !== undefined) throw new Error(problem);
    const hash = createHash("sha256");
    for (const it of kept) {
      hash.update(it);
      await this.#rest();
    }
    const truncated = problem ?? (isCut ? "it was longer" : undefined);
    // Taken before it is written: files come in side by side.
    this.#bytes += sizeBytes;
    await this.#archive.add(path, kept, sizeBytes);
    this.#files.push({
      path,
      collector,
      sizeBytes,
      sha256: hash.digest("hex"),
      ...(truncated === undefined ? {} : { truncated }),
      redactions: redaction.counts,
    });
    this.#tell();
  }

  #manifest(
    secrets: { problems: string[] },
    redaction: Redaction,
    endedEarly: string | undefined,
  ): BundleManifest {
    const { sources, build, by, strict } = this.#options;
    const redactions: RedactionCounts = {};
    for (const file of this.#files) {
      for (const [rule, count] of Object.entries(file.redactions)) {
        redactions[rule] = (redactions[rule] ?? 0) + count;
      }
    }
    return {
      schema: BUNDLE_SCHEMA,
      id: this.#name,
      createdAt: this.#at,
      finishedAt: isoNow(sources.clock),
      by,
      agent: { version: build.version, commit: build.commit },
      strict,
      ...(endedEarly === undefined ? {} : { endedEarly }),
      knownValues: { ...redaction.known, problems: secrets.problems },
      collectors: this.#rows.map(({ id, title, status, ms, missing, absent }) => ({
        id,
        title,
        status: status === "waiting" || status === "running" ? "not-started" : status,
        ms: ms ?? 0,
        missing,
        absent,
      })),
      files: [...this.#files],
      skipped: this.#skipped,
      redactions,
    };
  }

  #tell(): void {
    this.#options.onProgress?.({
      startedAt: this.#at,
      rows: this.#rows.map(({ missing: _, absent: __, ...row }) => ({ ...row })),
      bytes: this.#bytes,
    });
  }
}

/** The pieces until they end, break off or the time is up; why they did is told, and is not an error of the redaction. */
async function* noticing(pieces: Pieces, signal: AbortSignal, tell: (problem: string) => void): Pieces {
  const iterator = pieces[Symbol.asyncIterator]();
  const over = Promise.withResolvers<undefined>();
  const onAbort = () => over.resolve(undefined);
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    for (;;) {
      const read = await Promise.race([iterator.next(), over.promise]);
      if (read === undefined) return tell("the time was up");
      if (read.done) return;
      yield read.value;
    }
  } catch (error) {
    tell(errorText(error));
  } finally {
    signal.removeEventListener("abort", onAbort);
    iterator.return?.()?.catch(() => {}); // what hangs is not waited for
  }
}
