import { IsoError } from "./iso_error.ts";

/** Size in bytes of a file that an option names. @throws {IsoError} If it is not a file that can be read here */
export async function requireFile(option: string, path: string): Promise<number> {
  const unreadable = (options: ErrorOptions = {}) =>
    new IsoError(`${option}: "${path}" cannot be read`, "Name a file that is there", options);
  try {
    using file = await Deno.open(path);
    const { isFile, size } = await file.stat();
    if (!isFile) throw unreadable();
    return size;
  } catch (cause) {
    throw cause instanceof IsoError ? cause : unreadable({ cause });
  }
}

/** Text of a file that an option names. @throws {IsoError} If it is not a file that can be read here */
export async function requireText(option: string, path: string): Promise<string> {
  await requireFile(option, path);
  return await Deno.readTextFile(path);
}
