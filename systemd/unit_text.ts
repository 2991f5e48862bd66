/** The program as the unit file names it. */
const IN_FILE = "/usr/local/bin/alga-agent";

/** The agent's unit, which stands beside this module in the source tree and in the bundle alike, for a program at `path`. */
export function readUnit(path: string): string {
  return Deno.readTextFileSync(new URL("./alga-appliance.service", import.meta.url)).replaceAll(
    IN_FILE,
    () => path,
  );
}
