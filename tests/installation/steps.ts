import assert from "node:assert/strict";
import { until } from "../until.ts";
import type { Machine } from "../vm/machine.ts";
import { type MachineEvidence } from "./acceptance/evidence.ts";
import { readDisk } from "./disk_facts.ts";
import type { ImageKind } from "./image_kind.ts";
import { isUntouched, start, type Station } from "./station.ts";

/** What happens between the steps of a machine's way; everything of it is optional. */
export interface WalkOptions {
  hasCable: boolean;
  /** Once it is installed, before anything has started from its disk. */
  onInstalled?: () => Promise<void>;
  /** At its first start, with address and token on the serial line. */
  onStarted?: (machine: Machine) => Promise<void>;
  say?: (line: string) => void;
}

/** A machine's way from an empty disk to its first page, the image still in the drive at the end. */
export async function walkMachine(station: Station, it: WalkOptions): Promise<MachineEvidence> {
  const { kind, disk, firmware } = station;
  const { hasCable, say = () => {} } = it;
  say(`${firmware}: installing`);
  const begunMs = Date.now();
  const menu = await install(station, hasCable);
  const installSec = (Date.now() - begunMs) / 1000;
  const installed = await readDisk(disk, kind.firewall);
  await it.onInstalled?.();
  say(`${firmware}: the first start from disk`);
  const first = { said: "", token: "", health: "" };
  await start(station, async (machine) => {
    await machine.says(
      "the boot menu offers the disk",
      /Start the Alga appliance on this machine/,
      kind.longSec,
    );
    first.token = await showsToken(machine, kind);
    first.health = await answers(station);
    await it.onStarted?.(machine);
    await kind.end(machine, station.dir);
    first.said = machine.said();
  });
  const started = await readDisk(disk, kind.firewall);
  const isOtherUntouched = await isUntouched(station.other);
  return { hasCable, installSec, menu, isOtherUntouched, installed, started, ...first };
}

/** Installs on the empty disk of a machine, which stops where it would start again. Gives what the serial line said. */
async function install(station: Station, hasCable: boolean): Promise<string> {
  let said = "";
  await start(station, async (machine) => {
    await choosesSerialEntry(machine, station.kind);
    await station.kind.installs(machine);
    await machine.ends(station.kind.longSec);
    said = machine.said();
  }, { more: ["-no-reboot"], hasCable });
  return said;
}

/** On the serial line, by the entry's key; pressed until the kernel runs, so it does not matter how slow this machine is. */
export async function choosesSerialEntry({ says, type }: Machine, kind: ImageKind): Promise<void> {
  let isRunning = false;
  const typing = (async () => {
    while (!isRunning) {
      await type("s");
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
  })();
  const said = await says("the installer on the serial line", kind.running, kind.longSec)
    .finally(() => isRunning = true);
  await typing;
  assert.match(said, /Install the Alga appliance \(erases the disk\)/);
  assert.doesNotMatch(said, /Start the Alga appliance on this machine/, "no disk is installed yet");
}

/** Waits for the console with address and token, on the serial line; gives the token. */
export async function showsToken({ shows }: Machine, kind: ImageKind): Promise<string> {
  // Beside the words stands a picture of the address.
  const pattern = /Setup token:[^]*?\s([0-9A-Z]{5}(?:-[0-9A-Z]{5}){5})\s[^]*10\.0\.2\.15\/24 {2}DHCP/;
  const screen = await shows("address and token", pattern, kind.longSec);
  assert.match(screen, /^Alga appliance {2}alga-appliance\n/);
  return pattern.exec(screen)?.[1] ?? "";
}

/** What the agent says of itself to whoever asks over the network. */
async function answers({ port, kind }: Station): Promise<string> {
  const ask = async () => {
    const response = await fetch(`http://127.0.0.1:${port}/healthz`, { signal: AbortSignal.timeout(10_000) });
    const { status } = await response.json();
    return String(status);
  };
  return await until("the agent answers on port 8080", ask, (it) => it !== "", kind.longSec);
}
