import { IsoError } from "../../../iso/iso_error.ts";
import { missingPrograms } from "../../cluster/missing_programs.ts";
import { OVMF } from "../station.ts";

const NEEDED: Readonly<Record<string, string>> = {
  "qemu-system-x86_64": "qemu-system-x86",
  "qemu-img": "qemu-utils",
  xorriso: "xorriso",
  "dpkg-deb": "dpkg",
  mke2fs: "e2fsprogs",
  debugfs: "e2fsprogs",
  sfdisk: "fdisk",
  setpriv: "util-linux",
  "ssh-keygen": "openssh-client",
  tar: "tar",
};

/** Refuses to begin where something is not installed, and names all of it. @throws {IsoError} */
export async function requirePrograms(): Promise<void> {
  const missing = await missingPrograms(NEEDED);
  if (!await isThere(OVMF.code)) missing.push(`no firmware for UEFI (package ovmf)`);
  if (missing.length === 0) return;
  const packages = missing.map((it) => /\(package (.+)\)$/.exec(it)?.[1]);
  throw new IsoError(
    `Not everything is installed: ${missing.join(", ")}`,
    `Install it: sudo apt install ${[...new Set(packages)].join(" ")}`,
  );
}

/** Whether machines can run at full speed: whoever runs this may use the kernel's own virtual machines. */
export async function hasKvm(): Promise<boolean> {
  return await Deno.open("/dev/kvm", { read: true, write: true }).then((it) => {
    it.close();
    return true;
  }, () => false);
}

/** Whether there is a file of this name. */
export async function isThere(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
