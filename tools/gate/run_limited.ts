import { endMarked } from "./left_running.ts";
import type { CommandLine } from "./part.ts";

/** How a command ended. */
export interface Ended {
  code: number;
  /** It was stopped because its time was over. */
  isTimedOut: boolean;
  /** Its standard output. */
  stdout: string;
  /** Processes that it left running; they were ended. */
  leftRunning: string[];
}

/** Time between asking a command to end and ending it. */
const GRACE_MS = 5_000;
/** How long output is awaited once the command has ended: a process out of sight may hold the pipe for ever. */
const DRAIN_MS = 2_000;

/** The niceness of what is polite: a tenth of what another has that wants the same processor. */
const POLITE = 10;

/** Every run has a mark of its own, so that nothing of another gate is ended. */
let runs = 0;

/** Runs a command without standard input, in a session of its own, and leaves nothing of it behind. */
export async function runLimited(
  [program, ...args]: CommandLine,
  options: {
    cwd: string;
    limitMs: number;
    /** Stops the command before its time. */
    signal?: AbortSignal;
    /** Gets both streams in the order of arrival; what is given ends with a line. */
    onText?: (text: string) => void;
    graceMs?: number;
    drainMs?: number;
    /** It takes what the others leave of the processors. */
    isPolite?: boolean;
  },
): Promise<Ended> {
  const { cwd, limitMs, signal, onText = () => {}, graceMs = GRACE_MS, drainMs = DRAIN_MS } = options;
  const key = "ALGA_GATE_PART";
  const mark = `${key}=${Deno.pid}-${++runs}-${crypto.randomUUID()}`;
  const child = new Deno.Command("setpriv", {
    args: [
      "--pdeathsig",
      "KILL",
      ...(options.isPolite ? ["nice", "-n", `${POLITE}`] : []),
      program,
      ...args,
    ],
    cwd,
    env: { [key]: mark.slice(key.length + 1) },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    detached: true,
  }).spawn();
  if (options.isPolite) giveWay(child.pid);
  let stdout = "";
  let last = "";
  const show = (text: string) => {
    last = text;
    onText(text);
  };
  const readers = [child.stdout.getReader(), child.stderr.getReader()] as const;
  const drained = Promise.all([
    read(readers[0], (text) => {
      stdout += text;
      show(text);
    }),
    read(readers[1], show),
  ]);
  let isTimedOut = false;
  let killer: ReturnType<typeof setTimeout> | undefined;
  const stop = () => {
    killGroup(child.pid, "SIGTERM");
    killer = setTimeout(() => {
      killGroup(child.pid, "SIGKILL");
      endMarked(mark);
    }, graceMs);
  };
  const limit = setTimeout(() => {
    isTimedOut = true;
    stop();
  }, limitMs);
  signal?.addEventListener("abort", stop, { once: true });
  if (signal?.aborted) stop();
  const { code } = await child.status;
  clearTimeout(limit);
  clearTimeout(killer);
  signal?.removeEventListener("abort", stop);
  const left = endMarked(mark);
  let drain: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<void>((resolve) => drain = setTimeout(resolve, drainMs));
  await Promise.race([drained, timeout]);
  clearTimeout(drain);
  for (const it of readers) await it.cancel();
  if (last !== "" && !last.endsWith("\n")) onText("\n");
  // What a stopped command leaves is not a surprise.
  const leftRunning = isTimedOut || signal?.aborted ? [] : left.map((it) => `${it.pid} ${it.command}`);
  return { code, isTimedOut, stdout, leftRunning };
}

/**
 * Makes a whole session polite. Where the kernel groups processes by session, each group has the same share of the processors,
 * and niceness counts only within it. @see sched(7), "The autogroup feature"
 */
function giveWay(leader: number): void {
  try {
    Deno.writeTextFileSync(`/proc/${leader}/autogroup`, `${POLITE}`, { create: false });
  } catch {
    // This kernel does not group them, or the command has ended.
  }
}

/** Takes what comes until the stream ends or its reader is told to stop. */
async function read(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  take: (text: string) => void,
): Promise<void> {
  const decoder = new TextDecoder();
  for (let it = await reader.read(); !it.done; it = await reader.read()) {
    take(decoder.decode(it.value, { stream: true }));
  }
}

function killGroup(pid: number, signal: Deno.Signal): void {
  try {
    Deno.kill(-pid, signal);
  } catch {
    // It has ended by itself.
  }
}
