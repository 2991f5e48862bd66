import { besideModule } from "../agent/beside_module.ts";

/** The program as the unit file names it; not the one from before an update, which is always there. */
const IN_FILE = /\/usr\/local\/bin\/alga-agent(?!\.)/g;

/** The service itself, its console on a line, the login that may take the console's place, and what updates the agent. */
export const UNIT_NAMES = [
  "alga-appliance.service",
  "alga-appliance-console@.service",
  "alga-appliance-login@.service",
  "alga-appliance-update.service",
] as const;
export type UnitName = typeof UNIT_NAMES[number];

/** A unit, which stands beside this module in the source tree and in the bundle alike, for a program at `path`. */
export function readUnit(name: UnitName, path: string): string {
  return Deno.readTextFileSync(besideModule(name, import.meta.url)).replaceAll(
    IN_FILE,
    () => path,
  );
}
