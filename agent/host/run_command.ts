import { AgentError, errorText } from "../error.ts";
import type { CommandResult, RunOptions } from "./host.ts";

const DEFAULT_TIMEOUT_MS = 60_000;
const DEFAULT_MAX_OUTPUT_BYTES = 65_536;

/** Longest line handed to `onLine`; a longer one arrives in pieces. */
const MAX_LINE_CHARS = 16_384;

/**
 * Runs one program in a process group of its own, so that a time-out ends its children too.
 * @throws {AgentError} COMMAND_FAILED when it cannot be started, COMMAND_TIMEOUT, CANCELLED.
 */
export async function runCommand(
  program: string,
  args: readonly string[],
  options: RunOptions & { searchPath: string },
): Promise<CommandResult> {
  const name = program.slice(program.lastIndexOf("/") + 1);
  if (options.signal?.aborted) throw cancelled(name);
  const child = start(program, args, options);

  let ended: "timeout" | "cancelled" | undefined;
  const over = new AbortController();
  const end = (why: "timeout" | "cancelled") => {
    ended ??= why;
    killGroup(child.pid);
    over.abort(); // a grandchild in a group of its own lives on and may hold the pipes
  };
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const timer = setTimeout(() => end("timeout"), timeoutMs);
  const onAbort = () => end("cancelled");
  options.signal?.addEventListener("abort", onAbort, { once: true });

  try {
    const maxBytes = options.maxOutputBytes ?? DEFAULT_MAX_OUTPUT_BYTES;
    const [stdout, stderr, status] = await Promise.all([
      options.onChunk ? handOn(child.stdout, over.signal, options.onChunk) : readTail(
        child.stdout,
        over.signal,
        maxBytes,
        options.onLine && ((line) => options.onLine?.(line, "stdout")),
      ),
      readTail(
        child.stderr,
        over.signal,
        maxBytes,
        options.onLine && ((line) => options.onLine?.(line, "stderr")),
      ),
      child.status,
      options.stdin === undefined ? undefined : feed(child.stdin, over.signal, options.stdin),
    ]);
    if (ended === "timeout") {
      throw new AgentError(
        "COMMAND_TIMEOUT",
        `"${name}" did not end within ${Math.round(timeoutMs / 1000)} s`,
      );
    }
    if (ended === "cancelled") throw cancelled(name);
    return { code: status.code, stdout, stderr };
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener("abort", onAbort);
  }
}

function start(
  program: string,
  args: readonly string[],
  options: RunOptions & { searchPath: string },
): Deno.ChildProcess {
  // A program takes our mask at its start, and nothing else of ours runs between these lines.
  const ours = options.umask === undefined ? undefined : Deno.umask(options.umask);
  try {
    return new Deno.Command(program, {
      args: [...args],
      stdin: options.stdin === undefined ? "null" : "piped",
      stdout: "piped",
      stderr: "piped",
      clearEnv: true,
      env: { PATH: options.searchPath, LANG: "C.UTF-8", HOME: "/root", ...options.env },
      detached: true,
    }).spawn();
  } catch (cause) {
    const why = cause instanceof Deno.errors.NotFound ? "it does not exist" : errorText(cause);
    throw new AgentError("COMMAND_FAILED", `Cannot start "${program}": ${why}`, { cause });
  } finally {
    if (ours !== undefined) Deno.umask(ours);
  }
}

async function feed(stdin: WritableStream<Uint8Array>, over: AbortSignal, text: string): Promise<void> {
  const writer = stdin.getWriter();
  over.addEventListener("abort", () => void writer.abort().catch(() => {}), { once: true });
  try {
    await writer.write(new TextEncoder().encode(text));
    await writer.close();
  } catch {
    // The program ended without reading its input; its exit code says the rest.
  }
}

async function handOn(
  stream: ReadableStream<Uint8Array>,
  over: AbortSignal,
  onChunk: (bytes: Uint8Array) => void | Promise<void>,
): Promise<string> {
  const reader = stream.getReader();
  over.addEventListener("abort", () => void reader.cancel().catch(() => {}), { once: true });
  for (let read = await reader.read(); !read.done; read = await reader.read()) await onChunk(read.value);
  return "";
}

async function readTail(
  stream: ReadableStream<Uint8Array>,
  over: AbortSignal,
  maxBytes: number,
  onLine: ((line: string) => void) | undefined,
): Promise<string> {
  const decoder = new TextDecoder();
  let tail = "";
  let line = "";
  const reader = stream.getReader();
  over.addEventListener("abort", () => void reader.cancel().catch(() => {}), { once: true });
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    const text = decoder.decode(read.value, { stream: true });
    tail = (tail + text).slice(-maxBytes);
    if (!onLine) continue;
    line += text;
    let newline: number;
    while ((newline = line.indexOf("\n")) >= 0 || line.length > MAX_LINE_CHARS) {
      const end = newline >= 0 && newline <= MAX_LINE_CHARS ? newline : MAX_LINE_CHARS;
      onLine(line.slice(0, end));
      line = line.slice(end === newline ? end + 1 : end);
    }
  }
  if (onLine && line !== "") onLine(line);
  return tail;
}

function killGroup(pid: number): void {
  try {
    Deno.kill(-pid, "SIGKILL");
  } catch {
    // Already gone.
  }
}

function cancelled(name: string): AgentError {
  return new AgentError("CANCELLED", `"${name}" was stopped`);
}
