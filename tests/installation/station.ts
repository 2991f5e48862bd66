import { buildIso } from "../../iso/build_iso.ts";
import { sha256OfFile } from "../../tools/release_agent/checksums.ts";
import { type Machine, withQemu } from "../vm/machine.ts";
import { run } from "../vm/run.ts";
import { makeInstallingBase } from "./stand_in_image.ts";

/** How a machine begins to start. */
export type Firmware = "BIOS" | "UEFI";

/** Where the package `ovmf` puts UEFI's firmware: its program, and its variables as they are at first. */
export const OVMF = { code: "/usr/share/OVMF/OVMF_CODE_4M.fd", variables: "/usr/share/OVMF/OVMF_VARS_4M.fd" };

/** Small, so that they are quickly compared; the second is larger, and an image that asks nobody would like it better. */
const DISK_GIB = 6;
const OTHER_GIB = 8;

/** A machine with the image in its drive, an empty disk, and a larger one with data. */
export interface Station {
  dir: string;
  firmware: Firmware;
  image: string;
  disk: string;
  other: string;
}

/** Makes the image that is tried, from a stand-in of Ubuntu's. */
export async function makeImage(dir: string, program: string): Promise<string> {
  const base = `${dir}/base.iso`;
  await makeInstallingBase(base, dir);
  const output = `${dir}/out/alga.iso`;
  await buildIso({
    repo: new URL("../..", import.meta.url).pathname,
    base,
    proof: { kind: "sum", sha256: await sha256OfFile(base) },
    output,
    program,
    account: { kind: "none" },
    diskChoice: { minDiskGib: 3 },
    images: [],
    say: () => {},
  });
  await Deno.remove(base);
  return output;
}

/** A machine whose disks nobody has used. */
export async function makeStation(parent: string, image: string, firmware: Firmware): Promise<Station> {
  const dir = await Deno.makeTempDir({ dir: parent, prefix: `${firmware}-` });
  const [disk, other] = [`${dir}/disk.raw`, `${dir}/other.raw`];
  await run("truncate", ["--size", `${DISK_GIB}G`, disk]);
  await run("truncate", ["--size", `${OTHER_GIB}G`, other]);
  await run("mke2fs", ["-q", "-F", "-t", "ext4", "-E", "lazy_itable_init=1,nodiscard", other]);
  await run("cp", ["--sparse=always", other, `${other}.before`]);
  if (firmware === "UEFI") await Deno.copyFile(OVMF.variables, `${dir}/variables.fd`);
  return { dir, firmware, image, disk, other };
}

/** Whether the disk with data is as it was. */
export async function isOtherUntouched({ other }: Station): Promise<boolean> {
  const compared = await run("qemu-img", ["compare", "-f", "raw", "-F", "raw", other, `${other}.before`])
    .catch(() => "");
  return compared.includes("identical");
}

/** Starts the machine; with `-no-reboot` it stops where it would start again. */
export async function start(
  it: Station,
  body: (machine: Machine) => Promise<void>,
  more: readonly string[] = [],
): Promise<void> {
  const drive = (
    id: string,
    file: string,
    rest: string,
  ) => ["-drive", `id=${id},if=none,file=${file},format=raw,${rest}`];
  const flash = (
    unit: number,
    file: string,
    rest = "",
  ) => ["-drive", `if=pflash,format=raw,unit=${unit},file=${file}${rest}`];
  await withQemu(
    [
      ...(it.firmware === "BIOS" ? [] : [
        ...flash(0, OVMF.code, ",readonly=on"),
        ...flash(1, `${it.dir}/variables.fd`),
      ]),
      ...drive("o", it.other, "cache=unsafe"),
      ...["-device", "virtio-blk-pci,drive=o,addr=0x10"],
      ...drive("d", it.disk, "cache=unsafe,discard=unmap"),
      ...["-device", "virtio-blk-pci,drive=d,addr=0x11,bootindex=2"],
      ...drive("c", it.image, "readonly=on"),
      ...["-device", "virtio-scsi-pci,id=sc", "-device", "scsi-cd,bus=sc.0,drive=c,bootindex=1"],
      ...more,
    ],
    it.dir,
    body,
  );
}
