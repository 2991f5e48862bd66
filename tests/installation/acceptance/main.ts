import { basename } from "node:path";
import { requireSpace } from "../../../iso/free_space.ts";
import { IsoUsageError } from "../../../iso/iso_error.ts";
import { prepareOutput, refuseOverwrite } from "../../../iso/output_folder.ts";
import { inWords } from "../../../iso/run_task.ts";
import { HELP } from "./help.ts";
import { getImage } from "./image.ts";
import { parseAcceptanceOptions } from "./options.ts";
import { hasKvm, requirePrograms } from "./requirements.ts";
import { tryImage } from "./run.ts";
import { fillSheet, judge } from "./sheet.ts";
import { ubuntu } from "./ubuntu.ts";

const repo = new URL("../../..", import.meta.url).pathname;

/** Room for two images, two disks, what is made of them and copies of that. */
const NEEDED_BYTES = 40e9;

/** `deno task image-acceptance`: fills the checklist of docs/image-acceptance.md. */
async function main(args: readonly string[]): Promise<number> {
  if (args.includes("--help")) {
    console.log(HELP);
    return 0;
  }
  const say = (line: string) => console.error(line);
  const options = await parseAcceptanceOptions(args, { repo, say });
  await requirePrograms();
  const { output, firmware } = options;
  await prepareOutput(output);
  await refuseOverwrite([`${output}/acceptance.md`]);
  await requireSpace(output, NEEDED_BYTES);
  const isFast = options.mayUseKvm && await hasKvm();
  if (!isFast) say("Without KVM: every instruction is translated, and this takes hours");
  const image = await getImage(options, say);
  const { evidence, minutes } = await tryImage({ image, kind: ubuntu(isFast), firmware, output, say });
  const checklist = await Deno.readTextFile(`${repo}docs/image-acceptance.md`);
  const sums = { [basename(image.path)]: image.evidence.sha256, ...evidence.image.sums };
  for (const { images } of Object.values(evidence.machines)) Object.assign(sums, images?.sums);
  const sheet = fillSheet(checklist, evidence, {
    at: new Date().toISOString(),
    machine: isFast ? "QEMU with KVM" : "QEMU without KVM",
    minutes,
    sums,
  });
  await Deno.writeTextFile(`${output}/acceptance.md`, sheet);
  const { passed, failed, byHand } = judge(checklist, evidence);
  console.log(
    `${output}/acceptance.md: ${passed.length} passed, ${failed.length} failed, ${byHand.length} by hand`,
  );
  for (const it of failed) console.log(`FAILED: ${it}`);
  return failed.length === 0 ? 0 : 1;
}

if (import.meta.main) {
  // "deno task" starts in the checkout; paths are meant from where it was called.
  Deno.chdir(Deno.env.get("INIT_CWD") ?? Deno.cwd());
  // Where Debian keeps programs that a person's own search path may lack.
  Deno.env.set("PATH", `${Deno.env.get("PATH") ?? ""}:/usr/sbin:/sbin`);
  try {
    Deno.exit(await main(Deno.args));
  } catch (error) {
    const words = inWords(error, "image-acceptance");
    if (words === undefined) throw error;
    for (const line of words) console.error(line);
    Deno.exit(error instanceof IsoUsageError ? 2 : 1);
  }
}
