import { DISK_FORMATS } from "../../../iso/image/build_images.ts";
import { Ext4 } from "../../../iso/image/disk/ext4.ts";
import { findSystem } from "../../../iso/image/disk/find_system.ts";
import { copyMachine } from "../copied_machine.ts";
import type { ImageKind } from "../image_kind.ts";
import {
  type Firmware,
  isUntouched,
  makeData,
  makeStation,
  SECURE_OVMF,
  start,
  type Starting,
  type Station,
} from "../station.ts";
import { choosesSerialEntry, walkMachine } from "../steps.ts";
import type { Evidence, MachineEvidence, Start } from "./evidence.ts";
import type { TriedImage } from "./image.ts";
import { isThere } from "./requirements.ts";

/** What a run of machines is for. */
export interface RunOptions {
  image: TriedImage;
  kind: ImageKind;
  firmware: readonly Firmware[];
  /** Folder for what comes about. */
  output: string;
  say: (line: string) => void;
}

/** Minutes of each part, by its name. */
export type Minutes = Record<string, number>;

const SECURE: Starting = {
  ovmf: SECURE_OVMF,
  more: ["-machine", "smm=on", "-global", "driver=cfi.pflash01,property=secure,value=on"],
};

/** Tries an image on machines. What fails is evidence, and the rest goes on. */
export async function tryImage(it: RunOptions): Promise<{ evidence: Evidence; minutes: Minutes }> {
  const evidence: Evidence = { image: it.image.evidence, starts: {}, machines: {}, broken: {} };
  const minutes: Minutes = {};
  await Deno.remove(`${it.output}/machines`, { recursive: true }).catch(() => {}); // of a run that was interrupted, if at all
  for (const firmware of it.firmware) {
    const begunMs = Date.now();
    await tryStarts(it, firmware, evidence);
    try {
      evidence.machines[firmware] = await tryMachine(it, firmware);
      evidence.starts[`${firmware}, CD`] = "";
    } catch (error) {
      (evidence.broken ??= {})[firmware] = wordsOf(error);
      it.say(`${firmware}: ${wordsOf(error)}`);
    }
    minutes[firmware] = (Date.now() - begunMs) / 60_000;
  }
  evidence.full = await tryFull(it);
  return { evidence, minutes };
}

async function withStation<T>(
  it: RunOptions,
  firmware: Firmware,
  body: (station: Station) => Promise<T>,
): Promise<T> {
  const parent = `${it.output}/machines`;
  await Deno.mkdir(parent, { recursive: true });
  const station = await makeStation(parent, { image: it.image.path, firmware, kind: it.kind });
  try {
    return await body(station);
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
}

/** Whether the menu and the installer's system come, in the other ways; nothing is waited for there. */
async function tryStarts(it: RunOptions, firmware: Firmware, { starts }: Evidence): Promise<void> {
  const ways: [Start, Starting][] = [[`${firmware}, USB`, { medium: "USB" }]];
  if (firmware === "UEFI" && await isThere(SECURE_OVMF.code)) ways.push(["UEFI, Secure Boot", SECURE]);
  for (const [name, starting] of ways) {
    it.say(`${name}: starting the image`);
    starts[name] = await withStation(
      it,
      firmware,
      (station) =>
        start(station, (machine) => choosesSerialEntry(machine, it.kind), starting).then(() => "", wordsOf),
    );
  }
}

async function tryMachine(it: RunOptions, firmware: Firmware): Promise<MachineEvidence> {
  return await withStation(it, firmware, async (station) => {
    const machine = await walkMachine(station, {
      // One machine each with and without a cable.
      hasCable: firmware === "BIOS",
      onInstalled: () => keepLogs(station, `${it.output}/logs`),
      say: it.say,
    });
    await keepSerial(`${it.output}/serial`, firmware, machine);
    machine.images = await copyMachine(station, {
      formats: DISK_FORMATS,
      copies: 2,
      isOfCutDisk: false,
      say: it.say,
    });
    return machine;
  });
}

/** Two disks with data: the installation has to stop before it touches one. */
async function tryFull(it: RunOptions): Promise<Required<Evidence>["full"]> {
  it.say("BIOS: two disks with data");
  return await withStation(it, "BIOS", async (station) => {
    await makeData(station.disk);
    let said = "";
    await start(station, async (machine) => {
      await choosesSerialEntry(machine, it.kind);
      const pattern = /installation of the Alga appliance has failed[^]*Log: /;
      said = await machine.says("the installation stops", pattern, it.kind.longSec);
    }).catch((error) => said = wordsOf(error));
    return { said, isUntouched: await isUntouched(station.disk) && await isUntouched(station.other) };
  });
}

/** The installer's logs, for items that a person judges. */
async function keepLogs({ disk, firmware }: Station, dir: string): Promise<void> {
  const { offset, superblock } = await findSystem(disk);
  const system = new Ext4(disk, offset, superblock.writtenAt);
  const folder = "/var/log/installer";
  await Deno.mkdir(dir, { recursive: true });
  for (const { name, kind } of (await system.list([folder])).get(folder) ?? []) {
    if (kind !== "file" || !/\.log(?:\.\d+)?$|^log$/.test(name)) continue;
    await Deno.writeTextFile(`${dir}/${firmware}-${name}`, await system.readText(`${folder}/${name}`) ?? "");
  }
}

async function keepSerial(
  dir: string,
  firmware: Firmware,
  { menu, said, token }: MachineEvidence,
): Promise<void> {
  await Deno.mkdir(dir, { recursive: true });
  await Deno.writeTextFile(`${dir}/${firmware}-installation.txt`, menu);
  await Deno.writeTextFile(`${dir}/${firmware}-first-start.txt`, said.replaceAll(token, "(token)"));
}

function wordsOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, 2_000);
}
