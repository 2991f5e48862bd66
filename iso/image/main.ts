import { runTask } from "../run_task.ts";
import { compareFiles } from "../verify_image.ts";
import { verifyTask } from "../verify_task.ts";
import { buildImages } from "./build_images.ts";
import { compareOva } from "./formats/ova.ts";
import { HELP } from "./help.ts";
import { parseImageOptions } from "./options.ts";

/** `deno task image`: makes images of virtual machines, or proves one. Gives the exit code. */
async function main(args: readonly string[]): Promise<number> {
  if (args.includes("--help")) {
    console.log(HELP);
    return 0;
  }
  if (args[0] === "verify") {
    return await verifyTask(args.slice(1), {
      async compare(image, manifest) {
        const { format } = manifest.image;
        return format === "iso"
          ? await compareFiles(image, manifest)
          : format === "ova"
          ? await compareOva(image, manifest)
          : [];
      },
    });
  }
  const input = await parseImageOptions(args, (line) => console.error(line));
  for (const { image } of await buildImages(input)) {
    console.log(
      `${input.output}/${image.name}  ${(image.bytes / 1e6).toFixed(1)} MB  sha256 ${image.sha256}`,
    );
  }
  return 0;
}

await runTask("image", main);
