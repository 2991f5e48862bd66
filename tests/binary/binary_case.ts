import { compiledProgram, type Program } from "./program.ts";

let program: Promise<Program> | undefined;

/** A test of the compiled program; skipped, with the reason in its name, where it cannot be compiled. */
export async function binaryTest(
  name: string,
  body: (program: string) => Promise<void>,
  missing?: string | undefined,
): Promise<void> {
  const found = await (program ??= compiledProgram());
  const reason = missing ?? (found.ok ? undefined : found.reason);
  Deno.test({
    name: reason === undefined ? name : `${name} (skipped: ${reason})`,
    ignore: reason !== undefined,
    fn: () => body(found.ok ? found.path : ""),
  });
}
