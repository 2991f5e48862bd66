import { runTask } from "../run_task.ts";
import { buildImages } from "./build_images.ts";
import { compareOva } from "./formats/ova.ts";
import { HELP } from "./help.ts";
import { parseImageOptions } from "./options.ts";

/** `deno task image`: makes images of virtual machines, or proves one. */
await runTask({
  name: "image",
  help: HELP,
  comparisons: { ova: compareOva },
  async make(args, say) {
    const input = await parseImageOptions(args, say);
    const manifests = await buildImages(input);
    return manifests.map(({ image }) => ({ path: `${input.output}/${image.name}`, image }));
  },
});
