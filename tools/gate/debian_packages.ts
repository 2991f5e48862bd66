/**
 * What the tests use beyond Node, npm and Go: Chromium for the pages; a registry server; what a real node needs; what looks at
 * units and packages; what describes a network; a terminal; a container and a virtual machine; what makes and reads images of disks, and what reads the files that an
 * installation goes by. Tests without one of these are skipped by name.
 */
export const DEBIAN_PACKAGES = [
  "chromium",
  "docker-registry",
  "fonts-dejavu-core",
  "runc",
  "containernetworking-plugins",
  "busybox-static",
  "nftables",
  "iptables",
  "conntrack",
  "iproute2",
  "gcc",
  "libc6-dev",
  "openssl",
  "systemd",
  "lintian",
  "netplan.io",
  "tmux",
  "qemu-system-x86",
  "systemd-container",
  "mmdebstrap",
  "kmod",
  "cpio",
  "qemu-utils",
  "ovmf",
  "xorriso",
  "grub-common",
  "grub-pc-bin",
  "grub-efi-amd64-bin",
  "mtools",
  "dosfstools",
  "squashfs-tools",
  "fdisk",
  "gpg",
  "gpgv",
  "ufw",
  "cloud-init",
  "openssh-client",
  "e2fsprogs",
  "libxml2-utils",
] as const;

if (import.meta.main) Deno.exit(await installMissing());

/** Installs what is missing where this process may; elsewhere it says what that is. Gives the exit code. */
async function installMissing(): Promise<number> {
  const missing: string[] = [];
  for (const name of DEBIAN_PACKAGES) {
    if (await run("dpkg", ["-s", name], "null") !== 0) missing.push(name);
  }
  if (missing.length === 0) return 0;
  const hasApt = await run("apt-get", ["--version"], "null") === 0;
  if (Deno.uid() !== 0 || !hasApt) {
    console.log(`Not installed, and only root may, with apt: ${missing.join(", ")}`);
    return 0;
  }
  console.log(`Installing ${missing.join(", ")}`);
  return await run("apt-get", ["update", "-qq"]) ||
    await run("apt-get", ["install", "-y", "-qq", ...missing]);
}

/** Gives the exit code; 127 for a program that is not there. */
async function run(program: string, args: string[], output: "null" | "inherit" = "inherit"): Promise<number> {
  try {
    const { code } = await new Deno.Command(program, {
      args,
      env: { DEBIAN_FRONTEND: "noninteractive" },
      stdin: "null",
      stdout: "null",
      stderr: output,
    }).output();
    return code;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 127;
    throw error;
  }
}
