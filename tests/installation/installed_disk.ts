import { BUILD_INFO_PATH, INSTALLED_MARK } from "../../iso/payload/install_script.ts";
import type { BuildInfo } from "../../iso/payload/build_info.ts";
import { mortalCommand } from "../mortal_command.ts";
import { run } from "../vm/run.ts";

const SECTOR_BYTES = 512;
/** Partitions end on a whole MiB, and the second copy of the table lies behind the last. */
const SPARE_BYTES = 2 * 1024 ** 2;

/** What a disk that boots both ways has, by type. @see UEFI 2.10 §5.3.3, BIOS boot partition of GRUB */
const PARTITIONS = {
  "21686148-6449-6E6F-744E-656564454649": "for GRUB of a BIOS",
  "C12A7328-F81F-11D2-BA4B-00A0C93EC93B": "for UEFI",
  "4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709": "of the system",
} as const;
const ROOT_TYPE = "4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709";

interface Partition {
  type: string;
  start: number;
  size: number;
}

/** A disk that an installation has made: a raw file. Nothing has started from it as long as nobody starts a machine with it. */
export interface InstalledDisk {
  path: string;
}

/** What is wrong with a disk before its first start, each in a sentence; looked at from outside, without root or mounting. */
export async function problemsOf(disk: InstalledDisk, build: BuildInfo): Promise<string[]> {
  const { path } = disk;
  const partitions = await partitionsOf(disk);
  const problems = Object.entries(PARTITIONS)
    .filter(([type]) => !partitions.some((it) => it.type === type))
    .map(([, what]) => `The partition ${what} is missing`);
  const root = partitions.find((it) => it.type === ROOT_TYPE);
  if (root === undefined) return problems;
  const { size } = await Deno.stat(path);
  if ((root.start + root.size) * SECTOR_BYTES < size - SPARE_BYTES) {
    problems.push("The partition of the system does not reach the end of the disk");
  }
  const system = fileSystem(`${path}?offset=${root.start * SECTOR_BYTES}`);
  if (await system.blockBytes() < root.size * SECTOR_BYTES - SPARE_BYTES) {
    problems.push("The file system does not fill its partition");
  }
  if (await system.text("/etc/machine-id") !== "") problems.push("The machine's id is there already");
  const keys = (await system.names("/etc/ssh")).filter((it) => it.startsWith("ssh_host_"));
  if (keys.length > 0) problems.push(`There are host keys already: ${keys.join(", ")}`);
  const state = await system.names("/var/lib/alga-appliance");
  if (state.length > 0) problems.push(`The agent has a state already: ${state.join(", ")}`);
  if (!(await system.names("/etc/alga-appliance")).includes(nameOf(INSTALLED_MARK))) {
    problems.push("The disk is not marked as installed");
  }
  const info = await system.text(BUILD_INFO_PATH);
  if (info !== `${JSON.stringify(build, null, 2)}\n`) problems.push("The disk does not name its image");
  return problems;
}

/** Puts another file in a file's place on a disk, or takes it away. */
export async function changeFile(disk: InstalledDisk, name: string, from?: string): Promise<void> {
  const root = (await partitionsOf(disk)).find((it) => it.type === ROOT_TYPE);
  const image = `${disk.path}?offset=${(root?.start ?? 0) * SECTOR_BYTES}`;
  await debugfs(image, `rm ${name}`, ["-w"]);
  if (from !== undefined) await debugfs(image, `write ${from} ${name}`, ["-w"]);
}

async function partitionsOf({ path }: InstalledDisk): Promise<Partition[]> {
  return JSON.parse(await run("sfdisk", ["--json", path])).partitiontable.partitions;
}

/** An ext4 in a file, by debugfs(8). */
function fileSystem(image: string) {
  return {
    text: (path: string) => debugfs(image, `cat ${path}`),
    async names(folder: string): Promise<string[]> {
      const lines = (await debugfs(image, `ls -p ${folder}`)).split("\n");
      // "/inode/mode/uid/gid/name/size/"
      return lines.map((it) => it.split("/")[5] ?? "").filter((it) => !["", ".", ".."].includes(it));
    },
    async blockBytes(): Promise<number> {
      const stats = await debugfs(image, "show_super_stats -h");
      const field = (name: string) => Number(new RegExp(`^${name}: +(\\d+)$`, "m").exec(stats)?.[1]);
      return field("Block count") * field("Block size");
    },
  };
}

/** debugfs ends with 0 whatever happens; a file that is missing reads as nothing. */
async function debugfs(image: string, request: string, flags: readonly string[] = []): Promise<string> {
  const { stdout } = await mortalCommand("debugfs", [...flags, "-R", request, image], {
    stdout: "piped",
    stderr: "null",
  }).output();
  return new TextDecoder().decode(stdout);
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
