import { createHash } from "node:crypto";
import { AgentError } from "../../agent/error.ts";
import {
  type CommandResult,
  type FileLock,
  type Host,
  partPath,
  type PathInfo,
  type RunOptions,
  type StreamOptions,
} from "../../agent/host/host.ts";
import { notAFile } from "../../agent/host/require_file.ts";

/** What a command does: a result, or a function of its arguments. */
export type FakeCommand =
  | Partial<CommandResult>
  | ((
    args: readonly string[],
    options: RunOptions,
  ) => Partial<CommandResult> | Promise<Partial<CommandResult>>);

interface FakeFile {
  bytes: Uint8Array;
  mode: number;
  mtimeMs?: number;
}

/** Files in a map, commands from a table, and a record of everything that was changed or run. */
export class FakeHost implements Host {
  readonly root = "/";
  readonly files = new Map<string, FakeFile>();
  readonly folders = new Map<string, number>();
  readonly links = new Map<string, string>();
  /** Pipes, sockets and devices. */
  readonly others = new Set<string>();
  /** When each held lock is given back. */
  readonly #locks = new Map<string, Promise<void>>();
  /** By program name or path. */
  readonly commands = new Map<string, FakeCommand>();
  /** Every change and command in order, as one line each ("write /a 600", "run ip -j addr show"). */
  readonly record: string[] = [];
  readonly #watches = new Set<
    { path: string; onChange: (name: string) => void; end: PromiseWithResolvers<boolean> }
  >();
  /** Set to make every write fail, as on a full disk. */
  writeError: string | undefined;
  /** What measureSync() measures. */
  syncMs: number[] = Array.from({ length: 100 }, () => 1);
  /** Whether a path belongs to the user of the agent. */
  isOurs: (path: string) => boolean = () => true;
  /** When files are written, for tests that look at it. */
  nowMs = () => 0;

  constructor(files: Record<string, string> = {}, commands: Record<string, FakeCommand> = {}) {
    for (const [path, text] of Object.entries(files)) this.put(path, text);
    for (const [name, command] of Object.entries(commands)) this.commands.set(name, command);
  }

  /** Places a file without recording it. */
  put(path: string, text: string | Uint8Array, mode = 0o644): void {
    this.files.set(path, {
      bytes: typeof text === "string" ? new TextEncoder().encode(text) : text,
      mode,
      mtimeMs: this.nowMs(),
    });
    this.#tell(path);
  }

  watchFolder(path: string, onChange: (name: string) => void, signal: AbortSignal): Promise<boolean> {
    if (!this.#isFolder(path)) return Promise.resolve(false);
    const watch = { path, onChange, end: Promise.withResolvers<boolean>() };
    this.#watches.add(watch);
    signal.addEventListener("abort", () => watch.end.resolve(true), { once: true });
    return watch.end.promise.finally(() => this.#watches.delete(watch));
  }

  #tell(path: string): void {
    const at = path.lastIndexOf("/");
    for (const it of this.#watches) {
      if (it.path === path && !this.#isFolder(path)) it.end.resolve(false);
      else if (it.path === path.slice(0, at)) it.onChange(path.slice(at + 1));
    }
  }

  path(path: string): string {
    if (!path.startsWith("/")) throw new TypeError(`Not an absolute path: "${path}"`);
    return path;
  }

  async readText(path: string, options: { maxBytes?: number } = {}): Promise<string | undefined> {
    const bytes = await this.readBytes(path);
    return bytes && new TextDecoder().decode(bytes.subarray(0, options.maxBytes));
  }

  readBytes(path: string): Promise<Uint8Array | undefined> {
    const file = this.files.get(path);
    if (!file && this.others.has(path)) return Promise.reject(notAFile(path, "other"));
    if (!file && this.#isFolder(path)) return Promise.reject(notAFile(path, "folder"));
    return Promise.resolve(file?.bytes);
  }

  async readPart(
    path: string,
    { fromByte, maxBytes }: { fromByte: number; maxBytes: number },
  ): Promise<Uint8Array | undefined> {
    if (this.links.has(path)) throw notAFile(path, "other");
    const bytes = await this.readBytes(path);
    const from = fromByte < 0 ? Math.max(0, (bytes?.length ?? 0) + fromByte) : fromByte;
    return bytes?.slice(from, from + maxBytes);
  }

  async writeFile(path: string, data: string | Uint8Array, options: { mode: number }): Promise<void> {
    await this.#change(`write ${path} ${options.mode.toString(8)}`);
    this.put(path, data, options.mode);
  }

  async appendFile(path: string, data: string, options: { mode: number }): Promise<void> {
    await this.#change(`append ${path}`);
    const old = await this.readBytes(path);
    const mode = this.files.get(path)?.mode ?? options.mode;
    this.put(path, (old ? new TextDecoder().decode(old) : "") + data, mode);
  }

  async makeFolder(path: string, options: { mode: number }): Promise<void> {
    await this.#change(`folder ${path} ${options.mode.toString(8)}`);
    this.folders.set(path, options.mode);
  }

  info(path: string): Promise<PathInfo | undefined> {
    const file = this.files.get(path);
    if (file) {
      return Promise.resolve({
        kind: "file",
        sizeBytes: file.bytes.length,
        mode: file.mode,
        mtimeMs: file.mtimeMs ?? 0,
        isOurs: this.isOurs(path),
      });
    }
    const empty = { sizeBytes: 0, mtimeMs: 0, isOurs: this.isOurs(path) };
    if (this.links.has(path)) return Promise.resolve({ kind: "link", mode: 0o777, ...empty });
    if (this.others.has(path)) return Promise.resolve({ kind: "other", mode: 0o600, ...empty });
    if (!this.#isFolder(path)) return Promise.resolve(undefined);
    return Promise.resolve({ kind: "folder", mode: this.folders.get(path) ?? 0o755, ...empty });
  }

  list(path: string): Promise<string[] | undefined> {
    if (!this.#isFolder(path)) return Promise.resolve(undefined);
    const prefix = path.endsWith("/") ? path : `${path}/`;
    const names = [...this.files.keys(), ...this.folders.keys(), ...this.links.keys(), ...this.others]
      .filter((it) => it.startsWith(prefix)).map((it) => it.slice(prefix.length).split("/")[0] ?? "");
    return Promise.resolve([...new Set(names)].sort());
  }

  readLink(path: string): Promise<string | undefined> {
    return Promise.resolve(this.links.get(path));
  }

  async rename(from: string, to: string): Promise<void> {
    if (!await this.info(from)) {
      throw new AgentError("STATE_WRITE_FAILED", `Cannot write "${to}": "${from}" does not exist`);
    }
    await this.#change(`rename ${from} ${to}`);
    const renamed = (path: string) =>
      path === from || path.startsWith(`${from}/`) ? to + path.slice(from.length) : undefined;
    for (const map of [this.files, this.folders, this.links] as Map<string, unknown>[]) {
      for (const [path, value] of [...map]) {
        const name = renamed(path);
        if (name !== undefined && map.delete(path)) map.set(name, value);
      }
    }
    if (this.others.delete(from)) this.others.add(to);
    this.#tell(from);
    this.#tell(to);
  }

  async link(from: string, to: string): Promise<boolean> {
    const file = this.files.get(from);
    if (!file) throw new Deno.errors.NotFound(from);
    if (this.files.has(to)) return false;
    await this.#change(`link ${from} ${to}`);
    this.files.set(to, file);
    return true;
  }

  async lockFile(path: string, { mode }: { mode: number }): Promise<FileLock> {
    await this.#change(`lock ${path}`);
    const over = Promise.withResolvers<void>();
    let isHeld = false;
    let isReleased = false;
    const held = (async () => {
      for (let before = this.#locks.get(path); before; before = this.#locks.get(path)) await before;
      if (isReleased) return;
      isHeld = true;
      this.#locks.set(path, over.promise);
      this.put(path, "", mode);
    })();
    return {
      held,
      write: (text) => {
        if (!isHeld) return Promise.reject(new TypeError("The lock is not held"));
        this.put(path, text, mode);
        return Promise.resolve();
      },
      release: () => {
        if (isHeld) {
          this.#locks.delete(path);
          this.files.delete(path);
        }
        isHeld = false;
        isReleased = true;
        over.resolve();
        return Promise.resolve();
      },
    };
  }

  async remove(path: string, options: { recursive?: boolean } = {}): Promise<void> {
    await this.#change(`remove ${path}`);
    this.files.delete(path);
    this.folders.delete(path);
    this.links.delete(path);
    this.others.delete(path);
    for (const map of options.recursive ? [this.files, this.folders, this.links] : []) {
      for (const key of [...map.keys()]) if (key.startsWith(`${path}/`)) map.delete(key);
    }
    this.#tell(path);
  }

  async sha256(path: string): Promise<string | undefined> {
    const bytes = await this.readBytes(path);
    return bytes && createHash("sha256").update(bytes).digest("hex");
  }

  async setMode(path: string, mode: number): Promise<void> {
    await this.#change(`mode ${path} ${mode.toString(8)}`);
    const file = this.files.get(path);
    if (file) file.mode = mode;
    else this.folders.set(path, mode);
  }

  async copyFile(from: string, to: string, options: { mode: number }): Promise<void> {
    const file = this.files.get(from);
    if (!file) throw new AgentError("STATE_WRITE_FAILED", `Cannot write "${to}": "${from}" does not exist`);
    await this.#change(`copy ${from} ${to}`);
    this.put(to, file.bytes, options.mode);
  }

  async writeStream(path: string, body: ReadableStream<Uint8Array>, options: StreamOptions): Promise<number> {
    const part = partPath(path, options.key);
    let bytes = this.files.get(part)?.bytes.slice(0, options.fromByte ?? 0) ?? new Uint8Array();
    this.put(part, bytes, 0o600);
    for await (const chunk of body) {
      bytes = new Uint8Array([...bytes, ...chunk]);
      if (bytes.length > options.maxBytes) {
        this.files.delete(part);
        throw new AgentError("DOWNLOAD_FAILED", `"${path}" would be larger than ${options.maxBytes} bytes`);
      }
      this.put(part, bytes, 0o600);
      options.onBytes?.(bytes.length);
    }
    this.files.delete(part);
    options.verify(createHash("sha256").update(bytes).digest("hex"));
    await this.writeFile(path, bytes, options);
    return bytes.length;
  }

  async measureSync(folder: string, { writes }: { writes: number }): Promise<number[]> {
    await this.#change(`measure ${folder}`);
    return this.syncMs.slice(0, writes);
  }

  async run(argv: readonly [string, ...string[]], options: RunOptions = {}): Promise<CommandResult> {
    this.record.push(`run ${argv.join(" ")}`);
    const [name, ...args] = argv;
    const command = this.commands.get(argv.join(" ")) ?? this.commands.get(name);
    if (!command) throw new AgentError("COMMAND_FAILED", `Cannot find the program "${name}"`);
    const result = typeof command === "function" ? await command(args, options) : command;
    const whole = { code: 0, stdout: "", stderr: "", ...result };
    if (options.onChunk === undefined) return whole;
    await options.onChunk(new TextEncoder().encode(whole.stdout));
    return { ...whole, stdout: "" };
  }

  #isFolder(path: string): boolean {
    const prefix = path.endsWith("/") ? path : `${path}/`;
    return this.folders.has(path) ||
      [...this.files.keys(), ...this.folders.keys(), ...this.links.keys(), ...this.others].some((it) =>
        it.startsWith(prefix)
      );
  }

  #change(what: string): Promise<void> {
    if (this.writeError !== undefined) {
      return Promise.reject(new AgentError("STATE_WRITE_FAILED", `Cannot ${what}: ${this.writeError}`));
    }
    this.record.push(what);
    return Promise.resolve();
  }
}
