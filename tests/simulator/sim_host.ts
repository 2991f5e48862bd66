import { createHash } from "node:crypto";
import { stringify } from "yaml";
import { KINDS } from "../../k8s/client/kinds.ts";

/** Where the stand-in systemctl leaves word that k3s is to run. */
export const K3S_REQUEST = "/run/simulator/k3s-start";

/** First lines of a stand-in systemctl that is to fail later than the checks: no service is loaded. */
export const ANSWERS_CHECKS = 'if test "$1" = list-units; then echo "[]"; exit 0; fi\n';

/** Every call of a stand-in program, one line each. */
export const COMMAND_LOG = "/var/log/simulator/commands.log";

export const CPU_FLAGS = "fpu nx lm pni pclmulqdq ssse3 cx16 sse4_1 sse4_2 popcnt aes avx avx2 lahf_lm";
const MODULES = ["overlay", "br_netfilter", "nf_conntrack", "vxlan", "nf_tables"];

/** Fills a folder so that it looks like a fresh appliance: facts as files, programs as small stand-in scripts. */
export async function createSimHost(root: string): Promise<void> {
  // Every machine has it, open to all: the agent would make it for itself alone.
  await Deno.mkdir(`${root}/var/lib`, { recursive: true });
  const files: Record<string, string> = {
    "/etc/os-release": 'PRETTY_NAME="Ubuntu 24.04.5 LTS"\nNAME="Ubuntu"\nVERSION_ID="24.04"\nID=ubuntu\n',
    "/etc/hostname": "appliance-01\n",
    "/etc/machine-id": "0123456789abcdef0123456789abcdef\n",
    "/proc/meminfo": "MemTotal:       16384000 kB\nMemFree:        12000000 kB\n",
    "/proc/cpuinfo": Array.from(
      { length: 4 },
      (_, i) => `processor\t: ${i}\nmodel name\t: Simulated\nflags\t\t: ${CPU_FLAGS}\n`,
    ).join(
      "\n",
    ),
    "/sys/block/vda/size": "419430400\n",
    "/proc/swaps": "Filename\tType\tSize\tUsed\tPriority\n",
    "/proc/uptime": "7200.00 28000.00\n",
    "/proc/modules": MODULES.map((it) => `${it} 4096 0 - Live 0x0\n`).join(""),
    "/proc/sys/kernel/osrelease": "6.8.0-88-generic\n",
    "/proc/sys/net/ipv4/ip_forward": "1\n",
    "/proc/sys/fs/inotify/max_user_instances": "1024\n",
    "/proc/sys/fs/inotify/max_user_watches": "124000\n",
    "/sys/module/apparmor/parameters/enabled": "Y\n",
    "/sys/devices/system/clocksource/clocksource0/current_clocksource": "kvm-clock\n",
    "/etc/hosts": "127.0.0.1 localhost\n127.0.1.1 appliance-01\n",
    "/proc/self/status": "Name:\talga-agent\nUid:\t0\t0\t0\t0\n",
    "/proc/1/comm": "systemd\n",
    "/proc/net/udp": "  sl  local_address rem_address   st\n",
    "/proc/net/tcp": "  sl  local_address rem_address   st\n",
    "/sys/fs/cgroup/cgroup.controllers": "cpuset cpu io memory hugetlb pids rdma misc\n",
    "/run/systemd/resolve/resolv.conf": "nameserver 192.168.64.1\nnameserver 192.168.64.2\n",
    "/opt/alga-appliance/flux-crds.yaml": standInCrds(),
    "/var/log/simulator/commands.log": "",
  };
  const addresses = [{
    ifname: "ens3",
    flags: ["BROADCAST", "UP", "LOWER_UP"],
    mtu: 1500,
    address: "52:54:00:12:34:56",
    addr_info: [{ family: "inet", local: "192.168.64.8", prefixlen: 24, dynamic: true }],
  }];
  const routes = [{ dst: "default", gateway: "192.168.64.1", dev: "ens3" }, {
    dst: "192.168.64.0/24",
    dev: "ens3",
  }];
  const disk = {
    filesystems: [{
      target: "/",
      size: 214748364800,
      used: 32212254720,
      avail: 182536110080,
      fstype: "ext4",
    }],
  };
  const log = (name: string) =>
    `#!/bin/sh\n# Stand-in for ${name} on a simulated appliance.\nroot=$(cd "$(dirname "$0")/../.." && pwd)\necho "${name} $*" >> "$root${COMMAND_LOG}"\n`;
  const programs: Record<string, string> = {
    // "ip monitor" stays, as the real one does, and tells of nothing: until who began it is gone, whose number another may have by then.
    "/usr/bin/ip": `${
      log("ip")
    }[ "$1" = monitor ] && while read -r _ _ _ parent _ < /proc/$$/stat && [ "$parent" = "$PPID" ] && [ "$parent" != 1 ]; do sleep 2 >/dev/null 2>&1; done\ncase "$2" in\naddr) cat <<'END'\n${
      JSON.stringify(addresses)
    }\nEND\n;;\nroute) cat <<'END'\n${JSON.stringify(routes)}\nEND\n;;\nesac\n`,
    "/usr/bin/findmnt": `${log("findmnt")}cat <<'END'\n${JSON.stringify(disk)}\nEND\n`,
    "/usr/bin/arping": `${
      log("arping")
    }printf 'Sent 2 probes (2 broadcast(s))\\nReceived 0 response(s)\\n'\n`,
    "/usr/bin/stat": `${log("stat")}echo "13107200 12800000"\n`,
    "/usr/bin/systemd-detect-virt": `${log("systemd-detect-virt")}echo kvm\n`,
    "/usr/bin/timedatectl": `${log("timedatectl")}printf 'NTP=yes\\nNTPSynchronized=yes\\n'\n`,
    "/usr/sbin/nft": `${log("nft")}echo '{"nftables": []}'\n`,
    "/usr/sbin/apparmor_parser": log("apparmor_parser"),
    "/usr/bin/journalctl": `${log("journalctl")}echo "k3s stand-in: no journal"\n`,
    "/usr/bin/systemctl": `${
      log("systemctl")
    }case "$1" in\nlist-units) echo "[]" ;;\nstart|restart) mkdir -p "$root/run/simulator"; echo "$*" > "$root${K3S_REQUEST}" ;;\nesac\n`,
    // As the real one (ca-certificates 20240203): every .crt of the folder, whole, behind the system's own.
    "/usr/sbin/update-ca-certificates": `${
      log("update-ca-certificates")
    }mkdir -p "$root/etc/ssl/certs"\ncat "$root"/usr/local/share/ca-certificates/*.crt > "$root/etc/ssl/certs/ca-certificates.crt" 2>/dev/null || true\n`,
    "/opt/alga-appliance/bin/k3s":
      "#!/bin/sh\n# Stand-in for k3s on a simulated appliance; it is never run.\nexit 1\n",
    "/opt/alga-appliance/bin/k3s-install.sh": `#!/bin/sh
# Stand-in for k3s' installer: obeys the variables that the agent relies on.
set -eu
root=$(cd "$(dirname "$0")/../../.." && pwd)
echo "k3s-install.sh" >> "$root${COMMAND_LOG}"
echo "umask $(umask)" >> "$root${COMMAND_LOG}"
test "$INSTALL_K3S_SKIP_DOWNLOAD" = true
test -x "$INSTALL_K3S_BIN_DIR/k3s"
mkdir -p "$INSTALL_K3S_SYSTEMD_DIR"
echo "[Service]" > "$INSTALL_K3S_SYSTEMD_DIR/k3s.service"
echo "[INFO]  systemd: Creating service file k3s.service"
`,
  };
  for (const [path, text] of Object.entries(files)) await put(root, path, text, 0o644);
  for (const [path, text] of Object.entries(programs)) await put(root, path, text, 0o755);
  await put(
    root,
    "/opt/alga-appliance/k3s-pin.json",
    JSON.stringify({
      version: "v1.36.5+k3s1",
      binarySha256: sha256(programs["/opt/alga-appliance/bin/k3s"] ?? ""),
      installerSha256: sha256(programs["/opt/alga-appliance/bin/k3s-install.sh"] ?? ""),
    }),
    0o644,
  );
}

/** Definitions with Flux's groups and names and no schema: enough for the simulated API, not Flux's own. */
export function standInCrds(): string {
  return Object.values(KINDS).filter((it) => it.apiVersion.includes("toolkit.fluxcd.io")).map((it) => {
    const [group, version] = it.apiVersion.split("/");
    return stringify({
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name: `${it.plural}.${group}` },
      spec: {
        group,
        scope: "Namespaced",
        names: { kind: it.kind, plural: it.plural, singular: it.kind.toLowerCase() },
        versions: [{
          name: version,
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
          subresources: { status: {} },
        }],
      },
    });
  }).join("---\n");
}

async function put(root: string, path: string, text: string, mode: number): Promise<void> {
  await Deno.mkdir(`${root}${path.slice(0, path.lastIndexOf("/"))}`, { recursive: true });
  await Deno.writeTextFile(`${root}${path}`, text);
  await Deno.chmod(`${root}${path}`, mode);
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
