import { buildIso } from "./build_iso.ts";
import { HELP } from "./help.ts";
import { parseBuildOptions } from "./options.ts";
import { runTask } from "./run_task.ts";
import { verifyTask } from "./verify_task.ts";

/** `deno task iso`: makes an installation image, or proves one. */
const repo = new URL("..", import.meta.url).pathname;

/** Gives the exit code; throws what a person can fix, too. */
async function main(args: readonly string[]): Promise<number> {
  if (args.includes("--help")) {
    console.log(HELP);
    return 0;
  }
  if (args[0] === "verify") return await verifyTask(args.slice(1));
  const input = await parseBuildOptions(args, { repo, say: (line) => console.error(line) });
  const { image } = await buildIso(input);
  console.log(`${input.output}  ${(image.bytes / 1e6).toFixed(1)} MB  sha256 ${image.sha256}`);
  return 0;
}

await runTask("iso", main);
