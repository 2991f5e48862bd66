import { RealHost } from "../host/real_host.ts";
import { requireNoPackage, requireRootUser } from "../install/refusals.ts";
import { hasSystemd } from "../install/service.ts";
import { findData, k3sRemoval, uninstallAgent } from "../install/uninstall_agent.ts";
import { PATHS } from "../state/paths.ts";
import { type Command, EXIT } from "./command.ts";
import { parseOptions, requireRoot } from "./options.ts";

/** What has to be typed before anything is gone for good. */
const YES = "yes";

/** `alga-agent uninstall` */
export const uninstallCommand: Command = {
  name: "uninstall",
  summary: "stop the service and remove the program; data stays",
  help: `Usage: alga-agent uninstall [--purge [--yes]] [--root DIR]

  --purge     remove its data too: answers, passwords, token, journal
  --yes       do not ask before data goes
  --root DIR  where the appliance's "/" lies (default /)

Kubernetes and all that runs in it stay; how to remove them is printed.
Needs root.

Example: sudo alga-agent uninstall`,
  async run(args, terminal) {
    const { values } = parseOptions(
      {
        args: [...args],
        options: {
          root: { type: "string", default: "/" },
          purge: { type: "boolean", default: false },
          yes: { type: "boolean", default: false },
        },
      } as const,
    );
    const host = new RealHost(await requireRoot(values.root));
    const isHere = host.root === "/";
    if (isHere) requireRootUser(Deno.uid(), "uninstall");
    await requireNoPackage(
      host,
      "uninstall",
      values.purge ? "apt purge alga-agent" : "apt remove alga-agent",
    );

    const data = await findData(host);
    if (values.purge && data.length > 0 && !values.yes) {
      terminal.err(`This goes for good:\n${data.map((it) => `  ${it}\n`).join("")}`);
      terminal.err(`Type "${YES}" to remove it: `);
      if ((await terminal.readLine())?.trim() !== YES) {
        terminal.err("\nNothing was removed.\n");
        return EXIT.error;
      }
    }
    const removed = await uninstallAgent(host, {
      withData: values.purge,
      withService: isHere && await hasSystemd(host),
    });
    for (const path of removed) terminal.err(`Removed ${path}\n`);
    if (removed.length === 0) terminal.err("The agent is not installed here. Nothing was removed.\n");
    if (!values.purge && data.length > 0) {
      terminal.err(`Kept: ${data.join(", ")}. To remove them too: --purge\n`);
    }
    const removal = await k3sRemoval(host);
    if (removal !== undefined) {
      terminal.err(
        `Kubernetes still runs with Alga and its data (${PATHS.localPathData}). To remove it: sudo ${removal}\n`,
      );
    }
    return EXIT.ok;
  },
};
