import { parse, YAMLParseError } from "yaml";
import { errorText } from "../error.ts";
import { SetupInputs, toFieldErrors } from "../setup/inputs/schema.ts";
import { type Terminal, UsageError } from "./command.ts";
import { fieldLine } from "./field_line.ts";
import { readText } from "./read_text.ts";

const MAX_BYTES = 64 * 1024;

/** Reads setup inputs (YAML or JSON) from a file or, for "-", standard input. @throws {UsageError} naming each wrong field. */
export async function readInputFile(path: string, terminal: Terminal): Promise<SetupInputs> {
  const where = placeOf(path);
  const text = await readText(path, MAX_BYTES, terminal);
  const others = path === "-" ? 0 : ((await Deno.stat(path)).mode ?? 0) & 0o077;
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

/** Proves that a file is one whose words only its owner knows. @throws {UsageError} If it is a link, or others can read it. */
export async function requirePrivateFile(path: string): Promise<void> {
  const info = await Deno.lstat(path).catch(() => undefined);
  if (info === undefined) return; // who reads it tells
  if (!info.isFile) {
    throw new UsageError(`"${path}" is a link or no file, so removing it would not remove the answers`);
  }
  if (((info.mode ?? 0) & 0o077) === 0) return;
  throw new UsageError(
    `Others on this machine may read the password in "${path}". Write it with the mode 0600; nothing was sent`,
  );
}

/** Removes a file whose answers were taken. @throws {UsageError} If it stays. */
export async function removeInputFile(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    throw new UsageError(
      `The answers were taken, but "${path}" with the password cannot be removed: ${errorText(error)}`,
    );
  }
}

/** How a file, or "-", is called in messages. */
export function placeOf(path: string): string {
  return path === "-" ? "standard input" : `"${path}"`;
}

/** A text of YAML or JSON; `where` it came from. @throws {UsageError} */
export function parseText(text: string, where: string): unknown {
  try {
    return parse(text, { maxAliasCount: 0, logLevel: "error" });
  } catch (error) {
    // Not in the parser's words: it quotes the line that it stumbled over, which may hold the password.
    throw new UsageError(`${where} ${yamlProblem(error)}`);
  }
}

function yamlProblem(error: unknown): string {
  if (!(error instanceof YAMLParseError)) return 'is neither YAML nor JSON; write out what stands behind "*"';
  if (error.code === "MULTIPLE_DOCS") {
    return 'holds several documents; one is wanted, without a line "---" in it';
  }
  const line = error.linePos?.[0].line;
  return `is neither YAML nor JSON${line === undefined ? "" : `; look at line ${line}`}`;
}
