import * as z from "zod";
import { AgentError } from "../../error.ts";
import type { Host } from "../../host/host.ts";
import { tryParseJson } from "../../text/try_parse_json.ts";

/** Block devices that are no disk of their own: loops, memory, parts put together, drives for media. */
const NOT_DISKS = /^(loop|ram|zram|dm-|md|sr|fd|nbd|drbd|rbd)\d/;
/** What makers call the attribute whose value falls from 100 to 0 as flash wears out. @see smartctl's drive database */
const WEAR_ATTRIBUTE =
  /^(Wear_Leveling_Count|Media_Wearout_Indicator|SSD_Life_Left|Percent_Life(time)?_Remain(ing)?)$/;

/** What a disk says of itself. */
export interface DiskHealth {
  /** "sda", "nvme0n1" */
  name: string;
  /** It expects to fail, or has used up its spare blocks. */
  isFailing: boolean;
  /** How much of its life the maker takes to be used, in percent; `undefined` where it is not told. */
  wearPercent: number | undefined;
}

/** Health of the disks that tell it. */
export interface DisksHealth {
  disks: readonly DiskHealth[];
  /** Disks that tell nothing, as virtual ones do. */
  silent: readonly string[];
  /** Whether smartctl is there to ask disks that are neither eMMC nor SD card. */
  hasSmartctl: boolean;
  /** Whether this process sees their devices; the sandbox of the service hides them. */
  areHidden: boolean;
}

const Smart = z.object({
  smart_status: z.object({ passed: z.boolean() }).optional(),
  nvme_smart_health_information_log: z.object({
    critical_warning: z.number().default(0),
    percentage_used: z.number().optional(),
  }).optional(),
  ata_smart_attributes: z.object({
    table: z.array(z.object({ name: z.string(), value: z.number() })),
  }).optional(),
});

/** Asks all disks of the machine side by side. Wakes none that sleeps. @throws {Error} If the disks cannot be listed, or smartctl says what it never says. */
export async function readDisksHealth(host: Host, signal: AbortSignal): Promise<DisksHealth> {
  const names = await host.list("/sys/block");
  if (names === undefined) throw new Error("/sys/block cannot be read");
  const told: DiskHealth[] = [];
  const silent: string[] = [];
  let [hasSmartctl, areHidden] = [true, false];
  const answers = await Promise.all(
    names.filter((it) => !NOT_DISKS.test(it) && /^[\w!-]{1,40}$/.test(it)).map(async (name) => ({
      name,
      found: name.startsWith("mmcblk") ? await askCard(host, name) : await askSmart(host, name, signal),
    })),
  );
  for (const { name, found } of answers) {
    if (found === "no-smartctl") hasSmartctl = false;
    if (found === undefined && await host.info(`/dev/${name}`) === undefined) areHidden = true;
    if (typeof found === "object") told.push(found);
    else silent.push(name);
  }
  return { disks: told, silent, hasSmartctl, areHidden };
}

/** The kernel tells what an eMMC says: wear in tenths, and whether its spare blocks are nearly used up. @see JESD84-B51 7.4.44 ff. */
async function askCard(host: Host, name: string): Promise<DiskHealth | undefined> {
  const read = async (file: string) =>
    await host.readText(`/sys/block/${name}/device/${file}`).catch(() => undefined);
  const tenths = (await read("life_time"))?.trim().split(/\s+/).map(Number).filter((it) => it > 0);
  if (tenths === undefined || tenths.length === 0) return undefined;
  const worst = Math.max(...tenths);
  return {
    name,
    isFailing: worst > 10 || Number(await read("pre_eol_info")) >= 3,
    wearPercent: Math.min(worst, 10) * 10,
  };
}

async function askSmart(
  host: Host,
  name: string,
  signal: AbortSignal,
): Promise<DiskHealth | "no-smartctl" | undefined> {
  // Its exit code is a set of bits, also for a healthy disk.
  const asked = [
    "smartctl",
    "--json=c",
    "--health",
    "--attributes",
    "--nocheck=standby",
    `/dev/${name}`,
  ] as const;
  let text: string;
  try {
    text = (await host.run(asked, { timeoutMs: 4_000, signal })).stdout;
  } catch (error) {
    if (error instanceof AgentError && error.code === "COMMAND_FAILED") return "no-smartctl";
    throw error;
  }
  const smart = Smart.safeParse(tryParseJson(text)).data;
  if (smart === undefined) throw new Error(`smartctl gave an answer for ${name} that cannot be read`);
  const { smart_status: status, nvme_smart_health_information_log: nvme, ata_smart_attributes: ata } = smart;
  if (status === undefined && nvme === undefined) return undefined;
  const left = ata?.table.find((it) => WEAR_ATTRIBUTE.test(it.name))?.value;
  return {
    name,
    isFailing: status?.passed === false || (nvme?.critical_warning ?? 0) !== 0,
    wearPercent: nvme?.percentage_used ?? (left === undefined ? undefined : Math.max(0, 100 - left)),
  };
}
