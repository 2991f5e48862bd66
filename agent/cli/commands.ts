import type { Command } from "./command.ts";
import { preflightCommand } from "./preflight.ts";
import { serveCommand } from "./serve.ts";
import { setupCommand } from "./setup.ts";
import { statusCommand } from "./status.ts";
import { tokenCommand } from "./token.ts";
import { versionCommand } from "./version.ts";

/** Every subcommand, in the order of the help text. */
export const COMMANDS: readonly Command[] = [
  serveCommand,
  setupCommand,
  preflightCommand,
  statusCommand,
  tokenCommand,
  versionCommand,
];
