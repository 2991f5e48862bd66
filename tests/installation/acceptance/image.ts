import { dirname } from "node:path";
import { buildIso, type IsoInput } from "../../../iso/build_iso.ts";
import { runProgram } from "../../../iso/run_program.ts";
import { SUMS_NAME } from "../../../iso/record/write_records.ts";
import { verifyImage } from "../../../iso/verify_image.ts";
import { sha256OfFile } from "../../../tools/release_agent/checksums.ts";
import { run } from "../../vm/run.ts";
import type { ImageEvidence } from "./evidence.ts";
import type { AcceptanceOptions } from "./options.ts";
import { isThere } from "./requirements.ts";

/** End of the fingerprint of the key by which Canonical signs the sums of its images. */
const CANONICAL = "D94AA3F0EFE21092";

/** An image to be tried, and what was seen of it. */
export interface TriedImage {
  path: string;
  evidence: ImageEvidence;
}

/** Takes the image that was named, or makes one, twice; then proves it. @throws {IsoError} If there is none then. */
export async function getImage(it: AcceptanceOptions, say: (line: string) => void): Promise<TriedImage> {
  const { iso, build, output } = it;
  if (build === undefined) return { path: iso ?? "", evidence: await prove(iso ?? "", say) };
  const key = `${output}/key`;
  // The same key after an interruption, so that the parts of an image that are there count.
  if (!await isThere(key)) {
    await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "image-acceptance", "-f", key]);
  }
  const [path, again] = [`${output}/image/alga-appliance.iso`, `${output}/again/alga-appliance.iso`];
  const input = await build({ publicKey: `${key}.pub`, image: path });
  await buildIso(input);
  await Deno.remove(dirname(again), { recursive: true }).catch(() => {}); // of a run that was interrupted, if at all
  say("Making the same once more");
  const second = await buildIso(await build({ publicKey: `${key}.pub`, image: again }));
  await Deno.remove(dirname(again), { recursive: true });
  const evidence = await prove(path, say);
  return {
    path,
    evidence: { ...evidence, isProven: await isCanonicals(input), again: second.image.sha256 },
  };
}

async function prove(image: string, say: (line: string) => void): Promise<ImageEvidence> {
  const { manifest: { build }, problems } = await verifyImage(image, { say });
  const dir = dirname(image);
  const sums = await Deno.readTextFile(`${dir}/${SUMS_NAME}`).catch(() => "");
  if (sums === "") problems.push(`There is no ${SUMS_NAME} beside the image`);
  const all: Record<string, string> = {};
  for (const [, sum = "", name = ""] of sums.matchAll(/^([0-9a-f]{64}) {2}(.+)$/gm)) {
    all[name] = sum;
    const found = await sha256OfFile(`${dir}/${name}`).catch(() => "missing");
    if (found !== sum) problems.push(`${name} is not the one of ${SUMS_NAME}`);
  }
  return { build, problems, sha256: await sha256OfFile(image), sums: all };
}

/** Whether the list that proved the base was signed by Canonical's own key. */
async function isCanonicals({ proof }: IsoInput): Promise<boolean> {
  if (proof.kind !== "list" || proof.signature === undefined || proof.keyring === undefined) return false;
  const keyring = await Deno.realPath(proof.keyring);
  const args = ["--status-fd", "1", "--keyring", keyring, proof.signature, proof.sums];
  return isSignedByCanonical(await runProgram("gpgv", args));
}

/** Whether gpgv has found a valid signature of that key; `status` is what it says with `--status-fd`. */
export function isSignedByCanonical(status: string): boolean {
  return new RegExp(`^\\[GNUPG:\\] VALIDSIG .*${CANONICAL}\\b`, "m").test(status);
}
