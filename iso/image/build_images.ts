import { createHash } from "node:crypto";
import { requireSpace } from "../free_space.ts";
import { prepareOutput, refuseOverwrite } from "../output_folder.ts";
import { Parts } from "../parts.ts";
import { tenths } from "../progress.ts";
import type { Manifest } from "../record/manifest.ts";
import { recordPaths, writeRecords } from "../record/write_records.ts";
import { requirePrograms } from "../run_program.ts";
import { requireFile } from "../require_file.ts";
import { sha256OfFile } from "../../tools/release_agent/checksums.ts";
import { signBlob } from "../../tools/release_agent/signature.ts";
import { packOva, readOva } from "./formats/ova.ts";
import { renderOvf } from "./formats/ovf.ts";
import { convertDisk, diskInfo } from "./formats/qemu_img.ts";
import { writeVmdk } from "./formats/vmdk.ts";
import { type GeneralDisk, generaliseDisk, readGeneralDisk } from "./general_disk.ts";
import { TRACES } from "./generalise/traces.ts";

/** A form in which an image goes out, which is also the end of its name. */
export type DiskFormat = "qcow2" | "ova" | "raw";

/** Every form, the raw disk last: it is moved out of the parts. */
export const DISK_FORMATS: readonly DiskFormat[] = ["qcow2", "ova", "raw"];

/** What images are made from. */
export interface ImageInput {
  /** Of any format that QEMU knows; its machine is switched off, and it stays as it is. */
  disk: string;
  /** Folder for all of them. */
  output: string;
  formats: readonly DiskFormat[];
  maxAgeDays?: number | undefined;
  /** PEM of the key that signs. */
  privatePem?: string | undefined;
  say: (line: string) => void;
}

/** What works on disks; some of it only once the disk was copied, which takes minutes. */
const PROGRAMS = ["qemu-img", "sfdisk", "debugfs", "dumpe2fs", "e2fsck"];
/** As much room as the disk's data take, twice: the general disk, and the images of it. */
const SPACE_FACTOR = 2;
/** Another number where the same disk becomes another image: parts of before do not count then. */
const RECIPE = 1;

/**
 * Makes images of an installed disk and what lies beside them. Nothing that is there is overwritten; what an interrupted run has
 * finished is taken up.
 * @throws {IsoError}
 */
export async function buildImages(it: ImageInput): Promise<Manifest[]> {
  if (it.privatePem !== undefined) signBlob(new Uint8Array(), it.privatePem);
  await requireFile("--from-disk", it.disk);
  await requirePrograms([...PROGRAMS, ...it.formats.includes("ova") ? ["tar"] : []]);
  const { format, virtualBytes, dataBytes } = await diskInfo(it.disk);
  await prepareOutput(it.output);
  await requireSpace(it.output, SPACE_FACTOR * dataBytes);
  it.say(`Reading ${it.disk}`);
  const parts = new Parts(`${it.output}/.parts-${await keyOf(it.disk)}`);
  const raw = await parts.make("disk.raw", async (path) => {
    it.say("Copying the disk");
    await convertDisk({
      from: it.disk,
      fromFormat: format,
      to: path,
      toFormat: "raw",
      onPercent: tenths(it.say),
    });
    it.say("Removing what belongs to one machine");
    await generaliseDisk(path, { maxAgeDays: it.maxAgeDays, say: it.say, onPercent: tenths(it.say) });
  });
  const disk = await readGeneralDisk(raw);
  const name = `alga-appliance-ubuntu-${disk.build.version}`;
  const formats = DISK_FORMATS.filter((format) => it.formats.includes(format));
  const paths = formats.map((format) => `${it.output}/${name}.${format}`);
  await refuseOverwrite(paths.flatMap((path) => [path, ...recordPaths(path)]));
  const made: { path: string; manifest: Manifest }[] = [];
  for (const format of formats) {
    it.say(`Writing ${name}.${format}`);
    const path = await MAKERS[format]({ parts, raw, name, disk, virtualBytes, say: it.say });
    made.push({ path, manifest: await manifestOf(path, { name: `${name}.${format}`, format, disk }) });
  }
  it.say("Writing manifests and checksums");
  const manifests = made.map((it) => it.manifest);
  // Only when all are whole: what is still a part can be taken up.
  for (const { path, manifest } of made) await Deno.rename(path, `${it.output}/${manifest.image.name}`);
  await writeRecords(it.output, manifests, { privatePem: it.privatePem, packages: disk.packages });
  await Deno.remove(parts.dir, { recursive: true });
  return manifests;
}

/** The same for the same disk and the same way of making it general. */
async function keyOf(disk: string): Promise<string> {
  const traces = TRACES.map(({ folder, names, keepsFolders }) => [folder, names?.source, keepsFolders]);
  const what = JSON.stringify([RECIPE, traces, await sha256OfFile(disk)]);
  return createHash("sha256").update(what).digest("hex").slice(0, 16);
}

interface Making {
  parts: Parts;
  /** The general disk. */
  raw: string;
  name: string;
  disk: GeneralDisk;
  virtualBytes: number;
  say: (line: string) => void;
}

const MAKERS: Readonly<Record<DiskFormat, (it: Making) => Promise<string>>> = {
  qcow2: ({ parts, raw, say }) =>
    parts.make("disk.qcow2", (to) =>
      convertDisk({
        ...{ from: raw, fromFormat: "raw", to, toFormat: "qcow2", isCompressed: true },
        onPercent: tenths(say),
      })),
  ova: makeOva,
  raw: ({ raw }) => Promise.resolve(raw),
};

async function makeOva({ parts, raw, name, disk, virtualBytes, say }: Making): Promise<string> {
  const vmdk = `${name}-disk1.vmdk`;
  const path = await parts.make(
    vmdk,
    (to) => writeVmdk({ from: raw, fromFormat: "raw", to, onPercent: tenths(say) }),
  );
  const { version, builtAt } = disk.build;
  const ovf = renderOvf({
    name,
    version,
    firmware: disk.firmware,
    disk: {
      name: vmdk,
      bytes: (await Deno.stat(path)).size,
      capacityBytes: virtualBytes,
      populatedBytes: disk.populatedBytes,
    },
  });
  await Deno.writeTextFile(`${parts.dir}/${name}.ovf`, ovf);
  return await parts.make(
    "disk.ova",
    (output) => packOva(parts.dir, { ovf: `${name}.ovf`, disk: vmdk, output, at: new Date(builtAt) }),
  );
}

async function manifestOf(
  path: string,
  { name, format, disk }: { name: string; format: DiskFormat; disk: GeneralDisk },
): Promise<Manifest> {
  return {
    formatVersion: 1,
    build: disk.build,
    image: { name, format, bytes: (await Deno.stat(path)).size, sha256: await sha256OfFile(path) },
    files: format === "ova" ? (await readOva(path)).members : [],
  };
}
