import { basename } from "node:path";
import { pinWith } from "./image_archives.ts";
import { PATHS_OF_PAYLOAD } from "./payload_paths.ts";
import { K3S } from "../../agent/product/pins.ts";
import { buildDeb } from "../../tools/deb/build_deb.ts";
import { filesBelow } from "../../tools/deb/files_below.ts";
import { sha256OfFile } from "../../tools/release_agent/checksums.ts";
import type { Account } from "../autoinstall/account.ts";
import { IsoError } from "../iso_error.ts";
import { FAILED_SCRIPT } from "./failed_script.ts";
import { firewallRules } from "./firewall.ts";
import { INSTALL_SCRIPT } from "./install_script.ts";
import { type DiskChoice, prepareScript } from "./prepare_script.ts";
import type { BuildInfo } from "./build_info.ts";

/** What an image brings to the machines that it installs. */
export interface PayloadInput {
  /** The checkout, with licence and changelog. */
  repo: string;
  /** The compiled program for amd64. */
  program: string;
  account: Account;
  diskChoice: DiskChoice;
  info: BuildInfo;
  /** Folder with the pinned k3s and its installer. */
  k3sDir?: string;
  /** Archives of container images, as k3s loads them. */
  images: readonly string[];
}

/** Makes the image's folder `/alga` below a folder that is there. The last file written is the list of all others. @throws {IsoError} */
export async function stagePayload(dir: string, it: PayloadInput): Promise<void> {
  const deb = await buildDeb({ repo: it.repo, program: it.program, dir });
  await Deno.rename(deb, `${dir}/alga-agent.deb`);
  const texts = {
    "prepare.sh": prepareScript(it.diskChoice),
    "install.sh": INSTALL_SCRIPT,
    "failed.sh": FAILED_SCRIPT,
    "firewall-rules": firewallRules(it.account).map((rule) => `${rule}\n`).join(""),
    "build-info.json": `${JSON.stringify(it.info, null, 2)}\n`,
  };
  for (const [name, text] of Object.entries(texts)) await Deno.writeTextFile(`${dir}/${name}`, text);
  if (it.k3sDir !== undefined) await addK3s(dir, it.k3sDir);
  for (const path of it.images) {
    await copy(path, dir, `${PATHS_OF_PAYLOAD.images}/${basename(path)}`);
  }
  // The machine takes no archive that its pin does not name.
  if (it.images.length > 0) {
    const pin = JSON.stringify(await pinWith(it.images), null, 2);
    await Deno.writeTextFile(`${dir}/${PATHS_OF_PAYLOAD.k3sPin}`, `${pin}\n`);
  }
  const lines: string[] = [];
  for (const path of await filesBelow(dir)) lines.push(`${await sha256OfFile(`${dir}/${path}`)}  ${path}\n`);
  await Deno.writeTextFile(`${dir}/SHA256SUMS`, lines.join(""));
}

async function addK3s(dir: string, from: string): Promise<void> {
  const files = [[K3S.binary, PATHS_OF_PAYLOAD.k3s], [K3S.installer, PATHS_OF_PAYLOAD.k3sInstaller]] as const;
  for (const [{ name, sha256 }, place] of files) {
    const path = `${from}/${name}`;
    const found = await sha256OfFile(path).catch(() => undefined);
    if (found !== sha256) {
      throw new IsoError(
        `--k3s: "${path}" is ${
          found === undefined ? "not there" : "another file"
        }: this agent takes k3s ${K3S.version}`,
        `Fetch k3s and install.sh of ${K3S.version} into that folder`,
      );
    }
    await copy(path, dir, place);
  }
}

async function copy(from: string, dir: string, place: string): Promise<void> {
  const to = `${dir}/${place}`;
  await Deno.mkdir(to.slice(0, to.lastIndexOf("/")), { recursive: true });
  await Deno.copyFile(from, to);
}
