import { AGENT_PORT } from "../../agent/product/ports.ts";

/** What the package says of itself. @see deb-control(5) */
export interface DebFacts {
  /** Of the agent: "0.1.0" or "1.0.0-rc.1". */
  version: string;
  installedKib: number;
}

/** As LICENSE names them. The address stands for the one of whoever publishes the package. */
const MAINTAINER = "the alga-agent authors <maintainers@alga-agent.invalid>";

/** The version as dpkg orders it: a pre-release comes before its release. @see deb-version(7) */
export function debVersion(version: string): string {
  return version.replace("-", "~");
}

/**
 * The control file. The libraries are what Deno's runtime links to. iproute2 and ca-certificates are used by checks;
 * systemd runs it.
 */
export function controlFile({ version, installedKib }: DebFacts): string {
  return `Package: alga-agent
Version: ${debVersion(version)}
Architecture: amd64
Maintainer: ${MAINTAINER}
Installed-Size: ${installedKib}
Pre-Depends: init-system-helpers (>= 1.54~)
Depends: libc6 (>= 2.27), libgcc-s1, ca-certificates, iproute2, systemd
Section: admin
Priority: optional
Description: sets up and looks after an Alga appliance
 One program that owns port ${AGENT_PORT} of an Alga PSA appliance from the first
 second: it installs Kubernetes (k3s), Flux and the releases of Alga, and
 tells what is ready, what is not, and why, on a page that needs no script.
`;
}

/** The changelog of the package: one entry that points to the agent's own. */
export function debChangelog(version: string, builtAt: Date): string {
  const [day, date, month, year, time] = builtAt.toUTCString().replace(",", "").split(" ");
  return `alga-agent (${debVersion(version)}) stable; urgency=medium

  * Release ${version} of the agent; CHANGELOG.gz says what is new.

 -- ${MAINTAINER}  ${day}, ${date} ${month} ${year} ${time} +0000
`;
}

/** Our own licence, and where those of others are. @see debian-policy 12.5 */
export function copyrightFile(ownLicence: string): string {
  return `alga-agent, made by the alga-agent authors.

${ownLicence.trimEnd()}

What others made and is inside the program is named, each with its licence,
in LICENCES.gz beside this file and by "alga-agent version --licences". The
text of the Apache License 2.0 is in /usr/share/common-licenses/Apache-2.0.
`;
}

/** What lintian says in vain, with the reason. */
export const LINTIAN_OVERRIDES = `# Deno's runtime is one static program; its libraries are its own.
alga-agent: embedded-library *
# The console stands where a login would, so it comes and goes with the logins.
alga-agent: systemd-service-file-refers-to-unusual-wantedby-target getty.target *
# A check of setup looks who holds the locks of dpkg and apt; nothing of theirs is read or written.
alga-agent: uses-dpkg-database-directly *
`;
