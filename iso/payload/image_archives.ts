import { basename } from "node:path";
import { ARCHIVE_NAME, K3S } from "../../agent/product/pins.ts";
import { sha256OfFile } from "../../tools/release_agent/checksums.ts";
import { IsoError } from "../iso_error.ts";

/** How an archive begins that k3s can load, by the end of its name: what it is packed with, or a file's own mark within tar. */
const BEGINS: readonly { end: string; at: number; bytes: readonly number[] }[] = [
  { end: ".tar", at: 257, bytes: [0x75, 0x73, 0x74, 0x61, 0x72] },
  { end: ".tar.gz", at: 0, bytes: [0x1f, 0x8b] },
  { end: ".tar.zst", at: 0, bytes: [0x28, 0xb5, 0x2f, 0xfd] },
];

/** Refuses what a machine would pass over, or fail at, once it is in the field. @throws {IsoError} */
export async function requireArchive(path: string): Promise<void> {
  const name = basename(path);
  const hint = "Give archives as k3s loads them: made by docker save, or k3s-airgap-images-amd64.tar.zst";
  const kind = BEGINS.find((it) => name.endsWith(it.end));
  if (kind === undefined || !ARCHIVE_NAME.test(name)) {
    throw new IsoError(`--images: "${name}" does not end with .tar, .tar.gz or .tar.zst`, hint);
  }
  using file = await Deno.open(path);
  const start = new Uint8Array(512);
  const count = await file.read(start) ?? 0;
  if (kind.bytes.every((it, i) => kind.at + i < count && start[kind.at + i] === it)) return;
  throw new IsoError(`--images: "${name}" is not what its name says`, hint);
}

/** By what a machine knows the archives of its image, and the k3s that they are for. @see k8s/k3s/pin.ts */
export async function pinWith(archives: readonly string[]): Promise<object> {
  const airgapImages: Record<string, string> = {};
  for (const path of archives) airgapImages[basename(path)] = await sha256OfFile(path);
  const { version, binary, installer } = K3S;
  return { version, binarySha256: binary.sha256, installerSha256: installer.sha256, airgapImages };
}
