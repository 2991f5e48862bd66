import * as z from "zod";
import { BuildInfo } from "../payload/build_info.ts";

const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** What is said of an image beside it, so that anyone can tell what it is and whether it is still that. */
export const Manifest = z.strictObject({
  formatVersion: z.literal(1),
  build: BuildInfo,
  image: z.strictObject({
    name: z.string(),
    format: z.enum(["iso", "qcow2", "ova", "raw"]),
    bytes: z.int().positive(),
    sha256: Sha256,
  }),
  /**
   * Files of ours on an ISO, with the path from its root; all others stand in its `md5sum.txt`, which is one of these. Of an OVA
   * its members, in their order. Images of disks have none.
   */
  files: z.array(z.strictObject({ path: z.string(), bytes: z.int().min(0), sha256: Sha256 })),
});

/** What is said of an image. */
export type Manifest = z.infer<typeof Manifest>;

/** The manifest's text, the same for the same image. */
export function renderManifest(manifest: Manifest): string {
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

/** Names of what lies beside an image. */
export function besideImage(name: string): Record<"manifest" | "sbom" | "sha256", string> {
  return { manifest: `${name}.manifest.json`, sbom: `${name}.cdx.json`, sha256: `${name}.sha256` };
}
