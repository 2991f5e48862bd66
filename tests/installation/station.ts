import { buildIso } from "../../iso/build_iso.ts";
import { sha256OfFile } from "../../tools/release_agent/checksums.ts";
import { keptPort } from "../simulator/free_port.ts";
import { until } from "../until.ts";
import { type Machine, withQemu } from "../vm/machine.ts";
import { run } from "../vm/run.ts";
import type { ImageKind } from "./image_kind.ts";
import { makeInstallingBase } from "./stand_in_image.ts";

/** How a machine begins to start. */
export type Firmware = "BIOS" | "UEFI";

/** Where the package `ovmf` puts UEFI's firmware: its program, and its variables as they are at first. */
export const OVMF = { code: "/usr/share/OVMF/OVMF_CODE_4M.fd", variables: "/usr/share/OVMF/OVMF_VARS_4M.fd" };

/** The same with Microsoft's keys, for Secure Boot. */
export const SECURE_OVMF = {
  code: "/usr/share/OVMF/OVMF_CODE_4M.secboot.fd",
  variables: "/usr/share/OVMF/OVMF_VARS_4M.ms.fd",
};

/** A machine with the image in its drive, an empty disk, and a larger one with data. */
export interface Station {
  dir: string;
  firmware: Firmware;
  image: string;
  disk: string;
  other: string;
  kind: ImageKind;
  /** Port of this machine that leads to the agent's there. */
  port: number;
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

/** A machine whose disks nobody has used; the second is larger, and an image that asks nobody would like it better. */
export async function makeStation(
  parent: string,
  { image, firmware, kind }: Pick<Station, "image" | "firmware" | "kind">,
): Promise<Station> {
  const dir = await Deno.makeTempDir({ dir: parent, prefix: `${firmware}-` });
  const [disk, other] = [`${dir}/disk.raw`, `${dir}/other.raw`];
  await run("truncate", ["--size", `${kind.diskGib}G`, disk]);
  await run("truncate", ["--size", `${kind.otherGib}G`, other]);
  await makeData(other);
  return { dir, firmware, image, disk, other, kind, port: keptPort() };
}

/** Puts a file system on a disk: data that nobody wants to lose. */
export async function makeData(disk: string): Promise<void> {
  await run("mke2fs", ["-q", "-F", "-t", "ext4", "-E", "lazy_itable_init=1,nodiscard", disk]);
  await run("cp", ["--sparse=always", disk, `${disk}.before`]);
}

/** Whether a disk with data is as it was. */
export async function isUntouched(disk: string): Promise<boolean> {
  const compared = await run("qemu-img", ["compare", "-f", "raw", "-F", "raw", disk, `${disk}.before`])
    .catch(() => "");
  return compared.includes("identical");
}

/** How a machine is started. */
export interface Starting {
  /** More words for QEMU; with `-no-reboot` it stops where it would start again. */
  more?: readonly string[];
  /** Default: it is in the drive. */
  medium?: "CD" | "USB";
  hasCable?: boolean;
  /** Default: that of the package's first variant. */
  ovmf?: typeof OVMF;
}

/** Starts the machine, and cuts it off at the end. */
export async function start(
  it: Station,
  body: (machine: Machine) => Promise<void>,
  { more = [], medium = "CD", hasCable = true, ovmf }: Starting = {},
): Promise<void> {
  const media = medium === "CD"
    ? ["-device", "virtio-scsi-pci,id=sc", "-device", "scsi-cd,bus=sc.0,drive=c,bootindex=1"]
    : ["-device", "qemu-xhci", "-device", "usb-storage,drive=c,bootindex=1"];
  await withQemu(
    [
      ...await firmwareArgs(it.firmware, it.dir, ovmf),
      ...drive("o", it.other, "cache=unsafe"),
      ...["-device", "virtio-blk-pci,drive=o,addr=0x10"],
      ...drive("d", it.disk, "cache=unsafe,discard=unmap"),
      ...["-device", "virtio-blk-pci,drive=d,addr=0x11,bootindex=2"],
      ...drive("c", it.image, "readonly=on"),
      ...media,
      ...monitorArgs(it.dir),
      ...more,
    ],
    it.dir,
    async (machine) => {
      if (!hasCable) await tellQemu(it.dir, "set_link n off");
      await body(machine);
    },
    { ...it.kind.hardware, forward: { from: it.port, to: 8080 } },
  );
}

function drive(id: string, file: string, rest: string): string[] {
  return ["-drive", `id=${id},if=none,file=${file},format=raw,${rest}`];
}

/** Words for QEMU by which a machine begins; what UEFI remembers lies in its folder, and is new where nothing is there. */
export async function firmwareArgs(firmware: Firmware, dir: string, ovmf?: typeof OVMF): Promise<string[]> {
  if (firmware === "BIOS") return [];
  const { code, variables } = ovmf ?? OVMF;
  const mine = `${dir}/variables${ovmf === undefined ? "" : "-other"}.fd`;
  if (!await Deno.stat(mine).then(() => true, () => false)) await Deno.copyFile(variables, mine);
  const flash = (unit: number, file: string, rest = "") => [
    ...["-drive", `if=pflash,format=raw,unit=${unit},file=${file}${rest}`],
  ];
  return [...flash(0, code, ",readonly=on"), ...flash(1, mine)];
}

/** Words for QEMU so that {@link tellQemu} works. */
export function monitorArgs(dir: string): string[] {
  return ["-monitor", `unix:${dir}/monitor,server=on,wait=off`];
}

/** A command of QEMU's monitor, such as what a hand at the machine would do. */
export async function tellQemu(dir: string, command: string): Promise<void> {
  const connect = () => Deno.connect({ transport: "unix", path: `${dir}/monitor` });
  using monitor = await until("QEMU's monitor listens", connect, () => true);
  await monitor.write(new TextEncoder().encode(`${command}\n`));
  const decoder = new TextDecoder();
  let said = "";
  // Two prompts: the one before the command, and the one once it was carried out.
  for await (const chunk of monitor.readable) {
    said += decoder.decode(chunk, { stream: true });
    if (said.split("(qemu)").length > 2) break;
  }
}
