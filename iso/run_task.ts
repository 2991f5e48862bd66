import { DebError } from "../tools/deb/build_deb.ts";
import { AgentReleaseError } from "../tools/release_agent/agent_release_error.ts";
import { IsoError, IsoUsageError } from "./iso_error.ts";
import { reasonOf } from "./output_folder.ts";
import type { Manifest } from "./record/manifest.ts";
import type { Comparisons } from "./verify_image.ts";
import { verifyTask } from "./verify_task.ts";

/** A task that makes images, or proves one. */
export interface ImageTask {
  name: "iso" | "image";
  help: string;
  /** For formats that verify does not know by itself. */
  comparisons?: Comparisons;
  /** Makes what the words name; `say` gets a line for each thing that begins. */
  make(args: readonly string[], say: (line: string) => void): Promise<MadeImage[]>;
}

/** An image that was made, and where it lies. */
export interface MadeImage {
  path: string;
  image: Manifest["image"];
}

/** Runs a task to its exit code. What a person can fix ends in words; only a mistake of ours shows where in the code it happened. */
export async function runTask(task: ImageTask): Promise<never> {
  // "deno task" starts in the checkout; paths are meant from where it was called.
  Deno.chdir(Deno.env.get("INIT_CWD") ?? Deno.cwd());
  try {
    Deno.exit(await main(task, Deno.args));
  } catch (error) {
    const words = inWords(error, task.name);
    if (words === undefined) throw error;
    for (const line of words) console.error(line);
    Deno.exit(error instanceof IsoUsageError ? 2 : 1);
  }
}

async function main({ help, comparisons, make }: ImageTask, args: readonly string[]): Promise<number> {
  if (args.includes("--help")) {
    console.log(help);
    return 0;
  }
  if (args[0] === "verify") return await verifyTask(args.slice(1), comparisons);
  for (const { path, image } of await make(args, (line) => console.error(line))) {
    console.log(`${path}  ${(image.bytes / 1e6).toFixed(1)} MB  sha256 ${image.sha256}`);
  }
  return 0;
}

/** An error that a person can fix, in words; `undefined` for a mistake of ours. */
export function inWords(error: unknown, name: string): string[] | undefined {
  if (error instanceof IsoUsageError) return [error.message, `More: deno task ${name} --help`];
  if (error instanceof IsoError || error instanceof AgentReleaseError) return [error.message, error.hint];
  if (error instanceof DebError) return [error.message];
  // The disk is full, a folder was closed or taken away meanwhile.
  if (error instanceof Error && ("code" in error || error.name in Deno.errors)) {
    return [`A file cannot be read or written: ${reasonOf(error)}`];
  }
  return undefined;
}
