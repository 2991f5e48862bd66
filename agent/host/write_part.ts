import { createHash } from "node:crypto";
import { AgentError } from "../error.ts";
import type { StreamOptions } from "./host.ts";
import { withFile } from "./with_file.ts";

/** Writes a stream on to the end of a part and, when `verify` agrees, puts the part in its place. Gives the bytes of the whole file. */
export async function writePart(
  { path, target, part }: { path: string; target: string; part: string },
  source: AsyncIterable<Uint8Array>,
  options: StreamOptions,
): Promise<number> {
  const hash = createHash("sha256");
  let totalBytes = options.fromByte ?? 0;
  const open = { read: true, write: true, create: true, mode: 0o600 };
  const refusal = await withFile(part, open, async (file) => {
    await file.truncate(totalBytes);
    await readChunks(file, (chunk) => void hash.update(chunk)); // leaves the position at the end
    for await (const chunk of source) {
      totalBytes += chunk.length;
      if (totalBytes > options.maxBytes) {
        const message = `"${path}" would be larger than ${options.maxBytes} bytes`;
        return { error: new AgentError("DOWNLOAD_FAILED", message) };
      }
      hash.update(chunk);
      await writeAll(file, chunk);
      options.onBytes?.(totalBytes);
    }
    try {
      options.verify(hash.digest("hex"));
    } catch (error) {
      return { error };
    }
    await Deno.chmod(part, options.mode); // independent of the umask
    await file.sync();
    return undefined;
  });
  if (refusal) {
    await Deno.remove(part);
    throw refusal.error;
  }
  await Deno.rename(part, target);
  return totalBytes;
}

/** From the file's position to its end. The chunk is the same memory each time. */
export async function readChunks(
  file: Deno.FsFile,
  use: (chunk: Uint8Array) => void | Promise<void>,
): Promise<void> {
  const chunk = new Uint8Array(1 << 20);
  for (let count = await file.read(chunk); count !== null; count = await file.read(chunk)) {
    await use(chunk.subarray(0, count));
  }
}

/** All of the bytes, however often that takes. */
export async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length;) written += await file.write(bytes.subarray(written));
}

/** The stream's chunks; tells when the stream itself fails. */
export async function* noticing(
  body: ReadableStream<Uint8Array>,
  onLost: (error: unknown) => void,
): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    onLost(error);
    throw error;
  }
}
