import { AgentError } from "../error.ts";
import type { Host } from "../host/host.ts";
import { readOsRelease } from "../host/os_release.ts";
import { SUPPORTED_SYSTEM } from "../product/supported_system.ts";
import { PACKAGE_PLACES } from "./places.ts";
import { hasSystemd } from "./service.ts";

/** Only root may write where programs and units lie. @throws {AgentError} USAGE */
export function requireRootUser(userId: number | null, command: string): void {
  if (userId === 0) return;
  throw new AgentError("USAGE", `Cannot ${command}: only root may change programs and services`, {
    hint: `Run it again with sudo: sudo alga-agent ${command}`,
  });
}

/** The appliance is made and tested for one system. @throws {AgentError} USAGE that names the system that was found. */
export async function requireSupportedSystem(host: Host): Promise<void> {
  const found = await readOsRelease(host);
  if (found?.id === SUPPORTED_SYSTEM.id && found.version === SUPPORTED_SYSTEM.version) return;
  const title = found === undefined ? "a system without /etc/os-release" : `"${found.title}"`;
  throw new AgentError(
    "USAGE",
    `Cannot install on ${title}: the appliance is made for ${SUPPORTED_SYSTEM.title}`,
    {
      hint: `Use a machine with ${SUPPORTED_SYSTEM.title}, or say --any-system to try it at your own risk`,
    },
  );
}

/** Without systemd nothing would start the agent. @throws {AgentError} USAGE */
export async function requireSystemd(host: Host): Promise<void> {
  if (await hasSystemd(host)) return;
  throw new AgentError("USAGE", "Cannot install here: systemd does not run this machine", {
    hint:
      `Use a virtual or real machine with ${SUPPORTED_SYSTEM.title}; a container is not enough. Make one in the hypervisor`,
  });
}

/** What dpkg has installed is dpkg's to change; nothing else puts a program there. @throws {AgentError} USAGE */
export async function requireNoPackage(host: Host, command: string, instead: string): Promise<void> {
  if (await host.info(PACKAGE_PLACES.program) === undefined) return;
  throw new AgentError(
    "USAGE",
    `Cannot ${command}: the agent on this machine comes from its Debian package`,
    {
      hint: `Use the package instead: sudo ${instead}`,
    },
  );
}
