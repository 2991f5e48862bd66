import { parse } from "yaml";
import { errorText } from "../error.ts";
import { type FieldError, SetupInputs, toFieldErrors } from "../setup/setup_inputs.ts";
import { type Terminal, UsageError } from "./command.ts";

const MAX_BYTES = 64 * 1024;

/** Reads set-up inputs (YAML or JSON) from a file or, for "-", standard input. @throws {UsageError} naming each wrong field. */
export async function readInputFile(path: string, terminal: Terminal): Promise<SetupInputs> {
  const where = path === "-" ? "standard input" : `"${path}"`;
  const text = path === "-" ? await terminal.readInput() : await readOwnFile(path);
  if (text.length > MAX_BYTES) throw new UsageError(`${where} is larger than ${MAX_BYTES / 1024} KiB`);
  const parsed = SetupInputs.safeParse(parseText(text, where));
  if (parsed.success) return parsed.data;
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
    throw new UsageError(
      `Cannot read "${path}": ${
        error instanceof Deno.errors.NotFound ? "it does not exist" : errorText(error)
      }`,
    );
  }
}
