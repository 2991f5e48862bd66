import { AgentError, errorText } from "../error.ts";
import { type Terminal, UsageError } from "./command.ts";

/** By the code of the system. @see errno(3) */
const WHY: Readonly<Record<string, string>> = { ENOSPC: "the disk is full", EROFS: "the disk is read-only" };

/** Bytes that are not text do not belong on a terminal. @throws {UsageError} */
export function requirePlace(path: string, terminal: Terminal): void {
  if (path === "-" && terminal.columns !== undefined) {
    throw new UsageError('"--output -" needs a pipe or a file: this is a terminal');
  }
}

/** Writes bytes to a file of the caller's own, 0600, or for "-" to standard output. Gives how many. @throws {AgentError} */
export async function writeOutput(
  path: string,
  bytes: ReadableStream<Uint8Array>,
  terminal: Terminal,
): Promise<number> {
  let total = 0;
  if (path === "-") {
    for await (const chunk of bytes) {
      terminal.outBytes(chunk);
      total += chunk.length;
    }
    return total;
  }
  let file: Deno.FsFile;
  try {
    file = await Deno.open(path, { write: true, create: true, truncate: true, mode: 0o600 });
  } catch (cause) {
    await bytes.cancel().catch(() => {});
    throw cannotWrite(path, cause);
  }
  try {
    for await (const chunk of bytes) {
      for (let written = 0; written < chunk.length;) {
        written += await writing(path, file, chunk.subarray(written));
      }
      total += chunk.length;
    }
  } catch (error) {
    // Half of one helps nobody; a device stays.
    if ((await file.stat()).isFile) await Deno.remove(path).catch(() => {});
    throw error;
  } finally {
    file.close();
  }
  return total;
}

async function writing(path: string, file: Deno.FsFile, bytes: Uint8Array): Promise<number> {
  try {
    return await file.write(bytes);
  } catch (cause) {
    throw cannotWrite(path, cause);
  }
}

function cannotWrite(path: string, cause: unknown): AgentError {
  const why = WHY[Object(cause).code] ?? errorText(cause);
  return new AgentError("STATE_WRITE_FAILED", `Cannot write "${path}": ${why}`, {
    hint:
      "Write it elsewhere, as over the network: ssh root@APPLIANCE alga-agent bundle --output - > support.tar.gz",
    cause,
  });
}
