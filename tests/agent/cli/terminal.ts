import { COMMANDS } from "../../../agent/cli/commands.ts";
import type { Terminal } from "../../../agent/cli/command.ts";
import { runCli } from "../../../agent/cli/run_cli.ts";

/** What one command did. */
export interface CliRun {
  code: number;
  out: string;
  err: string;
}

/** Runs a command line in this process with a terminal of our own. */
export async function cli(
  argv: readonly string[],
  options: { input?: string; columns?: number; color?: boolean; isTyped?: boolean; signal?: AbortSignal } =
    {},
): Promise<CliRun> {
  let out = "";
  let err = "";
  const lines = (options.input ?? "").split("\n");
  const terminal: Terminal = {
    out: (text) => out += text,
    err: (text) => err += text,
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
  return { code, out, err };
}
