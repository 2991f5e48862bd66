import { dirname } from "node:path/posix";

/** Folders above are the way of others, too: containers must pass through those above their data. */
const OPEN = 0o755;

/**
 * Makes what is missing of a folder and of the way to it, each with its mode whatever the umask is: the service's keeps
 * everything private. What exists stays as it is.
 * @throws {Deno.errors.AlreadyExists} If something else than a folder stands there.
 */
export async function makeFolders(folder: string, mode: number): Promise<void> {
  try {
    await Deno.mkdir(folder, { mode });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound && dirname(folder) !== folder) {
      await makeFolders(dirname(folder), OPEN);
      return await makeFolders(folder, mode);
    }
    if (error instanceof Deno.errors.AlreadyExists && (await Deno.stat(folder)).isDirectory) return;
    throw error;
  }
  await Deno.chmod(folder, mode);
}
