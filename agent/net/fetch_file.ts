import { AgentError, errorText } from "../error.ts";
import { type Host, partPath } from "../host/host.ts";
import { NetworkError, trustRemedy } from "./errors.ts";
import { abortWith } from "../signals.ts";
import { exchange } from "./exchange.ts";
import { type NetworkSettings, onHost } from "./settings.ts";
import { createTransport, type TransportReply } from "./transport.ts";

/** After this long without a byte the connection counts as lost. A slow line is not a lost one, so there is no other limit. */
const STALL_MS = 60_000;

/** A connection that brings a little each time must not go on for ever. */
const MAX_ROUNDS = 100;

/** A file whose content is known by its checksum. */
export interface WantedFile {
  /** Goes on "… could not be downloaded" ("k3s v1.36.5+k3s1"). */
  what: string;
  url: URL;
  path: string;
  mode: number;
  sha256: string;
  maxBytes: number;
}

/** Options of {@link fetchFile}. */
export interface FetchFileOptions {
  signal: AbortSignal;
  /** Bytes that are here, and of how many where the server tells. */
  onBytes?: (bytes: number, totalBytes: number | undefined) => void;
  /** Default 60,000. */
  stallMs?: number;
}

/**
 * Downloads a file and puts it in its place once its checksum is right. What came before a lost connection, a restart or a
 * power cut is kept beside it, and the next attempt asks for the rest. @see RFC 9110 §14 (Range)
 * @throws {AgentError} DOWNLOAD_FAILED, CHECKSUM_MISMATCH, STATE_WRITE_FAILED
 */
export async function fetchFile(
  host: Host,
  network: NetworkSettings,
  file: WantedFile,
  options: FetchFileOptions,
): Promise<void> {
  const transport = createTransport(onHost(network, host));
  try {
    await fetchFileBy(host, file, (fromByte, signal) => {
      const headers = fromByte === 0 ? HEADERS : { ...HEADERS, range: `bytes=${fromByte}-` };
      return exchange(transport, file.url, { method: "GET", headers, signal });
    }, options);
  } finally {
    transport.close();
  }
}

/** Asks for a file from a byte on. */
export type OpenFile = (fromByte: number, signal: AbortSignal) => Promise<TransportReply>;

/** As {@link fetchFile}, where somebody else knows how its server wants to be asked. */
export async function fetchFileBy(
  host: Host,
  file: WantedFile,
  open: OpenFile,
  options: FetchFileOptions,
): Promise<void> {
  const part = partPath(file.path, keyOf(file));
  let fromByte = (await host.info(part))?.sizeBytes ?? 0;
  for (let round = 1;; round++) {
    const result = await attempt(host, open, file, { ...options, fromByte });
    if (result === "done") return;
    const hereBytes = result === "restart" ? 0 : (await host.info(part))?.sizeBytes ?? 0;
    const isFurther = result === "restart" ? fromByte > 0 : hereBytes > fromByte;
    if (!isFurther || round === MAX_ROUNDS) throw result === "restart" ? refused(file, 416) : result;
    fromByte = hereBytes;
  }
}

/** Whether a file could be downloaded: the status that its server answers. Fetches nothing of it. @throws {NetworkError} */
export async function fetchStatus(
  network: NetworkSettings,
  url: URL,
  { signal }: { signal: AbortSignal },
): Promise<number> {
  const transport = createTransport(network);
  try {
    const head = await exchange(transport, url, { method: "HEAD", headers: HEADERS, signal });
    await head.body?.cancel();
    if (head.status !== 405 && head.status !== 501) return head.status;
    const headers = { ...HEADERS, range: "bytes=0-0" };
    const reply = await exchange(transport, url, { method: "GET", headers, signal });
    await reply.body?.cancel();
    return reply.status === 206 ? 200 : reply.status;
  } finally {
    transport.close();
  }
}

const HEADERS = { "user-agent": "alga-agent" };

/** "done", "restart" when what is here is of no use, or why the connection was lost. */
async function attempt(
  host: Host,
  open: OpenFile,
  file: WantedFile,
  options: FetchFileOptions & { fromByte: number },
): Promise<"done" | "restart" | AgentError> {
  const { signal, onBytes, fromByte, stallMs = STALL_MS } = options;
  const stall = new AbortController();
  const unlink = abortWith(stall, signal);
  const stop = () => stall.abort(new DOMException(`nothing came for ${stallMs / 1000} s`, "TimeoutError"));
  let timer = setTimeout(stop, stallMs);
  let startsAt = 0;
  try {
    const reply = await open(fromByte, stall.signal);
    startsAt = reply.status === 206 ? fromByte : 0;
    if (reply.status === 416 || reply.status === 206 && firstByte(reply) !== fromByte) {
      await reply.body?.cancel();
      return "restart";
    }
    if (![200, 206].includes(reply.status) || !reply.body) {
      await reply.body?.cancel();
      throw refused(file, reply.status);
    }
    const lengthBytes = Number(reply.headers.get("content-length") ?? NaN);
    const totalBytes = Number.isNaN(lengthBytes) ? undefined : startsAt + lengthBytes;
    await host.writeStream(file.path, reply.body, {
      mode: file.mode,
      maxBytes: file.maxBytes,
      key: keyOf(file),
      fromByte: startsAt,
      verify: (sha256) => requireChecksum(file, sha256),
      onBytes: (bytes) => {
        clearTimeout(timer);
        timer = setTimeout(stop, stallMs);
        onBytes?.(bytes, totalBytes);
      },
    });
    return "done";
  } catch (cause) {
    signal.throwIfAborted();
    // The part was of something else, or was damaged by a power cut: the whole file may still be right.
    if (cause instanceof AgentError && cause.code === "CHECKSUM_MISMATCH" && startsAt > 0) {
      return "restart";
    }
    if (cause instanceof AgentError) throw cause;
    return lost(file, stall.signal.aborted ? stall.signal.reason : cause);
  } finally {
    clearTimeout(timer);
    unlink();
  }
}

function keyOf(file: WantedFile): string {
  return file.sha256.slice(0, 12);
}

/** Where the bytes of a 206 begin; NaN when it does not say. */
function firstByte(reply: TransportReply): number {
  return Number(/^bytes (\d+)-/.exec(reply.headers.get("content-range") ?? "")?.[1] ?? NaN);
}

function requireChecksum(file: WantedFile, sha256: string): void {
  if (sha256 === file.sha256) return;
  throw new AgentError(
    "CHECKSUM_MISMATCH",
    `The downloaded ${file.what} is not the one that was expected (its checksum differs)`,
    {
      hint:
        "Try again; if it stays, ask the network administrator what on the way to this host changes files",
    },
  );
}

function refused(file: WantedFile, status: number): AgentError {
  return new AgentError("DOWNLOAD_FAILED", `${file.url.host} answered ${status} for ${file.what}`);
}

function lost(file: WantedFile, cause: unknown): AgentError {
  const { host } = file.url;
  const why = errorText(cause).replace(`${host}: `, "");
  const isUntrusted = cause instanceof NetworkError && cause.failure === "tls";
  return new AgentError("DOWNLOAD_FAILED", `${file.what} could not be downloaded from ${host}: ${why}`, {
    hint: isUntrusted
      ? `${trustRemedy(cause.host)}; then try again`
      : "See whether this host can be reached (sudo alga-agent preflight), then try again; what came so far is kept",
    cause,
  });
}
