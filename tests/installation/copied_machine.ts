import { buildImages, type DiskFormat } from "../../iso/image/build_images.ts";
import { compareOva } from "../../iso/image/formats/ova.ts";
import { verifyImage } from "../../iso/verify_image.ts";
import { type Machine, withQemu } from "../vm/machine.ts";
import { run } from "../vm/run.ts";
import type { ImagesEvidence } from "./acceptance/evidence.ts";
import { type DiskFacts, readDisk } from "./disk_facts.ts";
import { firmwareArgs, monitorArgs, type Station } from "./station.ts";
import { showsToken } from "./steps.ts";

/** What is made of a machine's disk, and how its copies are looked at. */
export interface CopyOptions {
  formats: readonly DiskFormat[];
  copies: number;
  /** Whether the machine was cut off before. */
  isOfCutDisk: boolean;
  /** At each copy's first start, with address and token on the serial line. */
  onStarted?: (machine: Machine) => Promise<void>;
  say?: (line: string) => void;
}

/** Makes images of a machine's disk by our own task, and starts new machines from its QCOW2. They lie in `images` of its folder. */
export async function copyMachine(station: Station, it: CopyOptions): Promise<ImagesEvidence> {
  const { dir, disk } = station;
  const { formats, copies, isOfCutDisk, onStarted, say = () => {} } = it;
  say(`${station.firmware}: making images of the disk`);
  // Its holes need not be read when it is given without them.
  const from = `${dir}/disk.qcow2`;
  await run("qemu-img", ["convert", "-f", "raw", "-O", "qcow2", disk, from]);
  const output = `${dir}/images`;
  const manifests = await buildImages({ disk: from, output, formats, say });
  await Deno.remove(from);
  const sums: Record<string, string> = {};
  const evidence: ImagesEvidence = { names: [], problems: [], asked: formats, isOfCutDisk, copies: [], sums };
  for (const { image: { name, sha256 } } of manifests) {
    evidence.names.push(name);
    sums[`${station.firmware}/${name}`] = sha256;
    const { problems } = await verifyImage(`${output}/${name}`, { comparisons: { ova: compareOva } });
    evidence.problems.push(...problems.map((problem) => `${name}: ${problem}`));
  }
  const qcow2 = evidence.names.find((name) => name.endsWith(".qcow2"));
  for (let i = 1; i <= copies; i++) {
    say(`${station.firmware}: copy ${i} of ${copies} starts`);
    evidence.copies.push(await startsAsNew(station, `${output}/${qcow2}`, onStarted));
  }
  return evidence;
}

/** Starts a new machine whose larger disk begins as an image, which stays as it is. Gives what its disk says then. */
async function startsAsNew(
  { kind, firmware, dir: parent }: Station,
  image: string,
  onStarted: (machine: Machine) => Promise<void> = async () => {},
): Promise<DiskFacts> {
  const dir = await Deno.makeTempDir({ dir: parent });
  const [disk, raw] = [`${dir}/disk.qcow2`, `${dir}/disk.raw`];
  await run("qemu-img", [
    ...["create", "-q", "-f", "qcow2", "-b", image, "-F", "qcow2", disk, `${kind.copyGib}G`],
  ]);
  const args = [
    ...await firmwareArgs(firmware, dir),
    ...["-drive", `id=d,if=none,file=${disk},format=qcow2,cache=unsafe`],
    ...["-device", "virtio-blk-pci,drive=d,bootindex=1"],
    ...monitorArgs(dir),
  ];
  await withQemu(args, dir, async (machine) => {
    await showsToken(machine, kind);
    await onStarted(machine);
    await kind.end(machine, dir);
  }, kind.hardware);
  await run("qemu-img", ["convert", "-f", "qcow2", "-O", "raw", disk, raw]);
  const facts = await readDisk(raw, kind.firewall);
  await Deno.remove(dir, { recursive: true });
  return facts;
}
