import { basename, dirname } from "node:path";
import { IsoError } from "../../iso_error.ts";
import { runProgram } from "../../run_program.ts";
import { replayJournal } from "./replay_journal.ts";
import { readSuperblock } from "./superblock.ts";

/** A file, folder or link in a folder. */
export interface Entry {
  name: string;
  kind: "file" | "folder" | "other";
}

/**
 * An ext4 file system within the file of a disk, read and changed by e2fsprogs: no root, no loop device, no mounting.
 * @see https://man7.org/linux/man-pages/man8/debugfs.8.html
 */
export class Ext4 {
  readonly #disk: string;
  readonly #offset: number;
  readonly #place: string;
  readonly #env: Record<string, string>;
  readonly #nowSec: number;

  /** Every time that is written is `now`, so that the same disk gives the same image. */
  constructor(disk: string, offset: number, now: Date) {
    this.#disk = disk;
    this.#offset = offset;
    this.#place = `${disk}?offset=${offset}`;
    this.#nowSec = Math.floor(now.getTime() / 1000);
    const seconds = String(this.#nowSec);
    this.#env = { E2FSCK_TIME: seconds, E2FSPROGS_FAKE_TIME: seconds, SOURCE_DATE_EPOCH: seconds, TZ: "UTC" };
  }

  /** What is in each of some folders; one that is not there has no entry. */
  async list(folders: readonly string[]): Promise<Map<string, Entry[]>> {
    const found = new Map<string, Entry[]>();
    if (folders.length === 0) return found;
    const { output } = await this.#debugfs(folders.map((it) => `ls -p ${quote(it)}`), { writes: false });
    let entries: Entry[] = [];
    let i = -1;
    for (const line of output.split("\n")) {
      if (line.startsWith("debugfs: ls -p ")) {
        entries = [];
        i++;
        continue;
      }
      if (line === "" || line.startsWith("debugfs: ")) continue;
      const [, mode, name] = /^\/\d+\/(\d{6})\/\d+\/\d+\/([^/]+)\/\d*\/$/.exec(line) ?? [];
      const folder = folders[i];
      if (mode === undefined || name === undefined || folder === undefined) {
        throw new IsoError(`A file in "${folder}" of the disk has a name that cannot be read`, RENAME);
      }
      found.set(folder, entries);
      if (name === "." || name === "..") continue;
      const kind = mode.startsWith("04") ? "folder" : mode.startsWith("10") ? "file" : "other";
      entries.push({ name, kind });
    }
    return found;
  }

  /** Text of a file; `undefined` if it is not there. */
  async readText(path: string): Promise<string | undefined> {
    const folder = dirname(path);
    const entries = (await this.list([folder])).get(folder) ?? [];
    if (!entries.some((it) => it.name === basename(path) && it.kind === "file")) return undefined;
    return await runProgram("debugfs", ["-R", `cat ${quote(path)}`, this.#place], { env: this.#env });
  }

  /** Carries out commands of debugfs(8). @throws {IsoError} If one of them says anything. */
  async change(commands: readonly string[]): Promise<void> {
    const now = `set_current_time @${this.#nowSec}`;
    const { problems } = await this.#debugfs([now, ...commands], { writes: true });
    if (problems.length === 0) return;
    throw new IsoError(`The disk cannot be changed: ${problems.slice(0, 3).join("; ")}`, DAMAGED);
  }

  /** Takes up what a machine that was switched off has left in the journal, and proves the whole. @throws {IsoError} If it is damaged. */
  async check(): Promise<void> {
    const superblock = await readSuperblock(this.#disk, this.#offset);
    if (superblock?.needsReplay) {
      await replayJournal({ disk: this.#disk, offset: this.#offset, bytes: superblock.bytes }, this.#env);
    }
    // 1: something was put right; twice in a row would be damage.
    const options = { env: this.#env, isSuccess: (code: number) => code <= 1 };
    await runProgram("e2fsck", ["-f", "-y", this.#place], options);
    await runProgram("e2fsck", ["-f", "-n", this.#place], { env: this.#env });
  }

  /** Ranges of blocks in which nothing lies, the last of each included. */
  async freeBlocks(): Promise<[from: number, to: number][]> {
    const said = await runProgram("dumpe2fs", [this.#place], { env: this.#env });
    return [...said.matchAll(/^ {2}Free blocks: (.+)$/gm)].flatMap(([, list = ""]) =>
      list.split(", ").map((it): [number, number] => {
        const [from = NaN, to = from] = it.split("-").map(Number);
        return [from, to];
      })
    );
  }

  async #debugfs(commands: readonly string[], { writes }: { writes: boolean }) {
    const script = await Deno.makeTempFile({ prefix: "alga-debugfs-" });
    const problems: string[] = [];
    try {
      await Deno.writeTextFile(script, commands.map((it) => `${it}\n`).join(""));
      const args = [...writes ? ["-w"] : [], "-f", script, this.#place];
      const output = await runProgram("debugfs", args, {
        env: this.#env,
        onLine: (line) => {
          if (line !== "" && !/^debugfs \d/.test(line)) problems.push(line);
        },
      });
      return { output, problems };
    } finally {
      await Deno.remove(script);
    }
  }
}

const RENAME = "Remove that file on the machine, and take its disk again";
const DAMAGED = "Check the file system on the machine, and take its disk again";

/** A path as a word of a command. @throws {IsoError} If no word can hold it. */
export function quote(path: string): string {
  // deno-lint-ignore no-control-regex
  if (/[\u0000-\u001f\u007f]/.test(path)) {
    throw new IsoError(
      `A file of the disk has a name that cannot be handled: ${JSON.stringify(path)}`,
      RENAME,
    );
  }
  return `"${path.replaceAll('"', '""')}"`;
}
