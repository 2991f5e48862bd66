import { createHash } from "node:crypto";
import { dirname } from "node:path/posix";
import type { Host } from "../host/host.ts";
import { MODE } from "../state/paths.ts";

/** A file that is to be there. */
export interface WantedFile {
  path: string;
  mode: number;
  /** Its text, or the path of the file on this machine that it is a copy of. */
  from: { text: string } | { copyOf: string };
}

/** Puts a file there, beside and renamed, unless it is there as wanted. Gives whether anything changed. */
export async function putFile(host: Host, machine: Host, { path, mode, from }: WantedFile): Promise<boolean> {
  const wanted = "text" in from
    ? createHash("sha256").update(from.text).digest("hex")
    : await machine.sha256(from.copyOf);
  const info = await host.info(path);
  if (info?.kind === "file" && await host.sha256(path) === wanted) {
    if (info.mode === mode) return false;
    await host.setMode(path, mode);
    return true;
  }
  await makeParents(host, path);
  if ("text" in from) await host.writeFile(path, from.text, { mode });
  else await machine.copyFile(from.copyOf, host.path(path), { mode });
  return true;
}

/** Makes a folder where there is none; what is there keeps its mode. Gives whether it was made. */
export async function ensureFolder(host: Host, path: string, mode: number): Promise<boolean> {
  if (await host.info(path) !== undefined) return false;
  await makeParents(host, path);
  await host.makeFolder(path, { mode });
  return true;
}

async function makeParents(host: Host, path: string): Promise<void> {
  const parent = dirname(path);
  if (parent !== "/") await ensureFolder(host, parent, MODE.publicFolder);
}
