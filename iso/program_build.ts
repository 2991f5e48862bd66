import * as z from "zod";
import { IsoError } from "./iso_error.ts";
import { runProgram } from "./run_program.ts";

const Build = z.object({
  version: z.string(),
  commit: z.string(),
  builtAt: z.iso.datetime({ offset: true }),
});

/** What a compiled program says of itself. @throws {IsoError} If there is none, or it does not run here. */
export async function programBuild(program: string): Promise<z.infer<typeof Build>> {
  const found = await Deno.stat(program).catch(() => undefined);
  if (!found?.isFile) {
    throw new IsoError(`The program "${program}" is not there`, "Make it: deno task compile");
  }
  try {
    const { version, commit, builtAt } = Build.parse(
      JSON.parse(await runProgram(program, ["version", "-o", "json"])),
    );
    return { version, commit, builtAt };
  } catch (cause) {
    const said = cause instanceof IsoError ? `: ${cause.message}` : "";
    throw new IsoError(
      `--program: "${program}" does not run here, or is no alga-agent${said}`,
      "Make it: deno task compile",
      { cause },
    );
  }
}
