import { journalText } from "../../fakes/journal_text.ts";
import { PATHS } from "../../../agent/state/paths.ts";
import type { FakeHost } from "../../fakes/fake_host.ts";
import { addressAnswer, type CheckCase, routeAnswer } from "./check_case.ts";

/** Every way the checks of the machine's network can end without asking a name server. */
export const NETWORK_CASES: readonly CheckCase[] = [
  { id: "net.interface", when: "one has an address", status: "pass", found: "ens3 192.0.2.8" },
  {
    id: "net.interface",
    when: "two have addresses",
    status: "warn",
    found: "ens3 192.0.2.8, ens4 198.51.100.8",
    host: addresses([{ name: "ens3", addresses: ["192.0.2.8"] }, {
      name: "ens4",
      addresses: ["198.51.100.8"],
    }]),
  },
  {
    id: "net.interface",
    when: "the cable is out",
    status: "fail",
    found: "none",
    advice: /cable/,
    host: addresses([{ name: "ens3", addresses: ["192.0.2.8"], isUp: false }]),
  },
  {
    id: "net.interface",
    when: "the address is only link-local",
    status: "fail",
    found: "none",
    host: addresses([{ name: "ens3", addresses: ["169.254.9.9"] }]),
  },
  {
    id: "net.interface",
    when: "only Kubernetes' own are there",
    status: "fail",
    found: "none",
    host: addresses([{ name: "cni0", addresses: ["10.42.0.1"] }, {
      name: "flannel.1",
      addresses: ["10.42.0.0"],
    }]),
  },
  {
    id: "net.interface",
    when: "ip prints something else",
    status: "error",
    found: '"ip -j addr show" gave an answer that cannot be read',
    host: (it) => void it.commands.set("ip -j addr show", { stdout: "1: lo: <UP>" }),
  },
  { id: "net.default-route", when: "there is one", status: "pass", found: "192.0.2.1 on ens3" },
  {
    id: "net.default-route",
    when: "there is none",
    status: "fail",
    found: "none",
    advice: /gateway/,
    host: routes(["192.0.2.0/24"]),
  },
  {
    id: "net.default-route",
    when: "the only one ends in nothing",
    status: "fail",
    found: "none",
    host: (it) =>
      void it.commands.set("ip -j route show", {
        stdout: '[{"type":"unreachable","dst":"default","dev":"lo","metric":4294967295,"flags":[]}]',
      }),
  },
  {
    id: "net.default-route",
    when: "there are two, the worse one first",
    status: "pass",
    found: "192.0.2.1 on ens3",
    host: (it) =>
      void it.commands.set("ip -j route show", {
        stdout:
          '[{"dst":"default","gateway":"198.51.100.1","dev":"wlan0","metric":600},{"dst":"default","gateway":"192.0.2.1","dev":"ens3","metric":100}]',
      }),
  },
  {
    id: "net.default-route",
    when: "ip prints nothing",
    status: "fail",
    found: "none",
    host: (it) => void it.commands.set("ip -j route show", { stdout: "" }),
  },
  {
    id: "net.default-route",
    when: "ip fails",
    status: "error",
    found: '"ip -j route show" ended with 2: no netlink',
    host: (it) => void it.commands.set("ip -j route show", { code: 2, stderr: "no netlink" }),
  },
  { id: "net.cidr", when: "nothing overlaps", status: "pass", found: "free" },
  {
    id: "net.cidr",
    when: "only our own Kubernetes uses the range",
    status: "pass",
    found: "free",
    host: (it) => void it.commands.set("ip -j route show", routeAnswer(["10.42.0.0/24"], "cni0")),
  },
  {
    id: "net.cidr",
    when: "a route leads there",
    status: "fail",
    found: "used by 10.0.0.0/8",
    host: routes(["default", "10.0.0.0/8"]),
  },
  {
    id: "net.cidr",
    when: "the machine itself is in it",
    status: "fail",
    found: "used by 10.43.7.7/24",
    host: addresses([{ name: "ens3", addresses: ["10.43.7.7"] }]),
  },
  {
    id: "net.cidr",
    when: "a DNS server is in it",
    status: "fail",
    found: "used by 10.43.0.10",
    inputs: { dnsMode: "custom", dnsServers: ["10.43.0.10"] },
  },
  {
    id: "net.cidr",
    when: "routes cannot be read",
    status: "error",
    found: /cannot be read/,
    host: (it) => void it.commands.set("ip -j route show", { stdout: "{}" }),
  },
  { id: "net.ports-tcp", when: "nobody listens", status: "pass", found: "free" },
  {
    id: "net.ports-tcp",
    when: "another program only connects from such a port",
    status: "pass",
    found: "free",
    host: sockets([{ port: 6443, state: "01" }]),
  },
  {
    id: "net.ports-tcp",
    when: "a known program listens",
    status: "fail",
    found: "in use: 3000 (grafana, pid 77)",
    advice: /Stop/,
    host: sockets([{ port: 3000, owner: { pid: 77, name: "grafana" } }]),
  },
  {
    id: "net.ports-tcp",
    when: "somebody listens on IPv6 only",
    status: "fail",
    found: "in use: 10250",
    host: sockets([{ port: 10250 }], "/proc/net/tcp6"),
  },
  {
    id: "net.ports-tcp",
    when: "only the agent itself listens",
    status: "pass",
    found: "free",
    host: sockets([{ port: 3000 }]),
    context: { agentPort: 3000 },
  },
  {
    id: "net.ports-tcp",
    when: "our own k3s listens again after a restart",
    status: "pass",
    found: "free, or in use by this appliance's own Kubernetes",
    host: (it) => {
      resumed(it);
      sockets([{ port: 6443, owner: { pid: 9, name: "k3s-server" } }, {
        port: 3000,
        owner: { pid: 10, name: "node" },
      }])(it);
    },
  },
  {
    id: "net.ports-tcp",
    when: "a stranger holds a port although our setup began",
    status: "fail",
    found: "in use: 6443 (haproxy, pid 9)",
    host: (it) => {
      resumed(it);
      sockets([{ port: 6443, owner: { pid: 9, name: "haproxy" } }])(it);
    },
  },
  {
    id: "net.ports-tcp",
    when: "a foreign k3s runs",
    status: "fail",
    found: "in use: 6443 (k3s-server, pid 9)",
    host: (it) => {
      it.put(PATHS.k3sConfig, "x");
      sockets([{ port: 6443, owner: { pid: 9, name: "k3s-server" } }])(it);
    },
  },
  {
    id: "net.ports-tcp",
    when: "/proc cannot be read",
    status: "error",
    found: "/proc/net/tcp cannot be read",
    host: (it) => void it.files.delete("/proc/net/tcp"),
  },
  { id: "dns.servers", when: "there are two", status: "pass", found: "192.0.2.53, 192.0.2.54" },
  {
    id: "dns.servers",
    when: "there is one",
    status: "warn",
    found: "192.0.2.1",
    host: (it) => it.put("/run/systemd/resolve/resolv.conf", "nameserver 192.0.2.1\n"),
  },
  {
    id: "dns.servers",
    when: "only the local stub is named",
    status: "fail",
    found: "none",
    host: (it) => {
      it.files.delete("/run/systemd/resolve/resolv.conf");
      it.put("/etc/resolv.conf", "nameserver 127.0.0.53\n");
    },
  },
  {
    id: "dns.servers",
    when: "two were entered",
    status: "pass",
    found: "198.51.100.1, 198.51.100.2",
    inputs: { dnsMode: "custom", dnsServers: ["198.51.100.1", "198.51.100.2"] },
  },
  {
    id: "dns.resolve",
    when: "mirrors are addresses",
    status: "skipped",
    found: "the registry mirrors are addresses, not names",
  },
  {
    id: "dns.resolve",
    when: "there is no server",
    status: "skipped",
    found: "there is no DNS server (see DNS servers)",
    host: noServers,
    context: { mirrors: {} },
  },
  { id: "dns.app-host", when: "it is our address", status: "pass", found: "192.0.2.8" },
  ...[
    "http://127.0.0.1:3000",
    "http://127.9.9.9",
    "http://localhost:3000",
    "http://psa.localhost",
    "http://[::1]",
  ].map((
    appUrl,
  ): CheckCase => ({
    id: "dns.app-host",
    when: `it is ${appUrl}`,
    status: "warn",
    found: `${
      new URL(appUrl).hostname.replace(/^\[|\]$/g, "")
    } is this machine alone: nobody else can open it`,
    advice: /http:\/\/192\.0\.2\.8:3000/,
    inputs: { appUrl },
  })),
  {
    id: "dns.app-host",
    when: "it is another machine's address",
    status: "warn",
    found: "198.51.100.9 is not an address of this machine",
    inputs: { appUrl: "https://198.51.100.9" },
  },
  {
    id: "dns.app-host",
    when: "there is no server",
    status: "skipped",
    found: "there is no DNS server (see DNS servers)",
    host: noServers,
    inputs: { appUrl: "https://psa.example.com" },
  },
];

interface Socket {
  port: number;
  state?: string;
  owner?: { pid: number; name: string };
}

function sockets(list: readonly Socket[], path = "/proc/net/tcp"): NonNullable<CheckCase["host"]> {
  return (host) => {
    const lines = list.map(({ port, state = "0A", owner }, i) => {
      const inode = 5000 + i;
      if (owner) {
        host.links.set(`/proc/${owner.pid}/fd/3`, `socket:[${inode}]`);
        host.put(`/proc/${owner.pid}/comm`, `${owner.name}\n`);
      }
      const hex = port.toString(16).toUpperCase().padStart(4, "0");
      return `   ${i}: 00000000:${hex} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000     0        0 ${inode} 1`;
    });
    host.put(path, `  sl  local_address rem_address   st\n${lines.join("\n")}\n`);
  };
}

function addresses(list: Parameters<typeof addressAnswer>[0]): NonNullable<CheckCase["host"]> {
  return (host) => void host.commands.set("ip -j addr show", addressAnswer(list));
}

function routes(list: readonly string[]): NonNullable<CheckCase["host"]> {
  return (host) => void host.commands.set("ip -j route show", routeAnswer(list));
}

function noServers(host: FakeHost): void {
  host.files.delete("/run/systemd/resolve/resolv.conf");
}

const STARTED = await journalText([["step.started", { stepId: "k3s" }]]);

function resumed(host: FakeHost): void {
  host.put(PATHS.journal, STARTED);
  host.put(PATHS.k3sConfig, "x");
}
