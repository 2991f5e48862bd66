import { gzipSync } from "node:zlib";
import { MAX_LINE_CHARS } from "../../../agent/logs/log_line.ts";
import type { FakeHost } from "../../fakes/fake_host.ts";
import type { Random } from "../../fakes/random.ts";

export const FOLDER = "/var/log/pods/msp_db-0_0b1c/db";

/** Writes a container's log as containerd does, and treats its files as the kubelet does. */
export class PodLogWriter {
  /** Every line that the program has said, in order. */
  readonly said: string[] = [];
  #restart = 0;
  #rotations = 0;
  #ms = Date.parse("2026-11-21T12:00:00.000Z");

  constructor(readonly host: FakeHost, readonly folder = FOLDER) {}

  get path(): string {
    return `${this.folder}/${this.#restart}.log`;
  }

  /** Moves the clock, also back, as when it is set. */
  pass(ms: number): void {
    this.#ms += ms;
  }

  append(text: string): void {
    const before = this.host.files.get(this.path)?.bytes ?? new Uint8Array();
    const more = new TextEncoder().encode(text);
    const all = new Uint8Array(before.length + more.length);
    all.set(before);
    all.set(more, before.length);
    this.host.put(this.path, all);
  }

  stamp(): string {
    const nanos = String(this.said.length % 1_000_000).padStart(6, "0");
    return `${new Date(this.#ms).toISOString().slice(0, 23)}${nanos}Z`;
  }

  /** One line of the program, in so many pieces. */
  say(text: string, { pieces = 1, stream = "stdout" } = {}): void {
    this.said.push(text.slice(0, MAX_LINE_CHARS));
    const size = Math.ceil(text.length / pieces);
    for (let i = 0; i < pieces; i++) {
      const tag = i < pieces - 1 ? "P" : "F";
      this.append(`${this.stamp()} ${stream} ${tag} ${text.slice(i * size, (i + 1) * size)}\n`);
    }
  }

  /** The kubelet moves the log aside; the next line makes a new file. */
  rotate(): void {
    const file = this.host.files.get(this.path);
    if (!file) return;
    this.#rotations++;
    const stamp = `20261121-${String(120_000 + this.#rotations)}`;
    this.host.files.delete(this.path);
    this.host.files.set(`${this.path}.${stamp}`, file);
  }

  /** Compresses all that was moved aside but the newest, as the kubelet does. */
  compress(): void {
    for (const path of this.#rotated().filter((it) => !it.endsWith(".gz")).slice(0, -1)) {
      const bytes = this.host.files.get(path)?.bytes ?? new Uint8Array();
      this.host.put(`${path}.gz`, gzipSync(bytes));
      this.host.files.delete(path);
    }
  }

  restart(): void {
    this.#restart++;
  }

  /** Something happens that must not be noticed by a reader. */
  happen(random: Random): void {
    switch (random.below(6)) {
      case 0:
        return this.rotate();
      case 1:
        this.rotate();
        return this.compress();
      case 2:
        return this.restart();
      case 3:
        return this.pass(random.below(20) - 5);
      default:
        return this.talk(random, random.below(12));
    }
  }

  talk(random: Random, lines: number): void {
    for (let i = 0; i < lines; i++) {
      const text = `line ${this.said.length} ${"x".repeat(random.below(200))}`;
      this.say(text, { pieces: random.below(5) === 0 ? 3 : 1, stream: random.pick(["stdout", "stderr"]) });
      if (random.below(3) === 0) this.pass(1);
    }
  }

  #rotated(): string[] {
    return [...this.host.files.keys()].filter((it) => /\.log\.\d/.test(it)).sort();
  }
}
