import { parse } from "yaml";
import { errorText } from "../error.ts";
import { type FieldError, SetupInputs, toFieldErrors } from "../setup/setup_inputs.ts";
import { type Terminal, UsageError } from "./command.ts";

const MAX_BYTES = 64 * 1024;

/** Reads set-up inputs (YAML or JSON) from a file or, for "-", standard input. @throws {UsageError} naming each wrong field. */
export async function readInputFile(path: string, terminal: Terminal): Promise<SetupInputs> {
  const where = path === "-" ? "standard input" : `"${path}"`;
  const text = path === "-" ? await terminal.readInput() : await readOwnFile(path);
  const others = path === "-" ? 0 : ((await Deno.stat(path)).mode ?? 0) & 0o077;
  if (text.length > MAX_BYTES) throw new UsageError(`${where} is larger than ${MAX_BYTES / 1024} KiB`);
  const parsed = SetupInputs.safeParse(parseText(text, where));
  if (parsed.success) {
    if (others !== 0) {
      terminal.err(`Others on this machine may read the password in ${where}. Close it: chmod 600 ${path}\n`);
    }
    return parsed.data;
  }
  throw new UsageError(
    [`${where} cannot be used:`, ...toFieldErrors(parsed.error).map(fieldLine)].join("\n"),
  );
}

/** "  adminEmail: Enter an e-mail address like …" */
export function fieldLine(error: FieldError): string {
  return `  ${error.field === "" ? "" : `${error.field}: `}${error.message}`;
}

function parseText(text: string, where: string): unknown {
  try {
    return parse(text, { maxAliasCount: 0, logLevel: "error" });
  } catch (error) {
    // The parser quotes the line that it stumbled over, which may hold the password.
    throw new UsageError(`${where} is neither YAML nor JSON: ${errorText(error).split(":")[0]}`);
  }
}

async function readOwnFile(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    const why = error instanceof Deno.errors.NotFound
      ? "it does not exist"
      : error instanceof Deno.errors.PermissionDenied
      ? "it belongs to somebody else; use sudo"
      : error instanceof Deno.errors.NotCapable
      ? 'give the answers on standard input, with "-" for the file'
      : error instanceof Deno.errors.IsADirectory
      ? "it is a folder"
      : errorText(error);
    throw new UsageError(`Cannot read "${path}": ${why}`);
  }
}
