import type { Host } from "../host/host.ts";
import { removeBanner } from "../state/banner_files.ts";
import { readConsoleLines } from "./console_lines.ts";
import { consoleUnitOf, K3S_UNINSTALL, LOCAL_PLACES, PREVIOUS_PROGRAM, UPDATE_UNIT } from "./places.ts";
import { disableService, reloadUnits } from "./service.ts";
import { FOLDERS } from "./tmpfiles.ts";

/** Paths of the agent's data that are there. */
export async function findData(host: Host): Promise<string[]> {
  return await present(host, FOLDERS);
}

/** The command that removes k3s and all that runs in it; `undefined` when it is not installed. */
export async function k3sRemoval(host: Host): Promise<string | undefined> {
  return await host.info(K3S_UNINSTALL) === undefined ? undefined : K3S_UNINSTALL;
}

/**
 * Stops the service and removes what `installAgent` has put in place, and the data where that is said. Gives the paths that
 * were removed. k3s stays as it is. @throws {AgentError} COMMAND_FAILED
 */
export async function uninstallAgent(
  host: Host,
  { withData, withService }: { withData: boolean; withService: boolean },
): Promise<string[]> {
  const { unit, consoleUnit, loginUnit, updateUnit, program, ...files } = LOCAL_PLACES;
  const hasUnit = await host.info(unit) !== undefined;
  const lines = await host.info(consoleUnit) === undefined ? [] : await readConsoleLines(host);
  const updates = await host.info(updateUnit) === undefined ? [] : [UPDATE_UNIT];
  if (withService && hasUnit) await disableService(host, [...updates, ...lines.map(consoleUnitOf)]);
  const paths = [
    ...await present(host, [
      unit,
      consoleUnit,
      loginUnit,
      updateUnit,
      ...Object.values(files),
      PREVIOUS_PROGRAM,
      program,
    ]),
    ...withData ? await findData(host) : [],
  ];
  for (const path of paths) await host.remove(path, { recursive: true });
  await removeBanner(host);
  if (withService && hasUnit) await reloadUnits(host);
  return paths;
}

async function present(host: Host, paths: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const path of paths) if (await host.info(path) !== undefined) found.push(path);
  return found;
}
