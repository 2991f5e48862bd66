import { createRequire } from "node:module";
import { Script } from "node:vm";

/** What main.ts gives to whom it is loaded by. */
interface Program {
  main(): Promise<void>;
  COMMANDS: readonly { load(): Promise<unknown> }[];
  START: { isPrecompiled: boolean };
}

/** The bundle, and what V8 made of it when the program was compiled; both stand beside this module. */
export const SCRIPT_NAME = "program.js";
export const CODE_CACHE_NAME = "program.cache";

/**
 * The bundle, from the code that V8 kept: without that it parses 2 MB and compiles each function when it is first called, which is
 * a third of the time that a start takes. V8 refuses what another version or other flags of it made, and compiles again.
 */
export function loadProgram(): { program: Program; script: Script } {
  const text = Deno.readTextFileSync(new URL(SCRIPT_NAME, import.meta.url));
  const cachedData = readCodeCache();
  const script = new Script(text, { filename: SCRIPT_NAME, ...(cachedData && { cachedData }) });
  const module = { exports: {} as Program };
  script.runInThisContext()(createRequire(import.meta.url), module, module.exports);
  const program = module.exports;
  program.START.isPrecompiled = cachedData !== undefined && script.cachedDataRejected === false;
  return { program, script };
}

/** None while it is being made, and for a machine of another kind than the one that compiles. */
function readCodeCache(): Uint8Array | undefined {
  try {
    return Deno.readFileSync(new URL(CODE_CACHE_NAME, import.meta.url));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
