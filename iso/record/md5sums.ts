import { createHash } from "node:crypto";
import { IsoError } from "../iso_error.ts";

/** The list by which Ubuntu's live system proves its medium, at the root of the image. */
export const MD5SUMS_PATH = "/md5sum.txt";

/** MD5 of a file, in hexadecimal: what that list is made of. It finds accidents; against intent there is the manifest. */
export async function md5OfFile(path: string): Promise<string> {
  const hash = createHash("md5");
  using file = await Deno.open(path);
  for await (const chunk of file.readable) hash.update(chunk);
  return hash.digest("hex");
}

/** Reads the list: path from the image's root ("/casper/vmlinuz") → sum. @throws {IsoError} If a line is none. */
export function parseMd5Sums(text: string): Map<string, string> {
  const sums = new Map<string, string>();
  for (const line of text.split("\n").filter((it) => it !== "")) {
    const [, sum, path] = /^([0-9a-f]{32}) [ *]\.(\/.+)$/.exec(line) ?? [];
    if (sum === undefined || path === undefined) {
      throw new IsoError(
        `${MD5SUMS_PATH} has a line that is no sum: ${line.slice(0, 100)}`,
        "Give an unchanged image",
      );
    }
    sums.set(path, sum);
  }
  return sums;
}

/** Writes the list in its own form. */
export function renderMd5Sums(sums: ReadonlyMap<string, string>): string {
  return [...sums].map(([path, sum]) => `${sum}  .${path}\n`).join("");
}
