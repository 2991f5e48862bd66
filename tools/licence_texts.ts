import { resolve } from "node:path";
import type { BundledPackage } from "./release_agent/bundled_packages.ts";

/** Parts inside the program that are not npm packages, with the licences that lie beside this file. */
const OTHERS = [
  { name: "Deno", file: "deno.txt" },
  // Made by hand for each version of Deno; a test of the compiled program compares it with what the runtime names.
  { name: "Deno's runtime: V8, ICU and Rust packages", file: "deno-runtime.txt" },
  { name: "Flux (resource definitions)", file: "flux.txt" },
] as const;

const LICENCE_FILE = /^(licen[cs]e|copying|notice)(\.(md|txt))?$/i;

/**
 * The licence of everything of others that is inside the program, as one text. `dir` is where the bundle was made.
 * @throws {Error} naming a package that brings none.
 */
export async function licenceTexts(packages: readonly BundledPackage[], dir: string): Promise<string> {
  const texts: string[] = [];
  for (const { name, file } of OTHERS) {
    texts.push(section(name, await Deno.readTextFile(new URL(`./licences/${file}`, import.meta.url))));
  }
  for (const { name, version, folder } of packages) {
    const path = resolve(dir, folder);
    const files = [...Deno.readDirSync(path)].map((it) => it.name).filter((it) => LICENCE_FILE.test(it))
      .sort();
    if (files.length === 0) {
      throw new Error(
        `The package ${name} ${version} brings no licence text; use another one, or ask its makers`,
      );
    }
    const parts = await Promise.all(files.map((it) => Deno.readTextFile(`${path}/${it}`)));
    texts.push(section(`${name} ${version}`, parts.join("\n")));
  }
  return texts.join("\n");
}

function section(title: string, text: string): string {
  return `${"=".repeat(80)}\n${title}\n${"=".repeat(80)}\n\n${text.trim()}\n`;
}
