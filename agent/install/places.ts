/** Where the parts of the agent lie. */
export interface Places {
  program: string;
  unit: string;
  consoleUnit: string;
  loginUnit: string;
  updateUnit: string;
  tmpfiles: string;
  manPage: string;
  completion: string;
}

/** By `alga-agent install`: what no package owns. */
export const LOCAL_PLACES: Places = {
  program: "/usr/local/bin/alga-agent",
  unit: "/etc/systemd/system/alga-appliance.service",
  consoleUnit: "/etc/systemd/system/alga-appliance-console@.service",
  loginUnit: "/etc/systemd/system/alga-appliance-login@.service",
  updateUnit: "/etc/systemd/system/alga-appliance-update.service",
  tmpfiles: "/etc/tmpfiles.d/alga-appliance.conf",
  manPage: "/usr/local/share/man/man8/alga-agent.8",
  completion: "/usr/local/share/bash-completion/completions/alga-agent",
};

/** By the Debian package. */
export const PACKAGE_PLACES: Places = {
  program: "/usr/bin/alga-agent",
  unit: "/usr/lib/systemd/system/alga-appliance.service",
  consoleUnit: "/usr/lib/systemd/system/alga-appliance-console@.service",
  loginUnit: "/usr/lib/systemd/system/alga-appliance-login@.service",
  updateUnit: "/usr/lib/systemd/system/alga-appliance-update.service",
  tmpfiles: "/usr/lib/tmpfiles.d/alga-appliance.conf",
  manPage: "/usr/share/man/man8/alga-agent.8",
  completion: "/usr/share/bash-completion/completions/alga-agent",
};

/** The agent's unit. */
export const UNIT = "alga-appliance.service";

/** The unit that puts another agent in place, and the one before it back. */
export const UPDATE_UNIT = "alga-appliance-update.service";

/**
 * The program from before an update of the agent; it is what the unit of the update runs. The same on machines with the package:
 * what dpkg has put there is never changed, another agent comes into /usr/local, in front of it.
 */
export const PREVIOUS_PROGRAM = "/usr/local/bin/alga-agent.previous";

/** The unit of the console on one line ("tty1"). */
export function consoleUnitOf(line: string): string {
  return `alga-appliance-console@${line}.service`;
}

/** Removes k3s with everything in it; the vendor's installer puts it there. */
export const K3S_UNINSTALL = "/usr/local/bin/k3s-uninstall.sh";
