import { DebError } from "../tools/deb/build_deb.ts";
import { AgentReleaseError } from "../tools/release_agent/agent_release_error.ts";
import { IsoError, IsoUsageError } from "./iso_error.ts";
import { reasonOf } from "./output_folder.ts";

/** Runs a task to its exit code. What a person can fix ends in words; only a mistake of ours shows where in the code it happened. */
export async function runTask(
  name: "iso" | "image",
  main: (args: readonly string[]) => Promise<number>,
): Promise<never> {
  // "deno task" starts in the checkout; paths are meant from where it was called.
  Deno.chdir(Deno.env.get("INIT_CWD") ?? Deno.cwd());
  try {
    Deno.exit(await main(Deno.args));
  } catch (error) {
    const words = inWords(error, name);
    if (words === undefined) throw error;
    for (const line of words) console.error(line);
    Deno.exit(error instanceof IsoUsageError ? 2 : 1);
  }
}

function inWords(error: unknown, name: string): string[] | undefined {
  if (error instanceof IsoUsageError) return [error.message, `More: deno task ${name} --help`];
  if (error instanceof IsoError || error instanceof AgentReleaseError) return [error.message, error.hint];
  if (error instanceof DebError) return [error.message];
  // The disk is full, a folder was closed or taken away meanwhile.
  if (error instanceof Error && ("code" in error || error.name in Deno.errors)) {
    return [`A file cannot be read or written: ${reasonOf(error)}`];
  }
  return undefined;
}
