import { missingPrograms } from "../../cluster/missing_programs.ts";
import { run } from "../../vm/run.ts";

/** Programs that make and read disks, with their packages. */
const NEEDED: Readonly<Record<string, string>> = {
  "qemu-img": "qemu-utils",
  sfdisk: "fdisk",
  mke2fs: "e2fsprogs",
  debugfs: "e2fsprogs",
  tar: "tar",
  openssl: "openssl",
};

/** Why no disk can be made here; `undefined` where one can. */
export async function missingForDisks(): Promise<string | undefined> {
  return (await missingPrograms(NEEDED))[0];
}

export const BUILD = {
  formatVersion: 1,
  product: "alga-appliance",
  version: "0.1.0",
  commit: "ab".repeat(20),
  builtAt: "2026-11-01T12:00:00.000Z",
  base: {
    name: 'Ubuntu-Server 24.04.5 LTS "Noble Numbat" - Release amd64 (20260801) (stand-in)',
    sha256: "0".repeat(64),
  },
  k3s: null,
  account: "key",
};

/** In every file that must not go out. */
export const SECRET = "it-is-this-machine-alone";

/** What the installer hands to cloud-init, as Ubuntu's does: our cloud-config as a text in its own. */
const INSTALLER_CONFIG = `datasource:
  None:
    metadata:
      instance-id: 5ca1ab1e-0000-4000-8000-000000000000
    userdata_raw: |
      #cloud-config
      disable_root: true
      hostname: alga-appliance
      ssh_pwauth: false
      users:
      - gecos: Alga appliance
        groups: [adm, sudo]
        lock_passwd: true
        name: alga
        shell: /bin/bash
        ssh_authorized_keys: ["ssh-ed25519 AAAA a@example.com"]
        sudo: ALL=(ALL) NOPASSWD:ALL
datasource_list: [None]
`;

/** Path → text of what an installed machine has that stays in every image. */
export const STAYS: Readonly<Record<string, string>> = {
  "/etc/alga-appliance/build-info.json": JSON.stringify(BUILD),
  "/etc/alga-appliance/booted-from-disk": "",
  "/etc/os-release": "ID=ubuntu\n",
  "/etc/ssh/sshd_config": "UsePAM yes\n",
  "/etc/ssh/moduli": "numbers\n",
  "/etc/cloud/cloud.cfg": "users: [default]\nsystem_info: {default_user: {name: ubuntu, sudo: [x]}}\n",
  "/etc/cloud/cloud.cfg.d/05_logging.cfg": "output: {all: x}\n",
  "/etc/systemd/network/20-wired.network": "[Match]\nName=en*\n",
  "/home/alga/.ssh/authorized_keys": "ssh-ed25519 AAAA a@example.com\n",
  "/home/alga/.bashrc": "# shell\n",
  "/opt/alga-appliance/bin/k3s": "k3s\n",
  "/usr/bin/alga-agent": "agent\n",
  "/var/lib/dpkg/status":
    "Package: adduser\nStatus: install ok installed\nArchitecture: all\nVersion: 3.137ubuntu1\nDescription: x\n y\n\nPackage: gone\nStatus: deinstall ok config-files\nArchitecture: all\nVersion: 1\n\nPackage: libc6\nStatus: install ok installed\nArchitecture: amd64\nVersion: 2.39-0ubuntu8+x\n",
  "/var/lib/systemd/deb-systemd-helper-enabled/x": "x\n",
};

/** Path → text of what belongs to one machine. */
export const GOES: Readonly<Record<string, string>> = Object.fromEntries(
  [
    "/var/lib/alga-appliance/setup-token",
    "/var/lib/alga-appliance/journal.jsonl",
    "/var/lib/alga-appliance/sessions.json",
    '/var/lib/alga-appliance/support-bundles/a "b" c/x.tar.gz',
    "/etc/alga-appliance/journal-head.json",
    "/etc/alga-appliance/tls/tls.key",
    "/etc/alga-appliance/keys/site.pub",
    "/etc/issue.d/alga-appliance.issue",
    "/etc/ssh/ssh_host_ed25519_key",
    "/etc/ssh/ssh_host_rsa_key.pub",
    "/var/lib/dbus/machine-id",
    "/var/lib/systemd/random-seed",
    "/var/lib/systemd/credential.secret",
    "/var/lib/systemd/timers/stamp-fstrim.timer",
    "/var/lib/systemd/timesync/clock",
    "/var/lib/dhcp/dhclient.ens3.leases",
    "/etc/netplan/50-cloud-init.yaml",
    "/etc/systemd/network/00-alga-ens3.network",
    "/etc/systemd/network/10-ens3.link",
    "/etc/udev/rules.d/70-persistent-net.rules",
    "/var/lib/cloud/instances/i-1/user-data.txt",
    "/var/lib/cloud/seed/x",
    "/etc/cloud/cloud-init.disabled",
    "/etc/cloud/cloud.cfg.d/90-installer-network.cfg",
    "/var/lib/ubuntu-advantage/private/machine-token.json",
    "/var/log/journal/0123456789abcdef0123456789abcdef/system.journal",
    "/var/log/installer/autoinstall-user-data",
    "/var/log/syslog",
    "/var/log/apt/history.log",
    "/var/log/alga-appliance/audit.jsonl",
    "/var/crash/x.crash",
    "/var/cache/apt/archives/x.deb",
    "/var/lib/apt/lists/x_Packages",
    "/tmp/x",
    "/var/tmp/y/z",
    "/root/.bash_history",
    "/home/alga/.bash_history",
    "/home/alga/.ssh/known_hosts",
    "/home/alga/.cache/motd.legal-displayed",
  ].map((path) => [path, `${SECRET}\n`]),
);

/** What is on the disk and becomes another text. */
const CHANGES: Readonly<Record<string, string>> = {
  "/etc/machine-id": "0123456789abcdef0123456789abcdef\n",
  "/etc/hostname": `${SECRET}\n`,
  "/etc/hosts": `127.0.0.1 localhost\n127.0.1.1 ${SECRET}\n`,
  "/etc/motd":
    `Welcome\n--- Alga appliance (written by alga-agent) ---\nhttp://10.0.0.7 ${SECRET}\n--- end of Alga appliance ---\n`,
  "/etc/iscsi/initiatorname.iscsi": `InitiatorName=iqn.${SECRET}\n`,
  "/etc/cloud/cloud.cfg.d/99-installer.cfg": INSTALLER_CONFIG,
};

/** How a disk is made. */
export interface MadeUpDisk {
  /** More files, or other texts. */
  files?: Readonly<Record<string, string>>;
  /** Files that are not there. */
  without?: readonly string[];
  firmware?: "bios" | "efi";
  /** More lines of sfdisk(8) for partitions behind the system. */
  more?: string;
}

const START_MIB = 2;
const MIB = 1024 * 1024;

/** A disk of 64 MiB as an installation leaves it, after a start: a table of partitions, what the firmware starts, and a system. */
export async function makeUpDisk(path: string, it: MadeUpDisk = {}): Promise<string> {
  const tree = await Deno.makeTempDir({ prefix: "alga-disk-" });
  try {
    const files = { ...STAYS, ...GOES, ...CHANGES, ...it.files };
    for (const [name, text] of Object.entries(files)) {
      if (it.without?.includes(name)) continue;
      await Deno.mkdir(tree + name.slice(0, name.lastIndexOf("/")), { recursive: true });
      await Deno.writeTextFile(tree + name, text);
    }
    await Deno.chmod(`${tree}/etc/machine-id`, 0o444);
    await Deno.symlink("/no/where", `${tree}/tmp/a link`);
    const type = it.firmware === "efi" ? "U" : "21686148-6449-6E6F-744E-656564454649";
    const table = `${tree}.table`;
    await Deno.writeTextFile(
      table,
      `label: gpt\nlabel-id: 00000000-0000-4000-8000-000000000001\nstart=2048,size=2048,type=${type}\nstart=${
        START_MIB * 2048
      },size=${48 * 2048},type=L\n${it.more ?? ""}`,
    );
    await run("truncate", ["--size", "64M", path]);
    await run("sh", ["-c", 'sfdisk --quiet "$1" <"$2"', "sh", path, table]);
    await Deno.remove(table);
    const options = [`offset=${START_MIB * MIB}`, "root_owner=0:0"];
    await run("mke2fs", ["-q", "-t", "ext4", "-E", options.join(","), "-d", tree, path, "48M"]);
    // Once more, and deleted: what was there before the file that a start leaves.
    await Deno.writeTextFile(`${tree}/deleted`, `${SECRET}\n`.repeat(10_000));
    const place = `${path}?offset=${START_MIB * MIB}`;
    for (const command of [`write ${tree}/deleted deleted`, "rm deleted"]) {
      await run("debugfs", ["-w", "-R", command, place]);
    }
  } finally {
    await Deno.remove(tree, { recursive: true });
  }
  return path;
}
