import { exists } from "./exists.ts";
import { missingPrograms } from "./missing_programs.ts";
import { PROGRAM_SETS, type ProgramName, programPath, type ProgramSet } from "./programs.ts";

/** Programs of this machine without which nothing of the cluster starts, and Debian's packages that bring them. */
const NEEDED = { openssl: "openssl", setpriv: "util-linux" };

/** What a part of the real cluster needs of this machine; the reason is part of the skipped tests' names. */
export async function clusterRequirements(
  programs: ProgramSet | readonly ProgramName[],
): Promise<{ ok: true } | { ok: false; reason: string }> {
  const missing: string[] = [];
  const unbuilt: string[] = [];
  for (const name of typeof programs === "string" ? PROGRAM_SETS[programs] : programs) {
    if (!await exists(await programPath(name))) unbuilt.push(name);
  }
  if (unbuilt.length > 0) {
    const first = await hasGo() ? "" : "install Go, then ";
    missing.push(`not built: ${unbuilt.join(", ")}; ${first}see deno task cluster build`);
  }
  missing.push(...await missingPrograms(NEEDED));
  return missing.length === 0 ? { ok: true } : { ok: false, reason: missing.join("; ") };
}

/** Go is seldom where a distribution puts programs, so it is called as the build does. */
async function hasGo(): Promise<boolean> {
  try {
    const go = new Deno.Command("go", { args: ["version"], stdout: "null", stderr: "null" });
    return (await go.output()).success;
  } catch {
    return false;
  }
}
