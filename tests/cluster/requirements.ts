import { PROGRAM_SETS, programPath, type ProgramSet } from "./programs.ts";

/** What a part of the real cluster needs of this machine; the reason is part of the skipped tests' names. */
export async function clusterRequirements(
  set: ProgramSet,
): Promise<{ ok: true } | { ok: false; reason: string }> {
  const missing = [];
  for (const name of PROGRAM_SETS[set]) {
    if (!await Deno.stat(await programPath(name)).then(() => true, () => false)) missing.push(name);
  }
  if (missing.length > 0) {
    return { ok: false, reason: `not built: ${missing.join(", ")}; see deno task cluster build` };
  }
  return { ok: true };
}
