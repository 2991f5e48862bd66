import type { Host } from "./host.ts";

/** Which operating system this is. */
export interface OsRelease {
  /** "ubuntu" */
  id: string;
  /** "24.04" */
  version: string;
  /** For people: "Ubuntu 24.04.1 LTS"; "unknown" when the file names none. */
  title: string;
}

/** What /etc/os-release says; `undefined` when it is not there. @see os-release(5) */
export async function readOsRelease(host: Host): Promise<OsRelease | undefined> {
  const text = await host.readText("/etc/os-release");
  return text === undefined ? undefined : parseOsRelease(text);
}

/** The same of a text that was read already. */
export function parseOsRelease(text: string): OsRelease {
  const [id, version] = [field(text, "ID"), field(text, "VERSION_ID")];
  return { id, version, title: field(text, "PRETTY_NAME") || `${id} ${version}`.trim() || "unknown" };
}

/** The value of a line NAME=value or NAME="value"; "" when there is none. */
function field(text: string, name: string): string {
  const line = text.split("\n").find((it) => it.startsWith(`${name}=`));
  return line?.slice(name.length + 1).replaceAll('"', "") ?? "";
}
