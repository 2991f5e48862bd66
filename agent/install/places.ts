/** Where the parts of the agent lie. */
export interface Places {
  program: string;
  unit: string;
  consoleUnit: string;
  loginUnit: string;
  manPage: string;
  completion: string;
}

/** By `alga-agent install`: what no package owns. */
export const LOCAL_PLACES: Places = {
  program: "/usr/local/bin/alga-agent",
  unit: "/etc/systemd/system/alga-appliance.service",
  consoleUnit: "/etc/systemd/system/alga-appliance-console@.service",
  loginUnit: "/etc/systemd/system/alga-appliance-login@.service",
  manPage: "/usr/local/share/man/man8/alga-agent.8",
  completion: "/usr/local/share/bash-completion/completions/alga-agent",
};

/** By the Debian package. */
export const PACKAGE_PLACES: Places = {
  program: "/usr/bin/alga-agent",
  unit: "/usr/lib/systemd/system/alga-appliance.service",
  consoleUnit: "/usr/lib/systemd/system/alga-appliance-console@.service",
  loginUnit: "/usr/lib/systemd/system/alga-appliance-login@.service",
  manPage: "/usr/share/man/man8/alga-agent.8",
  completion: "/usr/share/bash-completion/completions/alga-agent",
};

/** The agent's unit. */
export const UNIT = "alga-appliance.service";

/** The unit of the console on one line ("tty1"). */
export function consoleUnitOf(line: string): string {
  return `alga-appliance-console@${line}.service`;
}

/** Removes k3s with everything in it; the vendor's installer puts it there. */
export const K3S_UNINSTALL = "/usr/local/bin/k3s-uninstall.sh";
