import { IsoError } from "./iso_error.ts";
import { runProgram } from "./run_program.ts";

/** Reads files of an image, without root and without mounting; those that it has not are left out. */
export async function readImageFiles(
  image: string,
  paths: readonly string[],
): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  const there = await listImageFiles(image);
  const wanted = paths.filter((it) => there.includes(it));
  const found = new Map<string, Uint8Array<ArrayBuffer>>();
  if (wanted.length === 0) return found;
  const dir = await Deno.makeTempDir({ prefix: "alga-iso-" });
  try {
    await xorriso(image, wanted.flatMap((it, i) => ["-extract", it, `${dir}/${i}`]));
    for (const [i, it] of wanted.entries()) found.set(it, await Deno.readFile(`${dir}/${i}`));
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
  return found;
}

/** Paths of all files of an image, from its root. @throws {IsoError} If it is none. */
export async function listImageFiles(image: string): Promise<string[]> {
  const said = await xorriso(image, ["-find", "/", "-type", "f", "-exec", "echo", "--"]);
  // xorriso quotes as a shell does.
  return said.split("\n").flatMap((line) => {
    const [, text] = /^'(\/.*)'$/.exec(line) ?? [];
    return text === undefined ? [] : [text.replaceAll(`'"'"'`, "'")];
  });
}

/** Copies every file of an image into a folder that is there, readable and writable by who asks. */
export async function extractImage(image: string, dir: string): Promise<void> {
  await xorriso(image, ["-extract", "/", dir]);
}

async function xorriso(image: string, commands: readonly string[]): Promise<string> {
  await Deno.stat(image).catch((cause) => {
    throw new IsoError(`The image "${image}" cannot be read`, "Name an image that is there", { cause });
  });
  // Without its start-up files, which may change what commands mean; "stdio:" for names that look like a drive.
  const read = ["-no_rc", "-osirrox", "on:auto_chmod_on", "-indev", `stdio:${image}`];
  return await runProgram("xorriso", [...read, "-abort_on", "FAILURE", ...commands]);
}
