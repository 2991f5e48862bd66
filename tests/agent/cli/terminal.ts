import { COMMANDS } from "../../../agent/cli/commands.ts";
import type { Terminal } from "../../../agent/cli/command.ts";
import { runCli } from "../../../agent/cli/run_cli.ts";

/** What one command did. */
export interface CliRun {
  code: number;
  out: string;
  err: string;
  /** What came to standard output and is not text. */
  bytes?: Uint8Array;
}

/** Runs a command line in this process with a terminal of our own. */
export async function cli(
  argv: readonly string[],
  options: {
    input?: string;
    columns?: number;
    color?: boolean;
    isTyped?: boolean;
    signal?: AbortSignal;
    /** Told of output as it comes. */
    onOut?: (text: string) => void;
  } = {},
): Promise<CliRun> {
  let out = "";
  let err = "";
  const chunks: Uint8Array[] = [];
  const lines = (options.input ?? "").split("\n");
  const terminal: Terminal = {
    out(text) {
      out += text;
      options.onOut?.(text);
    },
    err: (text) => err += text,
    outBytes: (chunk) => chunks.push(chunk.slice()),
    readInput: (maxBytes) =>
      Promise.resolve(new TextEncoder().encode(options.input ?? "").subarray(0, maxBytes)),
    readLine: () => Promise.resolve((options.input ?? "").split("\n")[0] ?? ""),
    readSecret: () => Promise.resolve(lines.shift()),
    isTyped: options.isTyped ?? false,
    columns: options.columns,
    color: options.color ?? false,
    signal: options.signal ?? new AbortController().signal,
  };
  const code = await runCli(COMMANDS, argv, terminal);
  const bytes = new Uint8Array(await new Blob(chunks as BlobPart[]).arrayBuffer());
  return { code, out, err, ...(bytes.length > 0 ? { bytes } : {}) };
}
