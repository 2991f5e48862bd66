import { exists } from "./exists.ts";

const FOLDERS = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/** Where a program of this machine lies; PATH is not asked, it may lack the folders of the administrator. */
export async function findProgram(name: string): Promise<string | undefined> {
  for (const folder of FOLDERS) {
    if (await exists(`${folder}/${name}`)) return `${folder}/${name}`;
  }
  return undefined;
}
