/** A package on a disk. */
export interface DebianPackage {
  name: string;
  version: string;
  architecture: string;
}

/** Where dpkg(1) keeps what is installed. */
export const DPKG_STATUS = "/var/lib/dpkg/status";

/** The installed packages of that file, by name. */
export function parseDpkgStatus(text: string): DebianPackage[] {
  const found: DebianPackage[] = [];
  for (const paragraph of text.split("\n\n")) {
    const field = (name: string) =>
      paragraph.split("\n").find((it) => it.startsWith(`${name}: `))?.slice(name.length + 2);
    const [name, version, architecture] = [field("Package"), field("Version"), field("Architecture")];
    if (name === undefined || version === undefined || architecture === undefined) continue;
    if (field("Status") === "install ok installed") found.push({ name, version, architecture });
  }
  return found.sort((a, b) => a.name < b.name ? -1 : 1);
}
