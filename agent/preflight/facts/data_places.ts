import { dirname } from "node:path/posix";
import type { Host } from "../../host/host.ts";
import { PATHS } from "../../state/paths.ts";
import { type FileSystem, IMAGES_PLACE } from "./file_systems.ts";

/** Folders that programs in containers use, not root alone. */
const USED_BY_CONTAINERS = [IMAGES_PLACE, PATHS.localPathData] as const;
/** Permission of everybody else to pass through a folder. */
const PASS_THROUGH = 0o001;

/** What is wrong with a place of data whatever its file system is. */
export type PlaceProblem =
  | { kind: "link"; path: string }
  /** `mode` in octal digits. */
  | { kind: "closed"; path: string; mode: string }
  | { kind: "no-ftype"; path: string };

/** The first thing that keeps containers from their data; `undefined` when nothing does. Places that do not exist yet are well. */
export async function findPlaceProblem(
  host: Host,
  fileSystems: readonly FileSystem[],
): Promise<PlaceProblem | undefined> {
  for (const place of USED_BY_CONTAINERS) {
    for (let path: string = place; path !== "/"; path = dirname(path)) {
      const info = await host.info(path);
      if (info === undefined) continue;
      // The kubelet follows no link to the folders that it mounts. Above them one does no harm.
      if (info.kind === "link" && path === place) return { kind: "link", path };
      if (info.kind === "folder" && (info.mode & PASS_THROUGH) === 0) {
        return { kind: "closed", path, mode: info.mode.toString(8) };
      }
    }
  }
  for (const { fstype, target } of fileSystems) {
    if (fstype === "xfs" && await lacksFileTypes(host, target)) return { kind: "no-ftype", path: target };
  }
  return undefined;
}

/** Overlays need the type of a file in its folder's entry; XFS may have been made without. @see overlayfs in the kernel's documentation */
async function lacksFileTypes(host: Host, target: string): Promise<boolean> {
  const reply = await host.run(["xfs_info", target], { timeoutMs: 3_000 }).catch(() => undefined);
  return /\bftype=0\b/.test(reply?.stdout ?? "");
}
