import { createHash, randomBytes } from "node:crypto";
import { basename, dirname, join } from "node:path/posix";
import { AgentError, errorText } from "../error.ts";
import { lockFile } from "./file_lock.ts";
import {
  type CommandResult,
  type FileLock,
  type Host,
  partPath,
  type PathInfo,
  type RunOptions,
  type StreamOptions,
} from "./host.ts";
import { makeFolders } from "./make_folders.ts";
import { measureSync } from "./measure_sync.ts";
import { isKernelFile, readKernelFile } from "./read_kernel_file.ts";
import { notAFile, requireFile } from "./require_file.ts";
import { runCommand } from "./run_command.ts";
import { withFile } from "./with_file.ts";
import { noticing, readChunks, writeAll, writePart } from "./write_part.ts";

const DEFAULT_MAX_READ_BYTES = 16 * 1024 * 1024;

/** Folders in which a bare program name is looked up, below the root. */
const PROGRAM_FOLDERS = [
  "/usr/local/sbin",
  "/usr/local/bin",
  "/usr/sbin",
  "/usr/bin",
  "/sbin",
  "/bin",
] as const;

/** The machine itself, or a tree that looks like one when `root` is not "/". */
export class RealHost implements Host {
  readonly root: string;
  readonly #onNoSpace: (path: string) => void;

  /** `onNoSpace` is told of each write that the disk had no room for. */
  constructor(root = "/", { onNoSpace = () => {} }: { onNoSpace?: (path: string) => void } = {}) {
    if (!root.startsWith("/")) throw new TypeError(`The root must be an absolute path, not "${root}"`);
    this.#onNoSpace = onNoSpace;
    this.root = root === "/" ? "/" : root.replace(/(?<!\/)\/+$/, "");
  }

  path(path: string): string {
    if (!path.startsWith("/")) throw new TypeError(`Not an absolute path: "${path}"`);
    if (path.split("/").includes("..")) throw new TypeError(`A host path must not contain "..": "${path}"`);
    return this.root === "/" ? path : join(this.root, path);
  }

  async readText(path: string, options: { maxBytes?: number } = {}): Promise<string | undefined> {
    const bytes = await this.#read(path, options.maxBytes ?? DEFAULT_MAX_READ_BYTES);
    return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
  }

  async readBytes(path: string): Promise<Uint8Array | undefined> {
    return await this.#read(path, Infinity);
  }

  async readPart(
    path: string,
    { fromByte, maxBytes }: { fromByte: number; maxBytes: number },
  ): Promise<Uint8Array | undefined> {
    return await absentIsUndefined((async () => {
      const target = this.path(path);
      const { isFile, size } = await Deno.lstat(target);
      if (!isFile) throw notAFile(path, "other");
      return await withFile(target, { read: true }, async (file) => {
        await file.seek(fromByte < 0 ? Math.max(0, size + fromByte) : fromByte, Deno.SeekMode.Start);
        return await readUpTo(file, maxBytes);
      });
    })());
  }

  async #read(path: string, maxBytes: number): Promise<Uint8Array | undefined> {
    if (isKernelFile(this.path(path))) {
      const text = await readKernelFile(this.path(path), Math.min(maxBytes, DEFAULT_MAX_READ_BYTES));
      return text === undefined ? undefined : new TextEncoder().encode(text);
    }
    return await absentIsUndefined((async () => {
      await requireFile(path, this.path(path));
      return await withFile(this.path(path), { read: true }, (file) => readUpTo(file, maxBytes));
    })());
  }

  async writeFile(path: string, data: string | Uint8Array, options: { mode: number }): Promise<void> {
    const target = this.path(path);
    const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
    await this.#writing(path, async () => {
      await makeFolders(dirname(target), 0o750);
      await replaceAtomically(target, options.mode, async (file) => await writeAll(file, bytes));
    });
  }

  async appendFile(path: string, data: string, options: { mode: number }): Promise<void> {
    const target = this.path(path);
    await this.#writing(path, async () => {
      await makeFolders(dirname(target), 0o750);
      const isNew = await absentIsUndefined(Deno.lstat(target)) === undefined;
      if (!isNew) await requireFile(path, target);
      await withFile(target, { append: true, create: true, mode: options.mode }, async (file) => {
        const sizeBefore = (await file.stat()).size;
        try {
          await writeAll(file, new TextEncoder().encode(data));
          await file.syncData();
        } catch (error) {
          await file.truncate(sizeBefore).catch(() => {}); // half a record must not stay when the disk is full
          throw error;
        }
      });
      if (isNew) await syncFolder(dirname(target));
    });
  }

  async makeFolder(path: string, options: { mode: number }): Promise<void> {
    await this.#writing(path, async () => {
      await makeFolders(this.path(path), options.mode);
      await Deno.chmod(this.path(path), options.mode);
    });
  }

  async info(path: string): Promise<PathInfo | undefined> {
    const found = await absentIsUndefined(Deno.lstat(this.path(path)));
    if (!found) return undefined;
    return {
      kind: found.isSymlink ? "link" : found.isFile ? "file" : found.isDirectory ? "folder" : "other",
      sizeBytes: found.size,
      mode: (found.mode ?? 0) & 0o7777,
      mtimeMs: found.mtime?.getTime() ?? 0,
      isOurs: found.uid === Deno.uid(),
    };
  }

  async list(path: string): Promise<string[] | undefined> {
    const names: string[] = [];
    try {
      for await (const entry of Deno.readDir(this.path(path))) names.push(entry.name);
    } catch (error) {
      if (isAbsence(error)) return undefined;
      throw error;
    }
    return names.sort();
  }

  async readLink(path: string): Promise<string | undefined> {
    try {
      return await Deno.readLink(this.path(path));
    } catch {
      return undefined;
    }
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#writing(to, async () => {
      await Deno.rename(this.path(from), this.path(to));
      await syncFolder(dirname(this.path(to)));
    });
  }

  async link(from: string, to: string): Promise<boolean> {
    try {
      await Deno.link(this.path(from), this.path(to));
      return true;
    } catch (error) {
      if (error instanceof Deno.errors.AlreadyExists) return false;
      throw error;
    }
  }

  async lockFile(path: string, options: { mode: number }): Promise<FileLock> {
    const target = this.path(path);
    await this.#writing(path, () => makeFolders(dirname(target), 0o750));
    const lock = lockFile(target, options.mode);
    return { ...lock, held: this.#writing(path, () => lock.held) };
  }

  async remove(path: string, options: { recursive?: boolean } = {}): Promise<void> {
    const target = this.path(path);
    if (target === "/" || target === this.root) throw new TypeError("The root is never removed");
    await absentIsUndefined(Deno.remove(target, { recursive: options.recursive ?? false }));
  }

  async sha256(path: string): Promise<string | undefined> {
    return await absentIsUndefined((async () => {
      await requireFile(path, this.path(path));
      const hash = createHash("sha256");
      await withFile(
        this.path(path),
        { read: true },
        (file) => readChunks(file, (it) => void hash.update(it)),
      );
      return hash.digest("hex");
    })());
  }

  async setMode(path: string, mode: number): Promise<void> {
    await this.#writing(path, () => Deno.chmod(this.path(path), mode));
  }

  async copyFile(from: string, to: string, options: { mode: number }): Promise<void> {
    const target = this.path(to);
    await this.#writing(to, async () => {
      await requireFile(from, this.path(from));
      await makeFolders(dirname(target), 0o755);
      await replaceAtomically(target, options.mode, async (file) => {
        await withFile(this.path(from), { read: true }, async (source) => {
          await readChunks(source, (chunk) => writeAll(file, chunk));
        });
      });
    });
  }

  async writeStream(path: string, body: ReadableStream<Uint8Array>, options: StreamOptions): Promise<number> {
    let lost: { error: unknown } | undefined; // the source's own failure is not a failure of the disk
    const source = noticing(body, (error) => lost = { error });
    const files = { path, target: this.path(path), part: this.path(partPath(path, options.key)) };
    return await this.#writing(path, async () => {
      await makeFolders(dirname(files.target), 0o755);
      const totalBytes = await writePart(files, source, options);
      await syncFolder(dirname(files.target));
      return totalBytes;
    }).catch((error) => {
      throw lost === undefined ? error : lost.error;
    });
  }

  async measureSync(
    folder: string,
    options: { bytes: number; writes: number; limitMs: number; signal?: AbortSignal },
  ): Promise<number[]> {
    return await this.#writing(folder, () => measureSync(this.path(folder), options));
  }

  async watchFolder(path: string, onChange: (name: string) => void, signal: AbortSignal): Promise<boolean> {
    const folder = this.path(path);
    let watcher: Deno.FsWatcher;
    try {
      watcher = Deno.watchFs(folder, { recursive: false });
    } catch {
      return false; // absent, or no watches left: the caller looks from time to time
    }
    const close = () => watcher.close();
    signal.addEventListener("abort", close, { once: true });
    if (signal.aborted) close();
    try {
      for await (const { kind, paths } of watcher) {
        // Reading is told too, and who reads on every event would never end.
        if (kind === "access") continue;
        for (const it of paths) {
          if (it === folder && kind === "remove") return false;
          if (dirname(it) === folder) onChange(basename(it));
        }
      }
      return signal.aborted;
    } finally {
      signal.removeEventListener("abort", close); // leaving the loop has closed it
    }
  }

  async run(argv: readonly [string, ...string[]], options: RunOptions = {}): Promise<CommandResult> {
    const program = await this.#findProgram(argv[0]);
    const below = PROGRAM_FOLDERS.map((folder) => this.path(folder));
    const searchPath = this.root === "/" ? below : [...below, ...PROGRAM_FOLDERS];
    return await runCommand(program, argv.slice(1), { ...options, searchPath: searchPath.join(":") });
  }

  async #writing<T>(path: string, act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (cause) {
      if (cause instanceof AgentError) throw cause;
      const isFull = /ENOSPC|os error 28|No space left/.test(errorText(cause));
      if (isFull) this.#onNoSpace(path);
      throw new AgentError(
        "STATE_WRITE_FAILED",
        `Cannot write "${path}": ${isFull ? "the disk is full" : reasonOf(cause)}`,
        {
          hint: isFull
            ? "Free space (sudo journalctl --vacuum-size=200M) or enlarge the disk, then try again"
            : `See whether the disk can be written (findmnt -no OPTIONS /) and to whom the folder belongs (ls -ld "${
              dirname(path)
            }")`,
          cause,
        },
      );
    }
  }

  async #findProgram(name: string): Promise<string> {
    if (name.includes("/")) return this.path(name);
    for (const folder of PROGRAM_FOLDERS) {
      const candidate = this.path(`${folder}/${name}`);
      const found = await absentIsUndefined(Deno.stat(candidate));
      if (found?.isFile) return candidate;
    }
    throw new AgentError("COMMAND_FAILED", `Cannot find the program "${name}"`, {
      hint: `Install the package that brings it; this names it: /usr/lib/command-not-found ${name}`,
    });
  }
}

/** Why a system call failed, without the paths that Deno adds: the message has named its own already. */
function reasonOf(error: unknown): string {
  const text = errorText(error);
  return /^[^()]*\(os error \d+\)/.exec(text)?.[0] ?? text;
}

async function replaceAtomically(
  target: string,
  mode: number,
  fill: (file: Deno.FsFile) => Promise<void>,
): Promise<void> {
  const temporary = `${target}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    await withFile(temporary, { write: true, createNew: true, mode }, async (file) => {
      await fill(file);
      await Deno.chmod(temporary, mode); // independent of the umask
      await file.sync();
      await Deno.rename(temporary, target);
    });
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw error;
  }
  await syncFolder(dirname(target));
}

async function syncFolder(path: string): Promise<void> {
  await withFile(path, { read: true }, (folder) => folder.sync());
}

async function absentIsUndefined<T>(pending: Promise<T>): Promise<T | undefined> {
  try {
    return await pending;
  } catch (error) {
    if (isAbsence(error)) return undefined;
    throw error;
  }
}

function isAbsence(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory;
}

async function readUpTo(file: Deno.FsFile, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let total = 0;
  while (total < maxBytes) {
    const chunk = new Uint8Array(Math.min(65_536, maxBytes - total));
    const count = await file.read(chunk);
    if (count === null) break;
    chunks.push(chunk.subarray(0, count));
    total += count;
  }
  return concat(chunks, total);
}

function concat(chunks: readonly Uint8Array[], total: number): Uint8Array {
  const bytes = new Uint8Array(total);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}
