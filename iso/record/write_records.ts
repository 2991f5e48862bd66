import { dirname } from "node:path";
import type { DebianPackage } from "./debian_packages.ts";
import { sha256OfFile } from "../../tools/release_agent/checksums.ts";
import { signBlob } from "../../tools/release_agent/signature.ts";
import { imageSbom } from "./image_sbom.ts";
import { besideImage, type Manifest, renderManifest } from "./manifest.ts";

/** The list of images and of what lies beside them, in the form of `sha256sum`. */
export const SUMS_NAME = "SHA256SUMS";

/** Files beside an image, by the image's path: the ones that must not be there yet. */
export function recordPaths(image: string): string[] {
  const { manifest, sbom, sha256 } = besideImage(image);
  const dir = dirname(image);
  return [manifest, sbom, sha256, `${dir}/${SUMS_NAME}`, `${dir}/${SUMS_NAME}.sig`];
}

/**
 * Writes, for each image of a folder, manifest, SBOM and checksum; then the list of all and, with a key, the signature over it, as
 * `cosign sign-blob --key` would.
 * @throws {AgentReleaseError} If the key cannot be used.
 */
export async function writeRecords(
  dir: string,
  manifests: readonly Manifest[],
  { privatePem, packages = [] }: { privatePem?: string | undefined; packages?: readonly DebianPackage[] },
): Promise<void> {
  const lines: string[] = [];
  for (const manifest of manifests) {
    const { name, sha256 } = manifest.image;
    const beside = besideImage(name);
    const sbom = imageSbom(manifest, packages);
    await Deno.writeTextFile(`${dir}/${beside.manifest}`, renderManifest(manifest));
    await Deno.writeTextFile(`${dir}/${beside.sbom}`, `${JSON.stringify(sbom, null, 2)}\n`);
    await Deno.writeTextFile(`${dir}/${beside.sha256}`, `${sha256}  ${name}\n`);
    lines.push(`${sha256}  ${name}\n`);
    for (const it of [beside.sbom, beside.manifest, beside.sha256]) {
      lines.push(`${await sha256OfFile(`${dir}/${it}`)}  ${it}\n`);
    }
  }
  const sums = lines.join("");
  await Deno.writeTextFile(`${dir}/${SUMS_NAME}`, sums);
  if (privatePem === undefined) return;
  const signature = signBlob(new TextEncoder().encode(sums), privatePem);
  await Deno.writeTextFile(`${dir}/${SUMS_NAME}.sig`, `${signature}\n`);
}
