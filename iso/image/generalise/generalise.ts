import { basename, dirname } from "node:path";
import { HOST_NAME } from "../../autoinstall/cloud_config.ts";
import { IsoError } from "../../iso_error.ts";
import { PATHS } from "../../../agent/state/paths.ts";
import { withBlock } from "../../../agent/state/banner_files.ts";
import { type Ext4, quote } from "../disk/ext4.ts";
import { IDENTIFY_CONFIG, IMAGE_CONFIG, imageConfig, INSTALLER_CONFIG, WIRED_CONFIG } from "./cloud_files.ts";
import { planRemoval } from "./plan_removal.ts";
import { CLUSTER_FOLDER, TRACES } from "./traces.ts";

/** A file that the next start begins with. */
export interface NewFile {
  path: string;
  text: string;
  mode: number;
}

const ISCSI = "/etc/iscsi/initiatorname.iscsi";

/**
 * Takes from an installed system what belongs to one machine. Gives the paths that went.
 * @throws {IsoError} If its appliance has been set up: a cluster and its data cannot be made general.
 */
export async function generalise(ext4: Ext4): Promise<string[]> {
  const folders = await ext4.list([CLUSTER_FOLDER]);
  if (folders.has(CLUSTER_FOLDER)) {
    throw new IsoError(
      "The appliance on this disk has been set up: it holds a cluster with its keys and a customer's data",
      "Install a new machine, and take its disk before anybody sets it up",
    );
  }
  const files = await newFiles(ext4);
  const removal = await planRemoval(ext4, TRACES);
  await ext4.change(removal.commands);
  await ext4.check();
  await writeFiles(ext4, files);
  await ext4.check();
  const left = await planRemoval(ext4, TRACES);
  const written = files.map((it) => it.path);
  const stays = left.paths.filter((it) => !written.includes(it));
  if (stays.length > 0) {
    throw new IsoError(`"${stays[0]}" is still on the disk`, "This is a mistake of ours; tell us");
  }
  return removal.paths;
}

/** What is written, each only where its folder is there. */
async function newFiles(ext4: Ext4): Promise<NewFile[]> {
  const [hosts, motd, iscsi, installer] = [
    await ext4.readText("/etc/hosts"),
    await ext4.readText(PATHS.motd),
    await ext4.readText(ISCSI),
    await ext4.readText(INSTALLER_CONFIG),
  ];
  const all: NewFile[] = [
    // Empty, not missing: systemd then makes one and takes nothing else for a first start.
    { path: "/etc/machine-id", text: "", mode: 0o444 },
    { path: "/etc/hostname", text: `${HOST_NAME}\n`, mode: 0o644 },
    { path: IMAGE_CONFIG, text: imageConfig(installer), mode: 0o600 },
    { ...IDENTIFY_CONFIG, mode: 0o644 },
    { ...WIRED_CONFIG, mode: 0o600 },
  ];
  if (hosts !== undefined) {
    const text = hosts.replaceAll(/^127\.0\.1\.1[ \t].*$/gm, `127.0.1.1 ${HOST_NAME}`);
    all.push({ path: "/etc/hosts", text, mode: 0o644 });
  }
  if (motd !== undefined) all.push({ path: PATHS.motd, text: withBlock(motd, []), mode: 0o644 });
  // open-iscsi makes a name at its start where this is asked for.
  if (iscsi !== undefined) all.push({ path: ISCSI, text: "GenerateName=yes\n", mode: 0o600 });
  const there = await ext4.list([...new Set(all.map((it) => dirname(it.path)))]);
  return all.filter((it) => there.has(dirname(it.path)));
}

async function writeFiles(ext4: Ext4, files: readonly NewFile[]): Promise<void> {
  const local = await Deno.makeTempDir({ prefix: "alga-image-" });
  try {
    const there = await ext4.list([...new Set(files.map((it) => dirname(it.path)))]);
    const commands: string[] = [];
    for (const [i, { path, text, mode }] of files.entries()) {
      const [folder, name] = [dirname(path), basename(path)];
      await Deno.writeTextFile(`${local}/${i}`, text);
      if (there.get(folder)?.some((it) => it.name === name)) commands.push(`rm ${quote(path)}`);
      commands.push(
        `cd ${quote(folder)}`,
        `write ${quote(`${local}/${i}`)} ${quote(name)}`,
        `set_inode_field ${quote(path)} mode 0100${mode.toString(8)}`,
        ...["uid", "gid"].map((it) => `set_inode_field ${quote(path)} ${it} 0`),
      );
    }
    await ext4.change(commands);
  } finally {
    await Deno.remove(local, { recursive: true });
  }
}
