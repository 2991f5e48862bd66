import assert from "node:assert/strict";
import {
  describeResolvConf,
  parseResolvConf,
  primaryAddress,
  readAllAddresses,
  readInterfaces,
  readResolvers,
  readRoutes,
} from "../../../agent/host/network_facts.ts";
import { readListeningPorts } from "../../../agent/preflight/facts/listening_ports.ts";
import { AgentError } from "../../../agent/error.ts";
import { FakeHost } from "../../fakes/fake_host.ts";
import { campaignCount, campaignSeed } from "../../campaign_size.ts";
import { Random } from "../../fakes/random.ts";

const ADDRESSES = JSON.stringify([
  {
    ifname: "lo",
    flags: ["LOOPBACK", "UP", "LOWER_UP"],
    addr_info: [{ family: "inet", local: "127.0.0.1", prefixlen: 8 }],
  },
  {
    ifname: "ens3",
    flags: ["UP", "LOWER_UP"],
    addr_info: [{ family: "inet", local: "192.0.2.8", prefixlen: 24, dynamic: true }, {
      family: "inet6",
      local: "fe80::1",
      prefixlen: 64,
    }],
  },
  { ifname: "ens4", flags: ["UP"], addr_info: [{ family: "inet", local: "198.51.100.8", prefixlen: 25 }] },
  {
    ifname: "cni0",
    flags: ["UP", "LOWER_UP"],
    addr_info: [{ family: "inet", local: "10.42.0.1", prefixlen: 24 }],
  },
]);
const ROUTES = '[{"dst":"default","gateway":"192.0.2.1","dev":"ens3"},{"dst":"192.0.2.0/24","dev":"ens3"}]';

Deno.test("readInterfaces() gives IPv4 of interfaces that lead outside, with carrier and lease", async () => {
  const host = new FakeHost({}, { ip: { stdout: ADDRESSES } });
  assert.deepEqual(await readInterfaces(host), [
    {
      name: "ens3",
      hasCarrier: true,
      addresses: [{ address: "192.0.2.8", prefixLength: 24, isDynamic: true }],
    },
    {
      name: "ens4",
      hasCarrier: false,
      addresses: [{ address: "198.51.100.8", prefixLength: 25, isDynamic: false }],
    },
  ]);
  assert.equal((await primaryAddress(host))?.address, "192.0.2.8");
});

const link = (ifname: string, local: string, more: object = {}) => ({
  ifname,
  flags: ["UP", "LOWER_UP"],
  addr_info: [{ family: "inet", local, prefixlen: 24 }],
  ...more,
});

/** Interfaces, routes of the main table, and the address that people should open. */
const MAIN: readonly [string, object[], object[], string | undefined][] = [
  [
    "that of the default route, not the first",
    [link("ens3", "198.51.100.8"), link("ens4", "192.0.2.8")],
    [{ dst: "default", gateway: "192.0.2.1", dev: "ens4" }],
    "192.0.2.8",
  ],
  [
    "that of the better of two default routes",
    [link("wlan0", "198.51.100.8"), link("ens4", "192.0.2.8")],
    [{ dst: "default", dev: "wlan0", metric: 600 }, { dst: "default", dev: "ens4", metric: 100 }],
    "192.0.2.8",
  ],
  [
    "never that of a private network, whoever has the default route",
    [
      link("tailscale0", "100.64.0.7", { link_type: "none" }),
      link("wg0", "10.8.0.2"),
      link("branch", "10.9.0.2", { link_type: "none" }),
      link("ztabcdef12", "10.147.17.2"),
      link("virbr0", "192.168.122.1"),
      link("lxdbr0", "10.55.0.1"),
      link("br0", "192.0.2.8"),
    ],
    [{ dst: "default", dev: "wg0" }],
    "192.0.2.8",
  ],
  [
    "that of a bridge of the site, whose name begins as Docker's do",
    [link("br-0a1b2c3d4e5f", "172.18.0.1"), link("br-lan", "192.0.2.8")],
    [{ dst: "default", dev: "br-lan" }],
    "192.0.2.8",
  ],
  [
    "the first where the default route ends in nothing",
    [link("ens3", "198.51.100.8"), link("ens4", "192.0.2.8")],
    [{ type: "unreachable", dst: "default", dev: "ens4", metric: 4294967295 }],
    "198.51.100.8",
  ],
  ["none where only inner networks are", [link("docker0", "172.17.0.1")], [], undefined],
];

for (const [what, links, routes, wanted] of MAIN) {
  Deno.test(`primaryAddress() is ${what}`, async () => {
    const host = new FakeHost({}, {
      "ip -j addr show": { stdout: JSON.stringify(links) },
      "ip -j route show": { stdout: JSON.stringify(routes) },
    });
    assert.equal((await primaryAddress(host))?.address, wanted);
    assert.equal((await readAllAddresses(host)).primaryAddress, wanted);
  });
}

Deno.test("primaryAddress() is undefined when there is only a link-local address", async () => {
  const stdout = ADDRESSES.replace("192.0.2.8", "169.254.1.1");
  assert.equal(await primaryAddress(new FakeHost({}, { ip: { stdout } })), undefined);
});

Deno.test("readRoutes() gives destinations, and nothing when ip prints nothing", async () => {
  assert.deepEqual(await readRoutes(new FakeHost({}, { ip: { stdout: ROUTES } })), [
    { destination: "default", gateway: "192.0.2.1", device: "ens3" },
    { destination: "192.0.2.0/24", gateway: undefined, device: "ens3" },
  ]);
  assert.deepEqual(await readRoutes(new FakeHost({}, { ip: { stdout: "" } })), []);
});

Deno.test("readResolvers() prefers the upstream file and falls back past the local stub", async () => {
  const stub = "nameserver 127.0.0.53\nsearch example.test\n";
  assert.deepEqual(
    await readResolvers(
      new FakeHost({
        "/run/systemd/resolve/resolv.conf":
          "# nameserver 203.0.113.1\nnameserver 192.0.2.1\nnameserver 192.0.2.1\n",
        "/etc/resolv.conf": stub,
      }),
    ),
    ["192.0.2.1"],
  );
  assert.deepEqual(
    await readResolvers(
      new FakeHost({
        "/run/systemd/resolve/resolv.conf": stub,
        "/etc/resolv.conf": `${stub} nameserver 192.0.2.9`,
      }),
    ),
    ["192.0.2.9"],
  );
  assert.deepEqual(await readResolvers(new FakeHost()), []);
});

Deno.test("facts of the network survive any text (fuzz)", async () => {
  const random = new Random(campaignSeed(20261121));
  const tcp = "  sl  local rem st\n   0: 00000000:192B 00000000:0000 0A 0:0 00:0 0 0 0 5000 1\n";
  for (let round = 0; round < campaignCount(1_000); round++) {
    const text = (whole: string) => round % 4 === 0 ? random.text(60) : random.mutate(whole);
    const host = new FakeHost({ "/proc/net/tcp": text(tcp) }, {
      "ip -j addr show": { stdout: text(ADDRESSES) },
      "ip -j route show": { stdout: text(ROUTES) },
    });
    for (const read of [readInterfaces, readRoutes, primaryAddress]) {
      await read(host).catch((error) => assert.ok(error instanceof AgentError, `round ${round}: ${error}`));
    }
    const ports = await readListeningPorts(host, "tcp", () => Promise.resolve([]));
    for (const port of ports?.keys() ?? []) assert.ok(port > 0, `round ${round}: ${port}`);
    for (const server of parseResolvConf(text("nameserver 192.0.2.1\nnameserver 127.0.0.53\n"))) {
      assert.match(server, /^(?!127\.)\d+\.\d+\.\d+\.\d+$/);
    }
  }
});

Deno.test("describeResolvConf() reads what editors of other systems have written", () => {
  const lines = ["nameserver 192.0.2.53", "nameserver fe80::1%ens3", "search example.com", ""];
  const plain = describeResolvConf(lines.join("\n"));
  assert.deepEqual(plain, {
    servers: ["192.0.2.53"],
    ipv6Servers: ["fe80::1%ens3"],
    loopbackServers: [],
    searchDomains: ["example.com"],
  });
  assert.deepEqual(describeResolvConf(lines.join("\r\n")), plain);
  assert.deepEqual(describeResolvConf(`\uFEFF${lines.join("\n")}`), plain);
  assert.deepEqual(describeResolvConf(`\uFEFF${lines.join("\r\n")}`), plain);
});
