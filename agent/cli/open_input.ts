import { UsageError } from "./command.ts";

/** The bytes of a file of the caller's own. @throws {UsageError} */
export async function openInput(path: string): Promise<ReadableStream<Uint8Array>> {
  const found = await Deno.stat(path).catch((error) => error as Error);
  if (found instanceof Deno.errors.NotFound) throw new UsageError(`"${path}" does not exist`);
  if (!(found instanceof Error) && !found.isFile) throw new UsageError(`"${path}" is not a file`);
  return (await Deno.open(path, { read: true })).readable; // closed at its end, and when it is given up
}
