import { Ext4 } from "../../iso/image/disk/ext4.ts";
import { findSystem } from "../../iso/image/disk/find_system.ts";
import { BUILD_INFO_PATH, INSTALLED_MARK } from "../../iso/payload/install_script.ts";
import { PATHS } from "../../agent/state/paths.ts";
import { run } from "../vm/run.ts";

/** What a disk says of the system on it, seen from outside: no root, no mounting, nobody logs in. */
export interface DiskFacts {
  firmware: "bios" | "efi";
  bytes: number;
  /** Of the root file system. */
  systemBytes: number;
  /** How the disk reads where it should have the mark of a whole installation. */
  isMarked: boolean;
  buildInfo: string;
  machineId: string;
  /** Name of each host key of SSH → its public half. */
  hostKeys: Record<string, string>;
  hasSshServer: boolean;
  token: string;
  /** Names of the agent's state. */
  state: string[];
  /** Every line of fstab and every file that gives swap. */
  swap: string[];
  timeZone: string;
  /** What the firewall lets in, each as it stands behind "ufw"; or why that is not known. */
  firewall: string[];
  accounts: string[];
  installerLogs: string[];
}

/** Reads the rules of a firewall from the system's files; {@link ufwRules} for the real one. */
export type FirewallReader = (system: Ext4) => Promise<string[]>;

/** What a raw disk says. What a machine that was cut off has left in its journal is taken up in a copy. @throws {IsoError} */
export async function readDisk(path: string, firewall: FirewallReader): Promise<DiskFacts> {
  if (!(await findSystem(path)).superblock.needsReplay) return await read(path, firewall);
  const copy = `${path}.read`;
  try {
    await run("cp", ["--sparse=always", path, copy]);
    const { offset, superblock } = await findSystem(copy);
    await new Ext4(copy, offset, superblock.writtenAt).check();
    return await read(copy, firewall);
  } finally {
    await Deno.remove(copy).catch(() => {}); // if it came so far
  }
}

async function read(path: string, firewall: FirewallReader): Promise<DiskFacts> {
  const { offset, superblock, firmware } = await findSystem(path);
  const system = new Ext4(path, offset, superblock.writtenAt);
  const text = async (name: string) => (await system.readText(name))?.trim() ?? "";
  const folders = await system.list(["/", "/etc/ssh", "/usr/sbin", PATHS.stateDir, "/var/log/installer"]);
  const names = (folder: string) => (folders.get(folder) ?? []).map((it) => it.name);
  const hostKeys: Record<string, string> = {};
  for (const name of names("/etc/ssh").filter((it) => it.startsWith("ssh_host_"))) {
    hostKeys[name] = await text(`/etc/ssh/${name}`);
  }
  const fstab = (await text("/etc/fstab")).split("\n");
  return {
    firmware,
    bytes: (await Deno.stat(path)).size,
    systemBytes: superblock.bytes,
    isMarked: await system.readText(INSTALLED_MARK) !== undefined,
    buildInfo: await text(BUILD_INFO_PATH),
    machineId: await text("/etc/machine-id"),
    hostKeys,
    hasSshServer: names("/usr/sbin").includes("sshd"),
    token: await text(PATHS.setupToken),
    state: names(PATHS.stateDir),
    swap: [
      ...fstab.filter((it) => /^[^#\s]\S*\s+\S+\s+swap\s/.test(it)),
      ...names("/").filter((it) => /^swap(\.img|file)$/.test(it)).map((it) => `/${it}`),
    ],
    timeZone: await text("/etc/timezone"),
    firewall: await firewall(system),
    accounts: (await text("/etc/passwd")).split("\n").map((it) => it.split(":")[0] ?? ""),
    installerLogs: names("/var/log/installer"),
  };
}

const POLICIES = [["incoming", "INPUT"], ["outgoing", "OUTPUT"], ["routed", "FORWARD"]] as const;
const POLICY_WORDS: Readonly<Record<string, string>> = { DROP: "deny", ACCEPT: "allow", REJECT: "reject" };
const ANYWHERE = "0.0.0.0/0";

/** What Ubuntu's ufw keeps in its files, in the words of {@link firewallRules}. @see ufw(8), its comment lines "### tuple ###" */
export const ufwRules: FirewallReader = async (system) => {
  const [conf = "", defaults = "", rules = ""] = [
    await system.readText("/etc/ufw/ufw.conf"),
    await system.readText("/etc/default/ufw"),
    await system.readText("/etc/ufw/user.rules"),
  ];
  return parseUfw({ conf, defaults, rules });
};

/** The same from the files' texts. A rule of another kind is given as it stands. */
export function parseUfw(it: { conf: string; defaults: string; rules: string }): string[] {
  if (!/^ENABLED=yes$/m.test(it.conf)) return ["the firewall is off"];
  const policies = POLICIES.map(([word, chain]) => {
    const [, policy = ""] = new RegExp(`^DEFAULT_${chain}_POLICY="(\\w+)"$`, "m").exec(it.defaults) ?? [];
    return `default ${POLICY_WORDS[policy] ?? policy} ${word}`;
  });
  return [
    ...policies,
    ...[...it.rules.matchAll(/^### tuple ### (.+)$/gm)].map(([, tuple = ""]) => rule(tuple)),
  ];
}

function rule(tuple: string): string {
  const [action = "", protocol, port, to = "", fromPort, from = "", direction, ...more] = tuple.split(" ");
  if (fromPort !== "any" || direction !== "in" || more.length > 0) return tuple;
  const words = action.replace(/^route:/, "route ");
  const isAnywhere = [to, from].map((it) => it === ANYWHERE);
  if (port !== "any") return isAnywhere.every(Boolean) ? `${words} ${port}/${protocol}` : tuple;
  if (protocol !== "any") return tuple;
  if (isAnywhere[0]) return `${words} from ${from}`;
  return isAnywhere[1] ? `${words} to ${to}` : tuple;
}
