/** The program as the unit file names it. */
const IN_FILE = "/usr/local/bin/alga-agent";

/** The service itself, its console on a line, and the login that may take the console's place. */
export const UNIT_NAMES = [
  "alga-appliance.service",
  "alga-appliance-console@.service",
  "alga-appliance-login@.service",
] as const;
export type UnitName = typeof UNIT_NAMES[number];

/** A unit, which stands beside this module in the source tree and in the bundle alike, for a program at `path`. */
export function readUnit(name: UnitName, path: string): string {
  return Deno.readTextFileSync(new URL(`./${name}`, import.meta.url)).replaceAll(
    IN_FILE,
    () => path,
  );
}
