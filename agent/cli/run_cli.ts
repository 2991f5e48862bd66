import { AgentError, errorText } from "../error.ts";
import { BUILD } from "../version.ts";
import { AgentRefusal } from "./agent_refusal.ts";
import { type CommandEntry, EXIT, type ExitCode, type Terminal, UsageError } from "./command.ts";
import { printable, printLine } from "../text/printable.ts";

const HELP_WORDS = ["help", "--help", "-h"];

/** argv → subcommand → exit code. Every error ends here as words, never as a stack. */
export async function runCli(
  commands: readonly CommandEntry[],
  argv: readonly string[],
  terminal: Terminal,
): Promise<ExitCode> {
  const [given, ...args] = argv;
  const name = given === "--help" || given === "-h" ? "help" : given;
  if (name === undefined || name === "help") {
    if (name === undefined) {
      terminal.err(await overview(commands));
      return EXIT.usage;
    }
    if (args[0] === undefined || HELP_WORDS.includes(args[0])) {
      return print(await overview(commands), terminal);
    }
  }
  const wanted = name === "--version" ? "version" : name === "help" ? args[0] : name;
  const entry = commands.find((it) => it.name === wanted);
  if (!entry && name === "help") return await tellCause(wanted ?? "", terminal);
  if (!entry) {
    terminal.err(`Unknown command "${printable(wanted ?? "")}". "alga-agent help" lists the commands.\n`);
    return EXIT.usage;
  }
  const command = await entry.load();
  if (name === "help" || args.includes("--help") || args.includes("-h")) {
    return print(`${command.help}\n`, terminal);
  }
  try {
    return await command.run(args, terminal);
  } catch (error) {
    if (error instanceof Deno.errors.BrokenPipe) return EXIT.error; // the reader has seen enough
    if (error instanceof UsageError) {
      terminal.err(
        `${error.message.split("\n").map(printable).join("\n")}\nSee "alga-agent help ${command.name}".\n`,
        "error",
      );
      return EXIT.usage;
    }
    if (error instanceof AgentRefusal) {
      terminal.err(
        `${error.message.split("\n").map((it) => printLine(it, 2, terminal)).join("\n")}\n`,
        "error",
      );
      return error.exitCode;
    }
    if (isDenied(error)) {
      terminal.err(
        `"alga-agent ${command.name}" needs root here. What to do: run it again with sudo\n`,
        "error",
      );
      return EXIT.error;
    }
    terminal.err(`${printLine(errorText(error), 0, terminal)}\n`, "error");
    if (error instanceof AgentError && error.hint) {
      terminal.err(`${printLine(`What to do: ${error.hint}`, 12, terminal)}\n`, "error");
    }
    return error instanceof AgentError && error.code === "LOCKED" ? EXIT.locked : EXIT.error;
  }
}

/** Loaded when it is asked for: most commands need none of these texts. */
async function tellCause(typed: string, terminal: Terminal): Promise<ExitCode> {
  const { causeHelp, unknownTopic } = await import("./cause_help.ts");
  const text = causeHelp(typed, terminal.columns);
  if (text !== undefined) return print(text, terminal);
  terminal.err(unknownTopic(typed));
  return EXIT.usage;
}

/** Whether a file was refused to a user who is not root. */
function isDenied(error: unknown): boolean {
  if (Deno.uid() === 0) return false;
  const first = error instanceof AgentError && error.code === "STATE_WRITE_FAILED" ? error.cause : error;
  return first instanceof Deno.errors.PermissionDenied;
}

function print(text: string, terminal: Terminal): ExitCode {
  try {
    terminal.out(text);
    return EXIT.ok;
  } catch (error) {
    terminal.err(`Cannot print: ${errorText(error)}\n`);
    return EXIT.error;
  }
}

async function overview(entries: readonly CommandEntry[]): Promise<string> {
  const commands = await Promise.all(entries.map((it) => it.load()));
  const width = Math.max(...commands.map((it) => it.name.length));
  return [
    `alga-agent ${BUILD.version}: sets up and looks after an Alga appliance`,
    "",
    "Usage: alga-agent COMMAND [OPTIONS]",
    "",
    ...commands.map((it) => `  ${it.name.padEnd(width)}  ${it.summary}`),
    "",
    '"alga-agent help COMMAND" tells more, "alga-agent help CAUSE" (for example',
    'dns.refused) what a cause means and what to do; "help causes" lists them.',
    "",
    "Exit codes: 0 ok, 1 error, 2 wrong usage, 3 action required, 4 degraded,",
    "5 in progress, 6 another session is running it.",
    "",
  ].join("\n");
}
