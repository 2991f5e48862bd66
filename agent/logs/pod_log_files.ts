import type { Host } from "../host/host.ts";
import { parseCriLine } from "./cri_lines.ts";

/** Where the kubelet keeps what containers say. */
export const POD_LOGS_DIR = "/var/log/pods";

/** The log of one container on this machine. */
export interface PodLogFolder {
  namespace: string;
  pod: string;
  uid: string;
  container: string;
  path: string;
}

/** One file of a container's log. */
export interface LogFile {
  path: string;
  /** How often the container had been restarted when this was written. */
  restart: number;
  /** When the kubelet moved it aside; "~" of the one that is written to, which sorts behind. */
  rotatedAt: string;
  isCompressed: boolean;
}

/** Every container of which the kubelet keeps a log here; `undefined` where there is none at all. */
export async function listPodLogFolders(host: Host): Promise<PodLogFolder[] | undefined> {
  const pods = await host.list(POD_LOGS_DIR);
  if (pods === undefined) return undefined;
  const found = await Promise.all(pods.map(async (name): Promise<PodLogFolder[]> => {
    const [, namespace, pod, uid] =
      /^([a-z0-9-]{1,63})_([a-z0-9.-]{1,253})_([a-zA-Z0-9-]{1,64})$/.exec(name) ?? [];
    if (namespace === undefined || pod === undefined || uid === undefined) return [];
    const containers = await host.list(`${POD_LOGS_DIR}/${name}`).catch(() => []) ?? [];
    return containers.filter((it) => /^[a-z0-9-]{1,63}$/.test(it)).map((container) => ({
      namespace,
      pod,
      uid,
      container,
      path: `${POD_LOGS_DIR}/${name}/${container}`,
    }));
  }));
  return found.flat();
}

/** The files of one container, oldest first. A file that is being compressed is there once. */
export async function listLogFiles(host: Host, folder: string): Promise<LogFile[]> {
  const files = new Map<string, LogFile>();
  for (const name of await host.list(folder) ?? []) {
    const [, restart, rotated, gz] = /^(\d{1,6})\.log(?:\.(\d{8}-\d{6}))?(\.gz)?$/.exec(name) ?? [];
    if (restart === undefined || (gz !== undefined && rotated === undefined)) continue;
    const key = `${restart} ${rotated ?? "~"}`;
    if (files.get(key)?.isCompressed === false) continue;
    files.set(key, {
      path: `${folder}/${name}`,
      restart: Number(restart),
      rotatedAt: rotated ?? "~",
      isCompressed: gz !== undefined,
    });
  }
  return [...files.values()].toSorted((a, b) =>
    a.restart - b.restart || (a.rotatedAt < b.rotatedAt ? -1 : a.rotatedAt > b.rotatedAt ? 1 : 0)
  );
}

/** What tells a file from every other one, whatever it is called: the time of its first line; "" while it has none. */
export function headOf(beginning: Uint8Array): string {
  const { at } = parseCriLine(`${new TextDecoder().decode(beginning.subarray(0, 64)).split("\n")[0]} `);
  return at.replaceAll(/\D/g, "");
}

/** Names that a Deployment, a Job or DaemonSet, and a StatefulSet give. Their hashes have no vowels, no 0, 1 and 3. */
const OWNED =
  /^(.{1,253}?)(?:-[bcdfghjklmnpqrstvwxz2456789]{8,10}-[bcdfghjklmnpqrstvwxz2456789]{5}|-[bcdfghjklmnpqrstvwxz2456789]{5}|-\d{1,4})$/;

/** Who owns a pod by its name alone, for when nobody can be asked. */
export function ownerByName(pod: string): string {
  return OWNED.exec(pod)?.[1] ?? pod;
}
