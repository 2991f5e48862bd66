/** How one program run ended. */
export interface CommandResult {
  /** Exit code; 128 + n when signal n ended it. */
  code: number;
  /** Decoded output, each stream cut to its last `maxOutputBytes`. */
  stdout: string;
  stderr: string;
}

/** Options of {@link Host.run}. */
export interface RunOptions {
  /** Added to a small fixed environment (PATH, LANG); nothing else of our own environment is handed on. */
  env?: Record<string, string>;
  /** Written to standard input, which is empty otherwise. */
  stdin?: string;
  /** The whole process group is killed after this long; default 60,000. */
  timeoutMs?: number;
  signal?: AbortSignal;
  /** File mode mask that the program starts with; default: ours, which keeps everything private. @see umask(2) */
  umask?: number;
  /** Called for every complete line as it arrives. */
  onLine?: (line: string, stream: "stdout" | "stderr") => void;
  /** Called with each piece of standard output, and awaited: a program that says much waits. Nothing of it is kept then. */
  onChunk?: (bytes: Uint8Array) => void | Promise<void>;
  /** Kept per stream, from the end; default 65,536. */
  maxOutputBytes?: number;
}

/** Options of {@link Host.writeStream}. */
export interface StreamOptions {
  mode: number;
  maxBytes: number;
  /** Checksum of the whole file, also of what an earlier call wrote. Throws to refuse it. */
  verify: (sha256: string) => void;
  /** Tells parts of different files apart; letters and digits. */
  key: string;
  /** The part is kept up to here and written on; 0 = from the start. */
  fromByte?: number;
  onBytes?: (bytes: number) => void;
}

/** Where a stream to `path` lies until it is complete: in the same folder, so that it can be renamed. */
export function partPath(path: string, key: string): string {
  const slash = path.lastIndexOf("/") + 1;
  return `${path.slice(0, slash)}.${path.slice(slash)}.${key}.part`;
}

/** What a path is. */
export interface PathInfo {
  kind: "file" | "folder" | "link" | "other";
  sizeBytes: number;
  /** Permission bits only. */
  mode: number;
  mtimeMs: number;
  /** Whether it belongs to the user that the agent runs as: root, on an appliance. */
  isOurs: boolean;
}

/** A lock on a file: asked for, held, or given back. */
export interface FileLock {
  /** Resolves when the lock is held, or when a wait that was given up has ended. Pending while another holds it. */
  readonly held: Promise<void>;
  /** Replaces the text of the file, for whoever wants to know who holds it. @throws {TypeError} when it is not held. */
  write(text: string): Promise<void>;
  /** Gives the lock back and removes the file, or gives up waiting for it. */
  release(): Promise<void>;
}

/**
 * Files and programs of the machine that the agent looks after.
 *
 * - Every path is absolute as on an appliance ("/etc/os-release"); a host whose root is not "/" keeps it below that root.
 * - `run` takes argv only. A bare name ("systemctl") is looked up in the standard folders below the root.
 * - Only files are read, copied and appended to: a folder, pipe, socket or device is STATE_DAMAGED, and is never opened.
 * - Writes are atomic and durable: temporary file, fsync, rename, fsync of the folder.
 */
export interface Host {
  /** Where "/" of the appliance lies on this machine. */
  readonly root: string;
  /** The real location of an appliance path. */
  path(path: string): string;
  /** The text of a file; `undefined` when it does not exist. Reads at most `maxBytes` (default 16 MiB). */
  readText(path: string, options?: { maxBytes?: number }): Promise<string | undefined>;
  readBytes(path: string): Promise<Uint8Array | undefined>;
  /**
   * At most `maxBytes` of a file from a byte on, which counts from the end where it is negative; empty behind the end, `undefined`
   * when the file does not exist. Does not follow a final link.
   */
  readPart(path: string, part: { fromByte: number; maxBytes: number }): Promise<Uint8Array | undefined>;
  /** Replaces a file atomically; folders are made as needed (0750). @throws {AgentError} STATE_WRITE_FAILED, the old content stays. */
  writeFile(path: string, data: string | Uint8Array, options: { mode: number }): Promise<void>;
  /** Appends one durable record (write + fsync). The file is made with `mode` when absent. */
  appendFile(path: string, data: string, options: { mode: number }): Promise<void>;
  makeFolder(path: string, options: { mode: number }): Promise<void>;
  /** `undefined` when nothing is there. Does not follow a final link. */
  info(path: string): Promise<PathInfo | undefined>;
  /** Names in a folder, sorted; `undefined` when it does not exist. */
  list(path: string): Promise<string[] | undefined>;
  /** Target of a symbolic link; `undefined` when it is none. */
  readLink(path: string): Promise<string | undefined>;
  rename(from: string, to: string): Promise<void>;
  /** Hard link; false when `to` exists. */
  link(from: string, to: string): Promise<boolean>;
  /** Asks for the one lock of a file, which the kernel gives back when the process ends, however it ends. @see flock(2) */
  lockFile(path: string, options: { mode: number }): Promise<FileLock>;
  /** No error when nothing is there. */
  remove(path: string, options?: { recursive?: boolean }): Promise<void>;
  /** Lower-case hex sha256 of a file, read in pieces; `undefined` when it does not exist. */
  sha256(path: string): Promise<string | undefined>;
  /** Sets the permission bits of what exists. */
  setMode(path: string, mode: number): Promise<void>;
  /** Copies a file in pieces, as atomically as {@link writeFile}. @throws {AgentError} STATE_WRITE_FAILED */
  copyFile(from: string, to: string, options: { mode: number }): Promise<void>;
  /**
   * Writes a stream to {@link partPath} and renames it to `path` once `verify` has returned. When the stream breaks off the
   * part stays, so that a later call may go on from its end; what `verify` refuses is removed. Gives the bytes of the whole file.
   */
  writeStream(path: string, body: ReadableStream<Uint8Array>, options: StreamOptions): Promise<number>;
  /**
   * How long each of at most `writes` writes takes until it lies on the disk, in ms, for at most `limitMs` in all. They go to a
   * file in `folder` that has lost its name before the first of them, so that nothing stays, however this ends.
   */
  measureSync(
    folder: string,
    options: { bytes: number; writes: number; limitMs: number; signal?: AbortSignal },
  ): Promise<number[]>;
  /**
   * Calls `onChange` with the name of each entry of a folder that is made, written, renamed or removed, until the signal aborts.
   * Watches as soon as it is called. Gives false where the folder cannot be watched, or no longer: it is not there, or the
   * machine has no watches left (fs.inotify.max_user_watches). Never throws.
   */
  watchFolder(path: string, onChange: (name: string) => void, signal: AbortSignal): Promise<boolean>;
  /**
   * Runs a program to its end.
   * @throws {AgentError} COMMAND_FAILED when it cannot be started, COMMAND_TIMEOUT when it took too long. A non-zero exit
   * code is a result, not an error.
   */
  run(argv: readonly [string, ...string[]], options?: RunOptions): Promise<CommandResult>;
}
