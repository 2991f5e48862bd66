import { exists } from "../exists.ts";
import { missingPrograms } from "../missing_programs.ts";
import { clusterRequirements } from "../requirements.ts";

/** Debian's names of the packages that bring the programs of a node. */
const PROGRAMS: Record<string, string> = {
  unshare: "util-linux",
  nsenter: "util-linux",
  setpriv: "util-linux",
  ip: "iproute2",
  nft: "nftables",
  iptables: "iptables",
  conntrack: "conntrack",
  runc: "runc",
  openssl: "openssl",
  gcc: "gcc",
  tar: "tar",
  "docker-registry": "docker-registry",
};
const CNI_PLUGINS = ["ptp", "portmap", "host-local", "loopback"];

/** Everything that a node needs of this machine, tried out rather than guessed; the reason names all that is missing. */
export async function nodeRequirements(): Promise<{ ok: true } | { ok: false; reason: string }> {
  const missing: string[] = [];
  if (Deno.build.os !== "linux") return { ok: false, reason: "this is not Linux" };
  const built = await clusterRequirements("node");
  if (!built.ok) missing.push(built.reason);
  missing.push(...await missingPrograms(PROGRAMS));
  for (const plugin of CNI_PLUGINS) {
    if (!await exists(`/usr/lib/cni/${plugin}`)) {
      missing.push("no network plug-ins in /usr/lib/cni (package containernetworking-plugins)");
      break;
    }
  }
  if (!await exists("/bin/busybox")) missing.push("no /bin/busybox (package busybox-static)");
  if (Deno.uid() !== 0) missing.push("not root");
  else if (missing.length === 0) missing.push(...await missingFeatures());
  return missing.length === 0 ? { ok: true } : { ok: false, reason: missing.join("; ") };
}

async function missingFeatures(): Promise<string[]> {
  const missing: string[] = [];
  const isolated = ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"];
  if (!await works([...isolated, "true"])) return ["no private network, mount and process namespaces"];
  const dir = await Deno.makeTempDir({ prefix: "alga-probe-" });
  try {
    for (const path of ["upper", "work", "own"]) await Deno.mkdir(`${dir}/${path}`);
    const overlay = `lowerdir=/etc,upperdir=${dir}/upper,workdir=${dir}/work`;
    if (!await works(["unshare", "--mount", "mount", "-t", "overlay", "overlay", "-o", overlay, "/etc"])) {
      missing.push(`no overlay filesystem on the disk of ${dir}`);
    }
    if (!await works(["unshare", "--net", "nft", "add", "table", "ip", "probe"])) {
      missing.push("no nftables in the kernel");
    }
    if (
      !await works(["unshare", "--net", "ip", "link", "add", "one", "type", "veth", "peer", "name", "two"])
    ) {
      missing.push("no veth devices in the kernel");
    }
    if (!await canMakeGroups()) missing.push("control groups cannot be made");
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
  return missing;
}

/** cgroup v2 as one tree, else the hierarchies of v1 that the kubelet asks for. */
async function canMakeGroups(): Promise<boolean> {
  const top = "/sys/fs/cgroup";
  const folders = await exists(`${top}/cgroup.controllers`)
    ? [top]
    : ["cpu", "cpuset", "memory", "pids", "devices"].map((it) => `${top}/${it}`);
  for (const folder of folders) {
    const probe = `${folder}/alga-probe-${Deno.pid}`;
    try {
      await Deno.mkdir(probe);
      await Deno.remove(probe);
    } catch {
      return false;
    }
  }
  return true;
}

async function works([program = "", ...args]: string[]): Promise<boolean> {
  const { code } = await new Deno.Command(program, { args, stdout: "null", stderr: "null" }).output();
  return code === 0;
}
