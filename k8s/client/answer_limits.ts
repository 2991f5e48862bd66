import { readChunks } from "../../agent/read_chunks.ts";
import { KubeApiError } from "./kube_client.ts";

const MIB = 1024 * 1024;

/**
 * The largest answer of each kind that is read, in bytes once unpacked. The server itself takes requests of at most 3 MiB, so no
 * object is larger.
 */
export const ANSWER_LIMITS = {
  object: 4 * MIB,
  "page of a list": 2 * MIB,
  /** Beside {@link BYTES_PER_OBJECT} for each object: much in little is not a cluster. */
  "whole list": 16 * MIB,
  "line of a watch": 4 * MIB,
  log: 4 * MIB,
  refusal: 64 * 1024,
} as const;

/** What each object adds to the limit of its list: 10,000 pods may be 133 MiB. */
export const BYTES_PER_OBJECT = 12 * 1024;

/** Larger answers are read and parsed one at a time. */
export const LARGE_BYTES = 128 * 1024;

/** Most objects that a list, or all caches of one cluster together, take. */
export const MOST_OBJECTS = 30_000;

/** What an answer of the API server is; each kind has its limit. */
export type AnswerKind = keyof typeof ANSWER_LIMITS;

/** The error for an answer beyond its limit; `what` was asked ("GET /api/v1/pods"). */
export function tooLarge(what: string, kind: AnswerKind): KubeApiError {
  const limit = ANSWER_LIMITS[kind] / MIB;
  const text = limit >= 1 ? `${limit} MiB` : `${limit * 1024} KiB`;
  return new KubeApiError(
    `The Kubernetes API gave more than ${text} for a ${kind}, which is not read: ${what}`,
    0,
    "TooLarge",
  );
}

/** The error for more objects than can be kept. */
export function tooMany(plural: string): KubeApiError {
  return new KubeApiError(
    `The Kubernetes API told of more than ${MOST_OBJECTS} objects; further ${plural} are not read`,
    0,
    "TooLarge",
  );
}

/**
 * The bytes of a stream up to a limit. The stream is given up there, and `undefined` given instead. `onLarge` is awaited once,
 * before more than {@link LARGE_BYTES} are read; it may give room for the whole answer, which then lies in it.
 * @throws Whatever the stream or `onLarge` throws.
 */
export async function readAtMost(
  stream: ReadableStream<Uint8Array> | null,
  maxBytes: number,
  onLarge: () => Promise<Uint8Array<ArrayBuffer> | undefined> = () => Promise.resolve(undefined),
  signal?: AbortSignal,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  let bytes = new Uint8Array(LARGE_BYTES);
  let total = 0;
  for await (const chunk of stream ? readChunks(stream, signal) : []) {
    const from = total;
    total += chunk.length;
    if (total > maxBytes) return undefined; // leaving the loop cancels the stream
    const isNowLarge = total > LARGE_BYTES && from <= LARGE_BYTES;
    const room = isNowLarge ? await onLarge() : undefined;
    if (total > bytes.length) {
      const larger = room !== undefined && room.length >= maxBytes
        ? room
        : new Uint8Array(Math.max(total, Math.min(2 * bytes.length, maxBytes)));
      larger.set(bytes.subarray(0, from));
      bytes = larger;
    }
    bytes.set(chunk, from);
  }
  return bytes.subarray(0, total);
}

/** How many objects may still be kept, by all who share it. */
export class ObjectBudget {
  #left = MOST_OBJECTS;

  /** @throws {KubeApiError} "TooLarge" when there are none left for these. */
  take(plural: string): void {
    if (this.#left <= 0) throw tooMany(plural);
    this.#left--;
  }

  giveBack(count: number): void {
    this.#left += count;
  }
}
