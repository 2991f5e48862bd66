import { openAccess } from "../access/mod.ts";
import { systemClock } from "../clock.ts";
import { AgentError } from "../error.ts";
import { primaryAddress } from "../host/network_facts.ts";
import { RealHost } from "../host/real_host.ts";
import { installAgent, type Installed } from "../install/install_agent.ts";
import { LOCAL_PLACES, PACKAGE_PLACES } from "../install/places.ts";
import {
  requireNoPackage,
  requireRootUser,
  requireSupportedSystem,
  requireSystemd,
} from "../install/refusals.ts";
import { AGENT_PORT } from "../product/ports.ts";
import { SUPPORTED_SYSTEM } from "../product/supported_system.ts";
import { BUILD } from "../version.ts";
import { type Command, EXIT, type Terminal, UsageError } from "./command.ts";
import { installTexts } from "./install_texts.ts";
import { formatAddress } from "./listen.ts";
import { parseOptions, requireRoot } from "./options.ts";

/** `alga-agent install` */
export const installCommand: Command = {
  name: "install",
  summary: "put this program in place as a service and start it",
  help: `Usage: alga-agent install [OPTIONS]

  --any-system       also where this is not ${SUPPORTED_SYSTEM.title}, at your own risk
  --allow-downgrade  also over a newer agent
  --root DIR         put the files below DIR; nothing is started
  --for-package      lay them out as a Debian package does (with --root)
  --for-update       as an update of the agent does it: also over a newer one
                     and in front of a package; the service is left alone

Puts program, unit, manual page and completion in place, starts the service
and prints address and token. May be repeated; over an older agent it is an
upgrade: state and sessions stay, and what was under way goes on. Needs root.

Example: sudo ./alga-agent install`,
  async run(args, terminal) {
    const { values } = parseOptions(
      {
        args: [...args],
        options: {
          root: { type: "string", default: "/" },
          "any-system": { type: "boolean", default: false },
          "allow-downgrade": { type: "boolean", default: false },
          "for-package": { type: "boolean", default: false },
          "for-update": { type: "boolean", default: false },
        },
      } as const,
    );
    const host = new RealHost(await requireRoot(values.root));
    const isHere = host.root === "/";
    const isPackage = values["for-package"];
    const isUpdate = values["for-update"];
    if (isPackage && isUpdate) throw new UsageError("Say either --for-package or --for-update");
    if (isPackage && isHere) throw new UsageError("--for-package needs --root: a package is made elsewhere");
    if (BUILD.commit === "source") {
      throw new AgentError("USAGE", "Cannot install a run from source: only the compiled program is whole", {
        hint: "Make it (deno task compile), then run .out/alga-agent install",
      });
    }
    if (isHere) requireRootUser(Deno.uid(), "install");
    if (!isPackage && !isUpdate) {
      await requireNoPackage(host, "install", "apt install ./alga-agent_VERSION_amd64.deb");
      if (!values["any-system"]) await requireSupportedSystem(host);
    }
    if (isHere && !isUpdate) await requireSystemd(host);

    const places = isPackage ? PACKAGE_PLACES : LOCAL_PLACES;
    const installed = await installAgent({
      host,
      machine: new RealHost("/"),
      program: Deno.execPath(),
      build: BUILD,
      places,
      texts: await installTexts(places),
      allowDowngrade: values["allow-downgrade"] || isUpdate,
      withService: isHere && !isUpdate,
    });
    if (isUpdate) return EXIT.ok;
    for (const path of installed.changed) terminal.err(`${path}\n`);
    terminal.err(`${summary(installed, isHere)}\n`);
    if (installed.consoleLines.length > 0) {
      const units = installed.consoleLines.map((it) => `alga-appliance-console@${it}`).join(" ");
      terminal.err(
        `Its console comes to ${
          installed.consoleLines.join(", ")
        } with the next boot. At once, in place of\n`,
      );
      terminal.err(`the login there: sudo systemctl start ${units}\n`);
    }
    if (!isPackage) await printWhereToGo(host, terminal);
    return EXIT.ok;
  },
};

/** What has happened, in one line. */
function summary({ changed, service }: Installed, isHere: boolean): string {
  const named = `alga-agent ${BUILD.version}`;
  if (!isHere) return `${named} is in place below the root. Nothing was started`;
  if (service === "started") return `${named} is installed and runs`;
  if (service === "restarting") return `${named} is installed and restarts. What was under way goes on`;
  return changed.length === 0
    ? `${named} was installed already. Nothing has changed`
    : `${named} is installed`;
}

async function printWhereToGo(host: RealHost, terminal: Terminal): Promise<void> {
  const access = await openAccess({ host, clock: systemClock });
  const address = host.root === "/" ? await primaryAddress(host).catch(() => undefined) : undefined;
  const hostname = address?.address ?? "ADDRESS-OF-THE-MACHINE";
  const where = formatAddress({ hostname, port: AGENT_PORT });
  terminal.out(`Open in a browser: http://${where}/\n`);
  terminal.out(`Or encrypted:      https://${where}/ ("alga-agent status" tells its fingerprint)\n`);
  const token = access.tokenToShow();
  terminal.out(
    token === undefined ? "Sign in with the management password.\n" : `Setup token:       ${token}\n`,
  );
}
