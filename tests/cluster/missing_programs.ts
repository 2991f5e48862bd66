import { findProgram } from "./find_program.ts";

/** Which programs this machine lacks, each in words; given with Debian's packages that bring them. */
export async function missingPrograms(needed: Readonly<Record<string, string>>): Promise<string[]> {
  const missing: string[] = [];
  for (const [program, brings] of Object.entries(needed)) {
    if (await findProgram(program) === undefined) missing.push(`no ${program} (package ${brings})`);
  }
  return missing;
}
