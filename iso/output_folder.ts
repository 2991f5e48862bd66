import { IsoError } from "./iso_error.ts";

/** Makes a folder that is written to, as far as it is not there. @throws {IsoError} If it cannot be made or written. */
export async function prepareOutput(dir: string): Promise<void> {
  try {
    await Deno.mkdir(dir, { recursive: true });
    await Deno.remove(await Deno.makeTempFile({ dir, prefix: ".alga-" }));
  } catch (cause) {
    const hint = "Name a folder in which you may write";
    throw new IsoError(`--output: "${dir}" cannot be written: ${reasonOf(cause)}`, hint, { cause });
  }
}

/** @throws {IsoError} If one of these is there already: nothing is overwritten. */
export async function refuseOverwrite(paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    if (!await isThere(path)) continue;
    throw new IsoError(`"${path}" is there already`, "Write into a new folder, or move the old file away");
  }
}

/** Whether anything has this name, be it a link to nowhere. */
export async function isThere(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(() => true, () => false);
}

/** What stood in the way of a file, without the operating system's numbers. */
export function reasonOf(error: unknown): string {
  if (error instanceof Deno.errors.PermissionDenied) return "it belongs to somebody else";
  if (error instanceof Deno.errors.NotADirectory || error instanceof Deno.errors.AlreadyExists) {
    return "a file is in its place";
  }
  if (error instanceof Deno.errors.IsADirectory) return "it is a folder";
  if (error instanceof Deno.errors.NotFound) return "it is not there";
  const text = error instanceof Error ? error.message : String(error);
  return /^(.*?)(?: \(os error \d+\))?(?::.*)?$/s.exec(text)?.[1] ?? text;
}
