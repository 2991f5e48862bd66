import type { Host } from "../host/host.ts";
import { headOf, listLogFiles, type LogFile } from "./pod_log_files.ts";

/** What the kubelet keeps of one file is 10 MiB unless a site says otherwise; of a larger one the rest is passed over. */
const UNPACKED_MAX_BYTES = 64 * 1024 * 1024;
const PACKED_MAX_BYTES = 16 * 1024 * 1024;
const HEAD_BYTES = 64;
const PACKED_HEAD_BYTES = 64 * 1024;

/** A file of a container's log, by what does not change when it is renamed. */
export interface KnownFile extends LogFile {
  head: string;
}

/** Reads the files of one container, which may be renamed, compressed, removed and followed by others at any moment. */
export class LogFileReader {
  readonly #host: Host;
  readonly #folder: string;
  /** A file that was moved aside keeps its name until it is compressed, and its first line for ever. */
  readonly #heads = new Map<string, string>();
  /** The one compressed file that was read last. */
  #unpacked: { path: string; bytes: Uint8Array } | undefined;

  constructor(host: Host, folder: string) {
    this.#host = host;
    this.#folder = folder;
  }

  /** Files that hold something, oldest first. */
  async list(): Promise<KnownFile[]> {
    const files = await Promise.all(
      (await listLogFiles(this.#host, this.#folder)).map(async (it) => ({
        ...it,
        head: await this.#head(it),
      })),
    );
    return files.filter((it) => it.head !== "");
  }

  /** How many bytes a file has; `undefined` when it is not there any more. */
  async size(file: KnownFile): Promise<number | undefined> {
    if (file.isCompressed) return (await this.#unpack(file.path))?.length;
    const info = await this.#host.info(file.path);
    return info?.kind === "file" ? info.sizeBytes : undefined;
  }

  /** At most `maxBytes` from a byte on; `undefined` when the file now has another name, or none. */
  async read(file: KnownFile, fromByte: number, maxBytes: number): Promise<Uint8Array | undefined> {
    if (file.isCompressed) return (await this.#unpack(file.path))?.subarray(fromByte, fromByte + maxBytes);
    const bytes = await this.#host.readPart(file.path, { fromByte, maxBytes }).catch(() => undefined);
    if (bytes === undefined) return undefined;
    // Asked afterwards: what had this name before the reading may have another one since.
    const head = fromByte === 0 ? headOf(bytes) : await this.#readHead(file.path);
    return head === file.head ? bytes : undefined;
  }

  async #head(file: LogFile): Promise<string> {
    const known = this.#heads.get(file.path);
    if (known !== undefined) return known;
    const head = file.isCompressed ? await this.#unpackHead(file.path) : await this.#readHead(file.path);
    if (file.rotatedAt !== "~" && head !== "") this.#heads.set(file.path, head);
    return head;
  }

  async #readHead(path: string): Promise<string> {
    const bytes = await this.#host.readPart(path, { fromByte: 0, maxBytes: HEAD_BYTES }).catch(() =>
      undefined
    );
    return bytes === undefined ? "" : headOf(bytes);
  }

  async #unpackHead(path: string): Promise<string> {
    const packed = await this.#host.readPart(path, { fromByte: 0, maxBytes: PACKED_HEAD_BYTES })
      .catch(() => undefined);
    return packed === undefined ? "" : headOf(await unpackGzip(packed, HEAD_BYTES));
  }

  async #unpack(path: string): Promise<Uint8Array | undefined> {
    if (this.#unpacked?.path === path) return this.#unpacked.bytes;
    const packed = await this.#host.readPart(path, { fromByte: 0, maxBytes: PACKED_MAX_BYTES })
      .catch(() => undefined);
    if (packed === undefined) return undefined;
    const bytes = await unpackGzip(packed, UNPACKED_MAX_BYTES);
    this.#unpacked = { path, bytes };
    return bytes;
  }
}

/** What is packed, up to a limit; of a torn one what comes before the tear. */
async function unpackGzip(packed: Uint8Array, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const source = new Blob([packed as Uint8Array<ArrayBuffer>]).stream();
  try {
    for await (const chunk of source.pipeThrough(new DecompressionStream("gzip"))) {
      chunks.push(chunk);
      length += chunk.length;
      if (length >= maxBytes) break;
    }
  } catch {
    // Its end is damaged.
  }
  const all = new Uint8Array(length);
  let at = 0;
  for (const it of chunks) {
    all.set(it, at);
    at += it.length;
  }
  return all;
}
