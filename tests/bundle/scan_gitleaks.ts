import { exists } from "../cluster/exists.ts";
import { programPath } from "../cluster/programs.ts";
import { mortalCommand } from "../mortal_command.ts";
import type { ReadBundle } from "../../agent/bundle/read_bundle.ts";

const program = await programPath("gitleaks");

/** Why it cannot look here; `undefined` where it can. */
export const NO_GITLEAKS = await exists(program)
  ? undefined
  : "not built: gitleaks; see deno task cluster build";

/** What gitleaks finds in a bundle; nothing where it was not built. */
export async function leaksOf(bundle: ReadBundle): Promise<string[]> {
  if (NO_GITLEAKS !== undefined) return [];
  const dir = await Deno.makeTempDir({ prefix: "alga-leaks-" });
  try {
    await unpackBundle(bundle, `${dir}/bundle`);
    return await scanGitleaks(`${dir}/bundle`);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

/** What gitleaks finds in a folder: rule, file and line. */
export async function scanGitleaks(dir: string): Promise<string[]> {
  const report = `${dir}.json`;
  await mortalCommand(program, [
    "dir",
    dir,
    "--no-banner",
    "--exit-code",
    "0",
    "--report-format",
    "json",
    "--report-path",
    report,
  ], {
    stdout: "null",
    stderr: "null",
  }).output();
  const found: { RuleID: string; File: string; StartLine: number; Match: string }[] = JSON.parse(
    await Deno.readTextFile(report),
  );
  await Deno.remove(report);
  return found.map((it) =>
    `${it.RuleID} ${it.File.slice(dir.length)}:${it.StartLine} ${it.Match.slice(0, 80)}`
  );
}

/** Writes the files of a bundle below a folder. */
export async function unpackBundle({ files }: ReadBundle, dir: string): Promise<void> {
  for (const [path, bytes] of files) {
    const target = `${dir}/${path}`;
    await Deno.mkdir(target.slice(0, target.lastIndexOf("/")), { recursive: true });
    await Deno.writeFile(target, bytes);
  }
}
