import type { Host } from "../../agent/host/host.ts";
import { K3S } from "../../agent/product/pins.ts";
import { MODE, PATHS } from "../../agent/state/paths.ts";
import type { K3sPin } from "./pin.ts";

/** One file without which k3s cannot be installed, by checksum, and where it can come from. */
export interface K3sFile {
  /** "k3s v1.36.5+k3s1"; does not begin a sentence. */
  what: string;
  /** Where it is used. */
  path: string;
  /** Where the installation image brings it. */
  payload: string;
  url: URL;
  sha256: string;
  maxBytes: number;
  mode: number;
}

/** Binary and installer. `downloadUrl` stands for {@link K3S.downloadUrl} and for the place of the installer. */
export function k3sFiles(pin: K3sPin, downloadUrl?: string): readonly [binary: K3sFile, installer: K3sFile] {
  const mode = MODE.program;
  const url = (base: string, name: string) =>
    new URL(`${base.replace(/(?<!\/)\/+$/, "")}/${encodeURIComponent(pin.version)}/${name}`);
  return [{
    what: `k3s ${pin.version}`,
    path: PATHS.k3sBinary,
    payload: PATHS.k3sPayload,
    url: url(downloadUrl ?? K3S.downloadUrl, K3S.binary.name),
    sha256: pin.binarySha256,
    maxBytes: K3S.binary.maxBytes,
    mode,
  }, {
    what: `the installer of k3s ${pin.version}`,
    path: PATHS.k3sInstaller,
    payload: PATHS.k3sInstallerPayload,
    url: url(downloadUrl ?? K3S.sourceUrl, K3S.installer.name),
    sha256: pin.installerSha256,
    maxBytes: K3S.installer.maxBytes,
    mode,
  }];
}

/** Archives with k3s' own images, for machines without internet; those that the image's pin names. */
export function airgapArchives(pin: K3sPin): { path: string; payload: string; sha256: string }[] {
  return Object.entries(pin.airgapImages).map(([name, sha256]) => ({
    path: `${PATHS.k3sImages}/${name}`,
    payload: `${PATHS.imagesPayload}/${name}`,
    sha256,
  }));
}

/** Where a file is: in its place, in the payload, there but with another checksum, or nowhere on this machine. */
export type Whereabouts = "placed" | "payload" | "damaged" | "absent";

/** Looks for a file on this machine. Reads it whole. */
export async function findFile(
  host: Host,
  file: Pick<K3sFile, "path" | "payload" | "sha256">,
): Promise<Whereabouts> {
  if (await host.sha256(file.path) === file.sha256) return "placed";
  const payload = await host.sha256(file.payload);
  if (payload === undefined) return "absent";
  return payload === file.sha256 ? "payload" : "damaged";
}
