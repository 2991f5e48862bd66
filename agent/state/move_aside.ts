import { type Clock, isoNow } from "../clock.ts";
import type { Host, PathInfo } from "../host/host.ts";
import { MODE, PATHS, SECRET_FILES } from "./paths.ts";

/** What {@link moveAside} does with a file, for people. */
export function asideText(path: string): string {
  return SECRET_FILES.includes(path)
    ? `It was removed, because it may hold a secret; a note is in ${PATHS.damagedDir}`
    : `It was moved to ${PATHS.damagedDir}`;
}

/**
 * Moves a damaged file to `damaged/`, where it is kept. Of a file that holds secrets only a note is kept, which says when it was
 * found damaged and how large it was: a password must not outlive the file that it was needed in.
 */
export async function moveAside(host: Host, path: string, clock: Clock): Promise<void> {
  const aside = await placeAside(host, path, clock);
  if (!SECRET_FILES.includes(path)) return await host.rename(path, aside);
  const sizeBytes = (await host.info(path))?.sizeBytes ?? 0;
  const note = { path, foundAt: isoNow(clock), sizeBytes, isKept: false, why: "It may hold a secret" };
  await host.writeFile(`${aside}.note.json`, `${JSON.stringify(note)}\n`, { mode: MODE.secretFile });
  await host.remove(path, { recursive: true });
}

/**
 * Makes sure that a state file's path can be read and written without waiting for anybody and without ending elsewhere: a
 * folder, link, pipe, socket or device there is renamed into `damaged/` beside it, whole and unopened. Gives what was found and
 * where it is now, for people; `undefined` when there is a regular file or nothing. @throws {AgentError} STATE_WRITE_FAILED
 */
export async function moveNonFileAside(
  host: Host,
  path: string,
  clock: Clock,
): Promise<string | undefined> {
  const kind = await nonFileAt(host, path);
  if (kind === undefined) return undefined;
  const aside = await placeAside(host, path, clock);
  try {
    await host.rename(path, aside);
  } catch (error) {
    if (await nonFileAt(host, path) === undefined) return undefined; // another process was faster
    throw error;
  }
  return `"${path}" was ${NON_FILES[kind]}, not a file. It was moved to ${folderAside(path)}`;
}

type NonFile = Exclude<PathInfo["kind"], "file">;

const NON_FILES: Readonly<Record<NonFile, string>> = {
  folder: "a folder",
  link: "a link",
  other: "a pipe, socket or device",
};

async function nonFileAt(host: Host, path: string): Promise<NonFile | undefined> {
  const kind = (await host.info(path))?.kind;
  return kind === "file" ? undefined : kind;
}

/** On the same file system as the path, so that a rename is enough. */
function folderAside(path: string): string {
  return `${path.slice(0, path.lastIndexOf("/"))}/damaged`;
}

async function placeAside(host: Host, path: string, clock: Clock): Promise<string> {
  const folder = folderAside(path);
  const stamp = isoNow(clock).replaceAll(/[:.]/g, "-");
  await makeFolderAside(host, folder, stamp);
  return `${folder}/${stamp}-${path.slice(path.lastIndexOf("/") + 1)}`;
}

async function makeFolderAside(host: Host, folder: string, stamp: string): Promise<void> {
  const found = await host.info(folder);
  if (found && found.kind !== "folder") await host.rename(folder, `${folder}-${stamp}`);
  await host.makeFolder(folder, { mode: 0o700 });
}
