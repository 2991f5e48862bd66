import { errorText } from "../error.ts";
import { withFile } from "../host/with_file.ts";
import { type Terminal, UsageError } from "./command.ts";
import { readBounded } from "./read_bounded.ts";

/** The text of a file of the caller's own or, for "-", of standard input. @throws {UsageError} When it cannot be read or is too long. */
export async function readText(path: string, maxBytes: number, terminal: Terminal): Promise<string> {
  // One more than is allowed, so that too much shows; a device has no end.
  const bytes = path === "-" ? await terminal.readInput(maxBytes + 1) : await readOwnFile(path, maxBytes + 1);
  if (bytes.length > maxBytes) {
    const where = path === "-" ? "standard input" : `"${path}"`;
    throw new UsageError(`${where} is larger than ${maxBytes / 1024} KiB`);
  }
  return new TextDecoder().decode(bytes);
}

async function readOwnFile(path: string, maxBytes: number): Promise<Uint8Array> {
  try {
    return await withFile(path, { read: true }, (file) => readBounded(file, maxBytes));
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
