import { PATHS } from "../../../agent/state/paths.ts";
import type { FakeHost } from "../../fakes/fake_host.ts";
import { journalText } from "../../fakes/journal_text.ts";
import { addressAnswer, type CheckCase, servicesAnswer } from "./check_case.ts";

const STARTED = await journalText([["step.started", { stepId: "k3s" }]]);
const PROXY = { proxyUrl: "http://proxy.example.com:3128" };

/** Every way the checks of addresses, tunnels, other clusters, upstream servers and exceptions can end. */
export const PATH_CASES: readonly CheckCase[] = [
  { id: "net.address", when: "it was set by hand", status: "pass", found: "192.0.2.8, set by hand" },
  {
    id: "net.address",
    when: "it is leased",
    status: "warn",
    found: "192.0.2.8, leased by DHCP: Kubernetes stops when it changes",
    advice:
      /^Ask the network administrator to reserve 192\.0\.2\.8 in DHCP for the hardware address 52:54:00:aa:bb:01$/,
    host: interfaces([{ name: "ens3", addresses: ["192.0.2.8"], isDynamic: true }]),
  },
  {
    id: "net.address",
    when: "the default route leads by the second interface",
    status: "pass",
    found: "198.51.100.8, set by hand",
    host: (it) => {
      interfaces([{ name: "ens2", addresses: ["192.0.2.8"], isDynamic: true }, {
        name: "ens3",
        addresses: ["198.51.100.8"],
      }])(it);
    },
  },
  {
    id: "net.address",
    when: "only a private network has one",
    status: "fail",
    found: "none",
    advice: /networkd/,
    host: interfaces([{ name: "tailscale0", addresses: ["100.64.0.7"] }, {
      name: "wg0",
      addresses: ["10.8.0.2"],
    }]),
  },
  {
    id: "net.address",
    when: "nobody gave one",
    status: "fail",
    found: "169.254.9.9, which only neighbours reach",
    advice: /netplan set ethernets\.ens3\.addresses/,
    host: interfaces([{ name: "ens3", addresses: ["169.254.9.9"] }]),
  },
  {
    id: "net.address",
    when: "ip fails",
    status: "error",
    found: /no netlink/,
    host: (it) => void it.commands.set("ip -j addr show", { code: 1, stderr: "no netlink" }),
  },
  { id: "net.mtu", when: "packets are as large as usual", status: "pass", found: "1500 bytes on ens3" },
  {
    id: "net.mtu",
    when: "large packets get to the registry, too",
    context: { mirrors: {} },
    status: "pass",
    found: "1500 bytes on ens3",
    host: (it) => void it.commands.set("ping", {}),
  },
  {
    id: "net.mtu",
    when: "only small packets get to the registry",
    context: { mirrors: {} },
    status: "warn",
    found: "1500 bytes on ens3, but ghcr.io answers small packets only",
    advice: /ip link set dev ens3 mtu 1400/,
    host: (it) => void it.commands.set("ping", pingUpTo(1400)),
  },
  {
    id: "net.mtu",
    when: "the registry answers no pings",
    context: { mirrors: {} },
    status: "pass",
    found: "1500 bytes on ens3",
    host: (it) => void it.commands.set("ping", { code: 1 }),
  },
  {
    id: "net.mtu",
    when: "the registry is asked through a proxy, so its own way does not count",
    context: { mirrors: {} },
    status: "pass",
    found: "1500 bytes on ens3",
    inputs: { proxyUrl: "http://proxy.example:3128" },
    host: (it) => void it.commands.set("ping", pingUpTo(1400)),
  },
  {
    id: "net.mtu",
    when: "a tunnel takes some of it",
    status: "warn",
    found: "1400 bytes on ens3",
    advice: /ip link set dev ens3 mtu 1500/,
    host: interfaces([{ name: "ens3", addresses: ["192.0.2.8"], mtu: 1400 }]),
  },
  {
    id: "net.mtu",
    when: "packets are small",
    status: "fail",
    found: "1200 bytes on ens3",
    host: interfaces([{ name: "ens3", addresses: ["192.0.2.8"], mtu: 1200 }]),
  },
  {
    id: "net.mtu",
    when: "no interface leads outside",
    status: "error",
    found: /no interface/,
    host: interfaces([]),
  },
  { id: "net.ports-udp", when: "nobody has it", status: "pass", found: "free" },
  {
    id: "net.ports-udp",
    when: "a program has it",
    status: "fail",
    found: "in use by vtund, pid 77",
    advice: /systemctl status 77/,
    host: udp(8472, { pid: 77, name: "vtund" }),
  },
  {
    id: "net.ports-udp",
    when: "a tunnel of another cluster has it",
    status: "fail",
    found: "in use by a tunnel of the kernel",
    advice: /ip link delete/,
    host: udp(8472),
  },
  {
    id: "net.ports-udp",
    when: "our own pod network has it",
    status: "pass",
    found: "in use by this appliance's own Kubernetes",
    host: (it) => {
      it.put(PATHS.journal, STARTED);
      it.put(PATHS.k3sConfig, "x");
      udp(8472)(it);
    },
  },
  { id: "net.ports-udp", when: "another port is in use", status: "pass", found: "free", host: udp(8473) },
  {
    id: "net.ports-udp",
    when: "/proc cannot be read",
    status: "error",
    found: "/proc/net/udp cannot be read",
    host: (it) => void it.files.delete("/proc/net/udp"),
  },
  { id: "net.conflict-k8s", when: "nothing else runs", status: "pass", found: "none" },
  {
    id: "net.conflict-k8s",
    when: "Docker runs",
    status: "warn",
    found: "docker, containerd",
    advice: /systemctl disable --now docker containerd/,
    host: services({ containerd: "active", docker: "active", ssh: "active" }, ["docker", "containerd"]),
  },
  {
    id: "net.conflict-k8s",
    when: "MicroK8s runs",
    status: "fail",
    found: "snap.microk8s.daemon-kubelite",
    host: services({ "snap.microk8s.daemon-kubelite": "active" }),
  },
  {
    id: "net.conflict-k8s",
    when: "a foreign k3s runs",
    status: "fail",
    found: "k3s",
    host: services({ k3s: "active" }),
  },
  {
    id: "net.conflict-k8s",
    when: "it is our own k3s",
    status: "pass",
    found: "none",
    host: (it) => {
      services({ k3s: "activating" })(it);
      it.put(PATHS.journal, STARTED);
      it.put(PATHS.k3sConfig, "x");
    },
  },
  {
    id: "net.conflict-k8s",
    when: "Docker is stopped",
    status: "pass",
    found: "none",
    host: services({ docker: "inactive" }),
  },
  {
    id: "net.conflict-k8s",
    when: "services cannot be read",
    status: "error",
    found: /cannot be read/,
    host: (it) => void it.commands.set("systemctl", { stdout: "?" }),
  },
  {
    id: "dns.servers",
    when: "one of them is IPv6, which pods do not have",
    status: "warn",
    found: "192.0.2.53; fe80::1%ens3, 2001:db8::53 cannot be used: pods have IPv4 only",
    host: resolvConf("nameserver fe80::1%ens3\r\nnameserver 192.0.2.53\r\nnameserver 2001:db8::53\r\n"),
  },
  {
    id: "dns.servers",
    when: "all of them are IPv6",
    status: "fail",
    found: "2001:db8::53 cannot be used: pods have IPv4 only",
    advice: /Enter IPv4 DNS servers/,
    host: resolvConf("nameserver 2001:db8::53\n"),
  },
  { id: "dns.loop", when: "servers are elsewhere", status: "pass", found: "192.0.2.53, 192.0.2.54" },
  {
    id: "dns.loop",
    when: "there is only the resolver of this machine",
    status: "fail",
    found: "only 127.0.0.1, ::1: cluster DNS would ask itself",
    advice: /systemctl restart systemd-resolved/,
    host: (it) => {
      it.files.delete("/run/systemd/resolve/resolv.conf");
      it.put("/etc/resolv.conf", "nameserver 127.0.0.1\nnameserver ::1\n");
    },
  },
  {
    id: "dns.loop",
    when: "a server is this machine",
    status: "warn",
    found: "192.0.2.8 is this machine itself",
    host: resolvConf("nameserver 192.0.2.8\n"),
  },
  {
    id: "dns.loop",
    when: "own servers were entered",
    status: "pass",
    found: "198.51.100.1",
    inputs: { dnsMode: "custom", dnsServers: ["198.51.100.1"] },
  },
  {
    id: "dns.loop",
    when: "this machine was entered",
    status: "warn",
    found: "192.0.2.8 is this machine itself",
    inputs: { dnsMode: "custom", dnsServers: ["192.0.2.8"] },
  },
  {
    id: "dns.loop",
    when: "no server is named at all",
    status: "skipped",
    found: /see DNS servers/,
    host: resolvConf(""),
  },
  {
    id: "dns.loop",
    when: "no file says anything",
    status: "error",
    found: "there is no resolv.conf",
    host: (it) => void it.files.delete("/run/systemd/resolve/resolv.conf"),
  },
  { id: "dns.search-wildcard", when: "there is no domain", status: "pass", found: "there is none" },
  {
    id: "dns.search-wildcard",
    when: "no file says anything",
    status: "error",
    found: "there is no resolv.conf",
    host: (it) => void it.files.delete("/run/systemd/resolve/resolv.conf"),
  },
  {
    id: "dns.search-wildcard",
    when: "there is a domain and no server",
    status: "skipped",
    found: "there is no DNS server (see DNS servers)",
    host: resolvConf("search example.com\n"),
  },
  { id: "proxy.no-proxy", when: "there is no proxy", status: "skipped", found: "no proxy was entered" },
  {
    id: "proxy.no-proxy",
    when: "the list names what is inside",
    status: "pass",
    found:
      "intranet.example.com,127.0.0.1,localhost,192.0.2.8,10.42.0.0/16,10.43.0.0/16,.svc,.cluster.local,.cluster.local.",
    inputs: { ...PROXY, noProxy: "intranet.example.com" },
    context: { mirrors: {} },
  },
  {
    id: "proxy.no-proxy",
    when: "a registry is asked past the proxy",
    status: "warn",
    found: "ghcr.io is asked past the proxy",
    advice: /Remove the entry that fits ghcr\.io/,
    inputs: { ...PROXY, noProxy: ".example.com, ghcr.io" },
    context: { mirrors: {} },
  },
  {
    id: "proxy.no-proxy",
    when: "everything is excepted",
    status: "fail",
    found: '"*" means that nothing goes through the proxy',
    inputs: { ...PROXY, noProxy: "*" },
  },
  {
    id: "proxy.no-proxy",
    when: "a mirror of this site is asked past it, as it should",
    status: "pass",
    found: /^mirror\.example\.com,/,
    inputs: { ...PROXY, noProxy: "mirror.example.com" },
    context: {
      mirrors: { "ghcr.io": "https://mirror.example.com", "docker.io": "https://mirror.example.com" },
    },
  },
  {
    id: "proxy.no-proxy",
    when: "the machine's addresses cannot be read",
    status: "error",
    found: /no netlink/,
    inputs: PROXY,
    host: (it) => void it.commands.set("ip -j addr show", { code: 1, stderr: "no netlink" }),
  },
];

function interfaces(list: Parameters<typeof addressAnswer>[0]): (host: FakeHost) => void {
  return (host) => void host.commands.set("ip -j addr show", addressAnswer(list));
}

/** In the order in which systemd lists them, or in the given one. */
function services(units: Record<string, string>, order = Object.keys(units)): (host: FakeHost) => void {
  const sorted = Object.fromEntries([...order, ...Object.keys(units)].map((it) => [it, units[it] ?? ""]));
  return (host) => void host.commands.set("systemctl", servicesAnswer(sorted));
}

function resolvConf(text: string): (host: FakeHost) => void {
  return (host) => host.put("/run/systemd/resolve/resolv.conf", text);
}

function udp(port: number, owner?: { pid: number; name: string }): (host: FakeHost) => void {
  return (host) => {
    const inode = owner ? 6001 : 0;
    if (owner) {
      host.links.set(`/proc/${owner.pid}/fd/3`, `socket:[${inode}]`);
      host.put(`/proc/${owner.pid}/comm`, `${owner.name}\n`);
    }
    const hex = port.toString(16).toUpperCase().padStart(4, "0");
    host.put(
      "/proc/net/udp",
      `  sl  local_address rem_address   st\n   1: 00000000:${hex} 00000000:0000 07 00000000:00000000 00:00000000 00000000 0 0 ${inode} 2\n`,
    );
  };
}

/** Answers to packets that are no larger, in bytes with their headers. */
function pingUpTo(bytes: number): (args: readonly string[]) => { code: number } {
  return (args) => ({ code: Number(args[args.indexOf("-s") + 1]) + 28 <= bytes ? 0 : 1 });
}
