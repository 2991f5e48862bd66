import { Ext4 } from "../../../iso/image/disk/ext4.ts";
import { findSystem } from "../../../iso/image/disk/find_system.ts";
import { missingPrograms } from "../../cluster/missing_programs.ts";
import { run } from "../../vm/run.ts";

/** Why cloud-init cannot be run here as on a machine's first start; `undefined` where it can. */
export async function missingForCloudMachines(): Promise<string | undefined> {
  if (Deno.uid() !== 0) return "only root makes a machine of mounts";
  const needed = { "cloud-init": "cloud-init", "ssh-keygen": "openssh-client", unshare: "util-linux" };
  return (await missingPrograms(needed))[0];
}

/**
 * The modules of Ubuntu's own list that bear on who a machine is, in its order. Those that change disks and packages of the
 * machine on which this runs are left out.
 */
const CLOUD_CONFIG = `users: [default]
disable_root: true
preserve_hostname: false
cloud_init_modules: [write-files, set_hostname, update_hostname, update_etc_hosts, users-groups, ssh]
cloud_config_modules: [runcmd]
cloud_final_modules: [scripts-user]
system_info:
  distro: ubuntu
  default_user: {name: ubuntu, lock_passwd: true, gecos: Ubuntu, groups: [adm], shell: /bin/bash}
  paths: {cloud_dir: /var/lib/cloud, templates_dir: /etc/cloud/templates}
`;

/** Each folder is the machine's own; the programs are this machine's. It has no devices, no network and a name of its own. */
const START = `set -e
# systemd's, whatever the caller has.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
m=$1
mount -t tmpfs dev "$m/dev"
for it in null zero random urandom; do : >"$m/dev/$it"; mount --bind "/dev/$it" "$m/dev/$it"; done
for it in etc root home usr/local/bin; do mount --bind "$m/$it" "/$it"; done
mount -t tmpfs run /run
mount --rbind "$m/dev" /dev
mount --bind "$m/var" /var
cd /root
cloud-init init --local
cloud-init init
cloud-init modules --mode=config
cloud-init modules --mode=final
hostname >"/root/host-name"
`;

/** A machine whose first start is the real cloud-init's, with what lies on a disk's image. */
export interface CloudMachine {
  start(): Promise<void>;
  /** Text of a file of the machine; `undefined` if it has none. */
  read(path: string): Promise<string | undefined>;
  /** Name of each host key of SSH → its text. */
  hostKeys(): Promise<Record<string, string>>;
}

/** Makes a machine below a folder that is there, from a raw disk; `seed` holds the files of a NoCloud seed. */
export async function makeCloudMachine(
  root: string,
  { disk, seed = {}, agent = "#!/bin/sh\n" }: { disk: string; seed?: Record<string, string>; agent?: string },
): Promise<CloudMachine> {
  for (const it of ["dev", "var/lib/cloud/seed/nocloud", "var/log", "root", "home", "usr/local/bin"]) {
    await Deno.mkdir(`${root}/${it}`, { recursive: true });
  }
  await run("cp", ["-a", "/etc", `${root}/etc`]);
  const { offset, superblock } = await findSystem(disk);
  const system = new Ext4(disk, offset, superblock.writtenAt);
  for (const folder of ["/etc/ssh", "/etc/cloud/cloud.cfg.d", "/etc/netplan"]) {
    await Deno.remove(root + folder, { recursive: true }).catch(() => {}); // not every system has each
    await Deno.mkdir(root + folder);
    for (const { name, kind } of (await system.list([folder])).get(folder) ?? []) {
      const text = kind === "file" ? await system.readText(`${folder}/${name}`) : undefined;
      if (text !== undefined) await Deno.writeTextFile(`${root}${folder}/${name}`, text);
    }
  }
  await Deno.writeTextFile(`${root}/etc/cloud/cloud.cfg`, CLOUD_CONFIG);
  for (const [name, text] of Object.entries(seed)) {
    await Deno.writeTextFile(`${root}/var/lib/cloud/seed/nocloud/${name}`, text);
  }
  await Deno.writeTextFile(`${root}/usr/local/bin/alga-agent`, agent, { mode: 0o755 });
  return {
    async start() {
      await run("unshare", ["--mount", "--net", "--uts", "sh", "-c", START, "sh", root]);
    },
    read: (path) => Deno.readTextFile(root + path).catch(() => undefined),
    async hostKeys() {
      const keys: Record<string, string> = {};
      for (const { name } of Deno.readDirSync(`${root}/etc/ssh`)) {
        if (name.startsWith("ssh_host_")) keys[name] = await Deno.readTextFile(`${root}/etc/ssh/${name}`);
      }
      return keys;
    },
  };
}
