import { createHash } from "node:crypto";

/** The file that names all others, in the form of `sha256sum`. */
export const SUMS_FILE = "SHA256SUMS";
/** The signature over it. */
export const SIGNATURE_FILE = "SHA256SUMS.sig";

/** SHA-256 of a file, in hexadecimal. */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  using file = await Deno.open(path);
  for await (const chunk of file.readable) hash.update(chunk);
  return hash.digest("hex");
}

/** The signature over one file alone: its name with this behind it. */
export const SIGNATURE_ENDING = ".sig";

/** One line for each file of a folder, sorted by name; the sums and signatures apart. */
export async function checksumsOf(dir: string): Promise<string> {
  const lines: string[] = [];
  for (const name of await filesOf(dir)) lines.push(`${await sha256OfFile(`${dir}/${name}`)}  ${name}\n`);
  return lines.join("");
}

/** What differs between a folder and its sums: files changed, missing, or not named. */
export async function checkChecksums(dir: string, sums: string): Promise<string[]> {
  const named = new Map<string, string>();
  const problems: string[] = [];
  for (const line of sums.split("\n").filter((it) => it !== "")) {
    const [, sum, name] = /^([0-9a-f]{64}) [ *]([^/]+)$/.exec(line) ?? [];
    if (sum === undefined || name === undefined) problems.push(`not a line of checksums: ${line}`);
    else named.set(name, sum);
  }
  const there = await filesOf(dir);
  for (const [name, sum] of named) {
    if (!there.includes(name)) problems.push(`missing: ${name}`);
    else if (await sha256OfFile(`${dir}/${name}`) !== sum) problems.push(`changed: ${name}`);
  }
  problems.push(...there.filter((it) => !named.has(it)).map((it) => `not named: ${it}`));
  return problems;
}

async function filesOf(dir: string): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(dir));
  return entries.map((it) => it.name).filter((it) => it !== SUMS_FILE && !it.endsWith(SIGNATURE_ENDING))
    .sort();
}
