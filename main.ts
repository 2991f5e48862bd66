import { fstatSync } from "node:fs";
import { COMMANDS } from "./agent/cli/commands.ts";
import { readBounded } from "./agent/cli/read_bounded.ts";
import { readLine } from "./agent/cli/read_line.ts";
import { readSecret } from "./agent/cli/read_secret.ts";
import { runCli } from "./agent/cli/run_cli.ts";
import {
  asFields,
  isJournalStream,
  type LogAbout,
  type LogLevel,
  withPriority,
} from "./agent/text/log_line.ts";
import { openJournalSocket } from "./systemd/journal_socket.ts";

// For what makes the executable and starts it: tools/compile/.
export { START } from "./agent/version.ts";
export { COMMANDS };

/** The command line, to its end. */
export async function main(): Promise<void> {
  // A certificate authority that a site installed in the system counts in every client of every command, as it does below the
  // unit. Read when the first client is made.
  if (Deno.env.get("DENO_TLS_CA_STORE") === undefined) Deno.env.set("DENO_TLS_CA_STORE", "system,mozilla");

  const ended = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => ended.abort());
  }

  const code = await runCli(COMMANDS, Deno.args, {
    out: (text) => writeAll(Deno.stdout, new TextEncoder().encode(text)),
    outBytes: (bytes) => writeAll(Deno.stdout, bytes),
    err: talk(),
    readLine: () => readLine(Deno.stdin),
    readSecret: () => Deno.stdin.isTerminal() ? readSecret(Deno.stdin) : readLine(Deno.stdin),
    isTyped: Deno.stdin.isTerminal(),
    readInput: (maxBytes) => readBounded(Deno.stdin, maxBytes),
    ...Deno.stdin.isTerminal() && Deno.stdout.isTerminal()
      ? { openFull: async () => (await import("./agent/cli/full_terminal.ts")).fullTerminal() }
      : {},
    env: (name) => Deno.env.get(name),
    columns: Deno.stdout.isTerminal() ? Deno.consoleSize().columns : undefined,
    color: Deno.stdout.isTerminal() && !Deno.env.get("NO_COLOR"),
    signal: ended.signal,
  });
  Deno.exit(code);
}
if (import.meta.main) void main();

/** How talk and errors go: to systemd's journal with their level, or to standard error. */
function talk(): (text: string, level?: LogLevel, about?: LogAbout) => void {
  const isJournal = isJournalStream(Deno.env.get("JOURNAL_STREAM"), fstatSync(2));
  const journal = isJournal ? openJournalSocket() : undefined;
  const write = (text: string, level: LogLevel) => {
    try {
      writeAll(Deno.stderr, new TextEncoder().encode(isJournal ? withPriority(level, text) : text));
    } catch {
      // Talk that nobody hears any more (a closed pipe, a full disk) must not end what the program does.
    }
  };
  return (text, level = "info", about) => {
    if (journal === undefined || about === undefined) return write(text, level);
    journal.send(asFields(level, text, about)).catch(() => write(text, level));
  };
}

function writeAll(stream: { writeSync(bytes: Uint8Array): number }, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length;) written += stream.writeSync(bytes.subarray(written));
}
