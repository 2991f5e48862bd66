import type { Clock } from "../clock.ts";
import type { Host } from "../host/host.ts";
import type { PreflightReport } from "../preflight/mod.ts";
import type { Evidence } from "../status/document.ts";
import type { KubeClient } from "../../k8s/mod.ts";
import type { Rest } from "./rest.ts";

/** What a file of a bundle is made from: text or bytes, in pieces. */
export type Pieces = AsyncIterable<Uint8Array | string>;

/** The checks of this machine and its network. */
export interface BundleChecks {
  /** Runs those whose ids are wanted; nothing on the machine changes. */
  now(isWanted: (id: string) => boolean, signal: AbortSignal): Promise<PreflightReport>;
  /** What setup found; `undefined` when it has not checked yet. */
  atSetup(): Promise<PreflightReport | undefined>;
}

/** Where a bundle's contents come from. */
export interface Sources {
  host: Host;
  clock: Clock;
  /** `undefined` while there is no cluster. @throws what connecting meets. */
  connectKube(): Promise<KubeClient | undefined>;
  /** What the status was judged from. @throws when nothing could be observed. */
  evidence(signal: AbortSignal): Promise<Evidence>;
  checks: BundleChecks;
}

/** What a collector works with. Whatever it adds goes through the redaction. */
export interface CollectorTools extends Sources {
  /** For work of some length: others have their turn in between. */
  rest: Rest;
  /** Aborts at the collector's deadline, at that of the bundle, and when nobody wants it any more. */
  signal: AbortSignal;
  /**
   * Adds a file. What is longer than `maxBytes` (default 2 MiB) keeps its beginning and its end; what breaks off is kept up to its
   * last whole line. @throws why, when nothing came at all.
   */
  file(path: string, pieces: Pieces, options?: FileOptions): Promise<void>;
  /** Adds a value as indented JSON that is still JSON afterwards. */
  json(path: string, value: unknown): Promise<void>;
  /** Says what was not to be had, and why. */
  missing(what: string, why: string): void;
  /** Says what is not on this machine, which is no fault. */
  absent(what: string): void;
}

export interface FileOptions {
  maxBytes?: number;
}

/** One part of a bundle. Ids are stored in bundles, so they are never renamed. @see docs/support-bundle.md */
export interface Collector {
  id: string;
  /** What is being collected, for people. */
  title: string;
  /** Default 10 s. */
  deadlineMs?: number;
  /** May throw: what it has added until then stays, and the rest is told as missing. */
  collect(tools: CollectorTools): Promise<void>;
}

const PIECE_CHARS = 16 * 1024;

/** A text in pieces of whole lines, so that others have their turn in between. */
export async function* textPieces(text: string): Pieces {
  for (let from = 0; from < text.length;) {
    const end = text.indexOf("\n", from + PIECE_CHARS);
    const to = end < 0 ? text.length : end + 1;
    yield await Promise.resolve(text.slice(from, to));
    from = to;
  }
}

/** The same text in fewer pieces: each costs memory of its own on its way. */
export async function* inBatches(pieces: AsyncIterable<string> | Iterable<string>, rest: Rest): Pieces {
  let batch = "";
  for await (const piece of pieces) {
    batch += piece;
    await rest();
    if (batch.length < PIECE_CHARS) continue;
    yield batch;
    batch = "";
  }
  if (batch !== "") yield batch;
}
