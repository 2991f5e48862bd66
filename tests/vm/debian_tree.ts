import { createHash } from "node:crypto";
import { dirname } from "node:path";
import { findProgram } from "../cluster/find_program.ts";
import { missingPrograms } from "../cluster/missing_programs.ts";
import { run } from "./run.ts";

/** What a small Debian needs to boot, to have a console, and to have the agent's checks run. */
const PACKAGES = [
  "systemd",
  "systemd-sysv",
  "systemd-resolved",
  "libpam-systemd",
  "udev",
  "iproute2",
  "dbus",
  "kmod",
  "util-linux",
  "login",
  "passwd",
  "procps",
  "linux-image-amd64",
  "e2fsprogs",
  "ca-certificates",
  "libgcc-s1",
];
const RELEASE = "bookworm";

/** A tar of the tree, named by the environment or kept by its content below the cache. */
function treePath(): string {
  const given = Deno.env.get("ALGA_VM_TREE");
  if (given !== undefined) return given;
  const key = createHash("sha256").update(JSON.stringify([RELEASE, PACKAGES])).digest("hex").slice(0, 16);
  const cache = Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME")}/.cache`;
  return `${cache}/alga-agent/vm/${key}/root.tar`;
}

const NEEDED = {
  "qemu-system-x86_64": "qemu-system-x86",
  "mke2fs": "e2fsprogs",
  "modprobe": "kmod",
  "cpio": "cpio",
  "busybox": "busybox-static",
  "systemctl": "systemd",
};

/** Why no virtual machine can be had here; `undefined` where one can. */
export async function missingForMachines(): Promise<string | undefined> {
  if (Deno.uid() !== 0) return "only root makes a tree of Debian";
  const [missing] = await missingPrograms(NEEDED);
  if (missing !== undefined) return missing;
  return await missingForTree();
}

/** Why no tree of Debian can be had here; `undefined` where one can. */
export async function missingForTree(): Promise<string | undefined> {
  const hasTree = await Deno.stat(treePath()).then(() => true, () => false);
  if (!hasTree && await findProgram("mmdebstrap") === undefined) return "no mmdebstrap (package mmdebstrap)";
  return undefined;
}

/** The tar of the tree, made in two minutes where there is none yet. */
export async function debianTree(): Promise<string> {
  const path = treePath();
  if (await Deno.stat(path).then(() => true, () => false)) return path;
  await Deno.mkdir(dirname(path), { recursive: true });
  const part = `${path}.${crypto.randomUUID().slice(0, 8)}.tar`;
  try {
    await run("mmdebstrap", [
      "--variant=minbase",
      "--mode=root",
      "--architectures=amd64",
      `--include=${PACKAGES.join(",")}`,
      ...["man", "locale", "doc"].map((it) => `--dpkgopt=path-exclude=/usr/share/${it}/*`),
      RELEASE,
      part,
    ]);
    await Deno.rename(part, path);
  } finally {
    await Deno.remove(part).catch(() => {}); // renamed
  }
  return path;
}
