import { AgentError, errorText } from "../error.ts";
import { BUILD } from "../version.ts";
import { type Command, EXIT, type ExitCode, type Terminal, UsageError } from "./command.ts";

/** argv → subcommand → exit code. Every error ends here as words, never as a stack. */
export async function runCli(
  commands: readonly Command[],
  argv: readonly string[],
  terminal: Terminal,
): Promise<ExitCode> {
  const [name, ...args] = argv;
  if (name === undefined || name === "help" || name === "--help" || name === "-h") {
    const asked = commands.find((it) => it.name === args[0]);
    terminal.out(asked ? `${asked.help}\n` : overview(commands));
    return name === undefined ? EXIT.usage : EXIT.ok;
  }
  const command = commands.find((it) => it.name === (name === "--version" ? "version" : name));
  if (!command) {
    terminal.err(`Unknown command "${name}". "alga-agent help" lists the commands.\n`);
    return EXIT.usage;
  }
  if (args.includes("--help") || args.includes("-h")) {
    terminal.out(`${command.help}\n`);
    return EXIT.ok;
  }
  try {
    return await command.run(args, terminal);
  } catch (error) {
    if (error instanceof UsageError) {
      terminal.err(`${error.message}\nSee "alga-agent help ${command.name}".\n`);
      return EXIT.usage;
    }
    terminal.err(`${errorText(error)}\n`);
    if (error instanceof AgentError && error.hint) terminal.err(`What to do: ${error.hint}\n`);
    return error instanceof AgentError && error.code === "LOCKED" ? EXIT.locked : EXIT.error;
  }
}

function overview(commands: readonly Command[]): string {
  const width = Math.max(...commands.map((it) => it.name.length));
  return [
    `alga-agent ${BUILD.version}: sets up and looks after an Alga appliance`,
    "",
    "Usage: alga-agent COMMAND [OPTIONS]",
    "",
    ...commands.map((it) => `  ${it.name.padEnd(width)}  ${it.summary}`),
    "",
    '"alga-agent help COMMAND" tells more. Exit codes: 0 ok, 1 error, 2 usage, 3 action required, 4 degraded,',
    "5 in progress, 6 locked.",
    "",
  ].join("\n");
}
