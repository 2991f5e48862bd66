import { IsoError } from "./iso_error.ts";

/** Size in bytes of a file that an option names. @throws {IsoError} If it is not a file that can be read here */
export async function requireFile(option: string, path: string): Promise<number> {
  const unreadable = (why: string, options: ErrorOptions = {}) =>
    new IsoError(`${option}: "${path}" cannot be read: ${why}`, "Name a file that is there", options);
  try {
    using file = await Deno.open(path);
    const { isFile, size } = await file.stat();
    if (!isFile) throw unreadable("it is not a file");
    return size;
  } catch (cause) {
    if (cause instanceof IsoError) throw cause;
    const isAbsent = cause instanceof Deno.errors.NotFound || cause instanceof Deno.errors.NotADirectory;
    throw unreadable(isAbsent ? "it is not there" : "this user may not", { cause });
  }
}

/** Text of a file that an option names. @throws {IsoError} If it is not a file that can be read here */
export async function requireText(option: string, path: string): Promise<string> {
  await requireFile(option, path);
  return await Deno.readTextFile(path);
}
