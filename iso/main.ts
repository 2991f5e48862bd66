import { buildIso } from "./build_iso.ts";
import { HELP } from "./help.ts";
import { parseBuildOptions } from "./options.ts";
import { runTask } from "./run_task.ts";

const repo = new URL("..", import.meta.url).pathname;

/** `deno task iso`: makes an installation image, or proves one. */
await runTask({
  name: "iso",
  help: HELP,
  async make(args, say) {
    const input = await parseBuildOptions(args, { repo, say });
    const { image } = await buildIso(input);
    return [{ path: input.output, image }];
  },
});
