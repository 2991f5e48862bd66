import { dateOfBase, requireAge } from "../base/require_age.ts";
import { IsoError } from "../iso_error.ts";
import { BuildInfo } from "../payload/build_info.ts";
import { BUILD_INFO_PATH, INSTALLED_MARK } from "../payload/install_script.ts";
import { type DebianPackage, DPKG_STATUS, parseDpkgStatus } from "../record/debian_packages.ts";
import { Ext4 } from "./disk/ext4.ts";
import { findSystem, type System } from "./disk/find_system.ts";
import { totalBytes, zeroFree } from "./disk/zero_free.ts";
import { generalise } from "./generalise/generalise.ts";

/** A disk from which images are made. */
export interface GeneralDisk {
  build: BuildInfo;
  firmware: System["firmware"];
  /** What is installed on it, for the SBOM. */
  packages: DebianPackage[];
  /** Bytes of the disk that are not free. */
  populatedBytes: number;
}

/** What is told and refused on the way. */
export interface GeneraliseOptions {
  maxAgeDays?: number | undefined;
  say: (line: string) => void;
  onPercent: (percent: number) => void;
}

/** Turns a raw disk of an installation, in its own file, into one that belongs to no machine. @throws {IsoError} */
export async function generaliseDisk(disk: string, it: GeneraliseOptions): Promise<void> {
  const { offset, superblock } = await findSystem(disk);
  const ext4 = new Ext4(disk, offset, superblock.writtenAt);
  await ext4.check();
  const build = await readBuildInfo(ext4);
  const now = new Date();
  requireAge("The base of this disk", dateOfBase(build.base.name), { maxAgeDays: it.maxAgeDays, now });
  requireAge("This disk", superblock.madeAt, { maxAgeDays: it.maxAgeDays, now });
  const gone = await generalise(ext4);
  it.say(`Removed ${gone.length} files and folders of the machine; emptying the free space`);
  const ranges = await ext4.freeBlocks();
  await zeroFree(disk, { offset, blockBytes: superblock.blockBytes, ranges }, it.onPercent);
  await ext4.check();
}

/** What a disk that was made general says of itself. @throws {IsoError} */
export async function readGeneralDisk(disk: string): Promise<GeneralDisk> {
  const { offset, superblock, firmware } = await findSystem(disk);
  const ext4 = new Ext4(disk, offset, superblock.writtenAt);
  const ranges = await ext4.freeBlocks();
  return {
    build: await readBuildInfo(ext4),
    firmware,
    packages: parseDpkgStatus(await ext4.readText(DPKG_STATUS) ?? ""),
    populatedBytes: (await Deno.stat(disk)).size - totalBytes({ blockBytes: superblock.blockBytes, ranges }),
  };
}

async function readBuildInfo(ext4: Ext4): Promise<BuildInfo> {
  const hint = "Give the disk of a machine that one of our installation images has installed to the end";
  const [text, mark] = [await ext4.readText(BUILD_INFO_PATH), await ext4.readText(INSTALLED_MARK)];
  if (text === undefined || mark === undefined) {
    throw new IsoError("No installation of an Alga appliance has ended on this disk", hint);
  }
  try {
    return BuildInfo.parse(JSON.parse(text));
  } catch (cause) {
    throw new IsoError(`${BUILD_INFO_PATH} on the disk does not name an image`, hint, { cause });
  }
}
