import type { TransportReply } from "../net/transport.ts";
import { mirrorApi } from "./mirror.ts";
import type { MeasuredRead } from "./measure_body.ts";

/** Where a repository is asked for: its name in references, and the URL that answers for it. */
export interface RegistryMirrors {
  /** Registry host → base URL as parseMirror() gives it, for example "ghcr.io" → "http://127.0.0.1:5000". */
  readonly [host: string]: string;
}

/** Where a registry is asked: at its mirror, else where the container runtime asks it, which for Docker Hub is another host. */
export function registryUrl(host: string, mirrors: RegistryMirrors): string {
  return mirrors[host] ?? `https://${host === "docker.io" ? "registry-1.docker.io" : host}`;
}

/** Where the API of a registry lies ("https://ghcr.io/v2"), and what stands before each repository there. */
export function registryApi(host: string, mirrors: RegistryMirrors): { root: string; prefix: string } {
  return mirrorApi(registryUrl(host, mirrors));
}

export interface FetchedManifest {
  digest: string;
  mediaType: string;
  bytes: Uint8Array;
}

/**
 * Read access to an OCI registry. @see OCI distribution spec
 *
 * - Every manifest and blob is checked against its digest and size before it is returned.
 * - `Authorization` never follows a redirect to another host.
 */
export interface RegistryClient {
  /** `GET /v2/`: answers when the registry speaks (200 or 401). @throws {NetworkError} */
  ping(
    host: string,
    options?: { signal?: AbortSignal },
  ): Promise<{ status: number; dateMs: number | undefined }>;
  /**
   * `knownDigest`: what is at hand already. A registry that says that it still is that sends nothing, and `bytes` are empty; another
   * one sends all of it again.
   * @throws {NetworkError}
   */
  fetchManifest(
    host: string,
    repository: string,
    reference: string,
    options?: { knownDigest?: string; signal?: AbortSignal },
  ): Promise<FetchedManifest>;
  /** @throws {NetworkError} */
  fetchBlob(
    host: string,
    repository: string,
    descriptor: { digest: string; size?: number },
    options?: { maxBytes?: number; signal?: AbortSignal },
  ): Promise<Uint8Array>;
  /**
   * Asks for a large blob from a byte on: answered as HTTP does (200 with the whole, 206 with the rest, 416 when there is none), and
   * for as long as it comes. Nothing is verified.
   * @throws {NetworkError} for any other status.
   */
  openBlob(
    host: string,
    repository: string,
    digest: string,
    options: { fromByte: number; signal?: AbortSignal },
  ): Promise<TransportReply>;
  /**
   * Reads a blob from its start, up to a size or a time, and throws it away: how fast content comes. Nothing is verified.
   * @throws {NetworkError}
   */
  measureBlob(
    host: string,
    repository: string,
    digest: string,
    options: { maxBytes: number; limitMs: number; signal?: AbortSignal },
  ): Promise<MeasuredRead>;
  /**
   * The list of what refers to a manifest, as the registry keeps it; `undefined` where it keeps none: many answer 404, some send
   * on to a page, which is not followed. @see OCI distribution spec, "Listing Referrers"
   * @throws {NetworkError} when it did not answer, or is ill for a moment.
   */
  fetchReferrers(
    host: string,
    repository: string,
    digest: string,
    options?: { signal?: AbortSignal },
  ): Promise<Uint8Array | undefined>;
  /** Whether an image reference exists; `false` only on a clear 404. @throws {NetworkError} for anything else. */
  exists(
    host: string,
    repository: string,
    reference: string,
    options?: { signal?: AbortSignal },
  ): Promise<boolean>;
  close(): void;
}
