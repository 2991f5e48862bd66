import { basename } from "node:path";
import { BUILD_INFO_PATH, INSTALLED_MARK } from "../../payload/install_script.ts";
import { PATHS } from "../../../agent/state/paths.ts";

/** Something that belongs to one machine and must not be on two. */
export interface Trace {
  what: string;
  /** Where it lies; a part "*" stands for every folder there. */
  folder: string;
  /** Which of the folder's entries go, with all below them; default: every one. */
  names?: RegExp;
  /** Folders stay, because services look for them; their files go. */
  keepsFolders?: boolean;
}

const KEPT = [BUILD_INFO_PATH, INSTALLED_MARK].map((it) => basename(it));

/**
 * Every trace that a machine leaves on its disk, in the order of removal. Made new by the next start: machine-id (systemd), host
 * keys and network (cloud-init), token and record (the agent).
 */
export const TRACES: readonly Trace[] = [
  { what: "the agent's token, record, sessions, answers and certificate", folder: PATHS.stateDir },
  {
    what: "the agent's settings of this machine",
    folder: PATHS.configDir,
    names: new RegExp(`^(?!(?:${KEPT.map((it) => it.replaceAll(".", "\\.")).join("|")})$)`),
  },
  { what: "the console's banner with the token", folder: "/etc/issue.d", names: /^alga-appliance\.issue$/ },
  { what: "host keys of SSH", folder: "/etc/ssh", names: /^ssh_host_/ },
  { what: "the id of the message bus", folder: "/var/lib/dbus", names: /^machine-id$/ },
  {
    what: "random numbers, sealing key and clock of systemd",
    folder: "/var/lib/systemd",
    names: /^(?:random-seed|credential\.secret)$/,
  },
  { what: "times of systemd", folder: "/var/lib/systemd/timers" },
  { what: "the clock's last time", folder: "/var/lib/systemd/timesync" },
  { what: "leases of DHCP", folder: "/var/lib/dhcp" },
  { what: "leases of DHCP", folder: "/var/lib/NetworkManager" },
  { what: "network by this machine's links", folder: "/etc/netplan" },
  { what: "network by this machine's links", folder: "/etc/systemd/network", names: /^00-alga-|\.link$/ },
  { what: "names of links by their hardware address", folder: "/etc/udev/rules.d", names: /persistent-net/ },
  { what: "what cloud-init knows of this machine", folder: "/var/lib/cloud" },
  {
    what: "cloud-init switched off after the installation",
    folder: "/etc/cloud",
    names: /^cloud-init\.disabled$/,
  },
  {
    what: "the installer's words to cloud-init",
    folder: "/etc/cloud/cloud.cfg.d",
    names:
      /^(?:99-installer|90-installer-network|subiquity-disable-cloudinit-networking|curtin-preserve-sources)\.cfg$/,
  },
  { what: "a subscription's token", folder: "/var/lib/ubuntu-advantage/private" },
  { what: "the journal", folder: "/var/log/journal" },
  { what: "the installer's log", folder: "/var/log/installer" },
  { what: "logs", folder: "/var/log", keepsFolders: true },
  { what: "reports of crashes", folder: "/var/crash" },
  { what: "packages that were fetched", folder: "/var/cache/apt", keepsFolders: true },
  { what: "lists of packages", folder: "/var/lib/apt/lists", keepsFolders: true },
  { what: "temporary files", folder: "/tmp" },
  { what: "temporary files", folder: "/var/tmp" },
  ...["/root", "/home/*"].map((folder) => ({
    what: "traces of who logged in",
    folder,
    names: /^(?:\.(?:bash|python|psql)_history|\.lesshst|\.viminfo|\.cache|\.sudo_as_admin_successful)$/,
  })),
  ...["/root/.ssh", "/home/*/.ssh"].map((folder) => ({
    what: "hosts and private keys of who logged in",
    folder,
    names: /^(?:known_hosts|id_)/,
  })),
];

/** Lies on a disk whose appliance has been set up. */
export const CLUSTER_FOLDER = "/var/lib/rancher/k3s/server";
