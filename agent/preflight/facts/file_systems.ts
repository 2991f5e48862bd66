import { dirname } from "node:path/posix";
import * as z from "zod";
import type { Host } from "../../host/host.ts";
import { PATHS } from "../../state/paths.ts";
import { tryParseJson } from "../../text/try_parse_json.ts";

const Bytes = z.union([z.number(), z.string().regex(/^\d+$/)]).transform(Number);

const FindMnt = z.object({
  filesystems: z.array(
    z.object({
      target: z.string(),
      // Numbers or text by version; null for a file system without a size, which must not read as 0 % used.
      size: Bytes.refine((it) => it > 0),
      used: Bytes,
      avail: Bytes,
      fstype: z.string().default(""),
      options: z.string().default(""),
      /** Device, with the subvolume in brackets where there is one. */
      source: z.string().default(""),
    }),
  ).min(1),
});

/** One mounted file system, sizes in bytes. */
export interface FileSystem extends MountedFileSystem {
  /** Which of {@link PLACES} lie on it. */
  places: readonly string[];
}
type MountedFileSystem = z.infer<typeof FindMnt>["filesystems"][number];

/** Where the appliance writes much: images and the cluster's database, its own state, data of volumes. */
const PLACES = ["/var/lib/rancher", PATHS.stateDir, PATHS.localPathData] as const;
/** Where images are unpacked. */
export const IMAGES_PLACE = PLACES[0];

/** The file systems that the appliance will fill, each once, in the order of {@link PLACES}. @throws {Error} If one cannot be asked. */
export async function readFileSystems(host: Host): Promise<FileSystem[]> {
  const found = new Map<string, MountedFileSystem & { places: string[] }>();
  const asked = new Map<string, MountedFileSystem>();
  for (const place of PLACES) {
    const path = await nearestFolder(host, place);
    const it = asked.get(path) ?? await findMount(host, path);
    asked.set(path, it);
    const known = found.get(it.target) ?? { ...it, places: [] };
    known.places.push(place);
    found.set(it.target, known);
  }
  return [...found.values()];
}

/** The path itself, or the folder above it that exists already: on a fresh machine most do not. */
export async function nearestFolder(host: Host, path: string): Promise<string> {
  let folder = path;
  while (folder !== "/" && await host.info(folder).catch(() => undefined) === undefined) {
    folder = dirname(folder);
  }
  return folder;
}

async function findMount(host: Host, path: string): Promise<MountedFileSystem> {
  const argv = [
    "findmnt",
    "-J",
    "-b",
    "-T",
    path,
    "-o",
    "TARGET,SIZE,USED,AVAIL,FSTYPE,OPTIONS,SOURCE",
  ] as const;
  const { code, stdout, stderr } = await host.run(argv, { timeoutMs: 4_000 });
  if (code !== 0) throw new Error(`findmnt ended with ${code}: ${stderr.trim()}`);
  const first = FindMnt.safeParse(tryParseJson(stdout)).data?.filesystems[0];
  if (!first) throw new Error("findmnt gave an answer that cannot be read");
  return first;
}
