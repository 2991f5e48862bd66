import { parseVerifyOptions } from "./options.ts";
import { type Comparisons, verifyImage } from "./verify_image.ts";

/** What "verify" says of an image, whatever its format. Gives the exit code. */
export async function verifyTask(
  args: readonly string[],
  comparisons: Comparisons = {},
): Promise<number> {
  const { image, isJson, options } = await parseVerifyOptions(args);
  const { manifest, trust, problems } = await verifyImage(image, {
    say: (line) => console.error(line),
    ...options,
    comparisons,
  });
  const isWhole = problems.length === 0;
  if (isJson) console.log(JSON.stringify({ isWhole, trust, problems, build: manifest.build }, null, 2));
  else {
    const { version, commit, builtAt, base, k3s, account } = manifest.build;
    console.log(`Alga appliance ${version}, commit ${commit}, ${builtAt}`);
    console.log(`Base:    ${base.name}`);
    console.log(`k3s:     ${k3s ?? "fetched by the machine"}`);
    console.log(`Account: ${account}`);
    for (const it of problems) console.log(`- ${it}`);
    const word = trust === "signed"
      ? "as it was made and signed"
      : "as its manifest says; nobody signed for that";
    console.log(isWhole ? `The image is ${word}` : "The image is not as it was made");
  }
  return isWhole ? 0 : 1;
}
