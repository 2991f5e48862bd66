import assert from "node:assert/strict";
import { LinkSettings } from "../../../agent/network/link_settings.ts";
import { linkConfig } from "../../../agent/network/link_config.ts";
import { FakeHost } from "../../fakes/fake_host.ts";
import { Random } from "../../fakes/random.ts";

const FIXED = { link: "ens18", method: "static", address: "192.168.1.20/24", gateway: "192.168.1.1" };

for (
  const [what, given, field, words] of [
    ["no prefix", { ...FIXED, address: "192.168.1.20" }, "address", /write it as 192\.168\.1\.20\/24/],
    [
      "an address of IPv6",
      { ...FIXED, address: "fd00::1/64" },
      "address",
      /"fd00::1\/64" is not an IPv4 address/,
    ],
    ["a short address", { ...FIXED, address: "192.168.1/24" }, "address", /is not an IPv4 address/],
    ["a number for an address", { ...FIXED, address: "3232235796/24" }, "address", /is not an IPv4 address/],
    ["a prefix without other machines", { ...FIXED, address: "192.168.1.20/32" }, "address", /prefix \/32/],
    ["a mask for a prefix", { ...FIXED, address: "192.168.1.20/255.255.255.0" }, "address", /prefix \/255/],
    ["the network itself", { ...FIXED, address: "192.168.1.0/24" }, "address", /names the network itself/],
    ["the address of all", { ...FIXED, address: "192.168.1.255/24" }, "address", /of all machines/],
    ["loopback", { ...FIXED, address: "127.0.0.1/8" }, "address", /no other machine reaches it/],
    ["no address at all", { ...FIXED, address: " " }, "address", /is not an IPv4 address/],
    ["a gateway elsewhere", { ...FIXED, gateway: "192.168.2.1" }, "gateway", /outside of 192\.168\.1\.0\/24/],
    ["itself as gateway", { ...FIXED, gateway: "192.168.1.20" }, "gateway", /is the address itself/],
    ["a name as gateway", { ...FIXED, gateway: "router" }, "gateway", /"router" is not an IPv4 address/],
    [
      "a name as name server",
      { ...FIXED, dnsServers: "dns.example.com" },
      "dnsServers",
      /is not an IPv4 address/,
    ],
    [
      "four name servers",
      { ...FIXED, dnsServers: "1.1.1.1 2.2.2.2,3.3.3.3 4.4.4.4" },
      "dnsServers",
      /too many/,
    ],
    ["DHCP with an address", { ...FIXED, method: "dhcp", gateway: "" }, "address", /comes from DHCP/],
    [
      "DHCP with a gateway",
      { link: "ens18", method: "dhcp", gateway: "192.168.1.1" },
      "gateway",
      /comes from DHCP/,
    ],
    ["a path as link", { ...FIXED, link: "../ens18" }, "link", /name of a link/],
    ["a wild card as link", { ...FIXED, link: "en*" }, "link", /name of a link/],
    ["an option as link", { ...FIXED, link: "-h" }, "link", /name of a link/],
    ["a line in a link", { ...FIXED, link: "ens18\nDHCP=yes" }, "link", /name of a link/],
  ] as const
) {
  Deno.test(`${what} is refused at the field`, () => {
    const parsed = LinkSettings.safeParse(given);
    assert.ok(!parsed.success);
    const issue = parsed.error.issues.find((it) => it.path[0] === field);
    assert.match(issue?.message ?? "", words);
  });
}

Deno.test("a field that is not known is refused", () => {
  assert.equal(LinkSettings.safeParse({ ...FIXED, gatway: "192.168.1.1" }).success, false);
});

Deno.test("whatever is given is refused or becomes a file that holds one link and no line of its own", async () => {
  const random = new Random(7);
  const pieces = [
    "192.168.1.20",
    "/24",
    "/",
    "\n",
    "%",
    "fd00::1",
    "ens18",
    "0",
    " ",
    ",",
    "[Match]",
    "'",
    "é",
    "-1",
  ];
  const text = () =>
    Array.from({ length: random.below(4) }, () => pieces[random.below(pieces.length)]).join("");
  let taken = 0;
  for (let i = 0; i < 20_000; i++) {
    const given = {
      link: random.below(2) ? "ens18" : text(),
      method: random.below(2) ? "dhcp" : "static",
      address: random.below(2) ? "192.168.1.20/24" : text(),
      gateway: random.below(2) ? "192.168.1.1" : text(),
      dnsServers: text(),
    };
    const parsed = LinkSettings.safeParse(given);
    if (!parsed.success) continue;
    taken++;
    const { text: file } = await linkConfig(new FakeHost(), parsed.data);
    assert.equal(file.match(/^Name=/gm)?.length, 1);
    for (const line of file.split("\n")) {
      assert.match(
        line,
        /^(#.*|\[(Match|Network|DHCPv4)\]|(Name|DHCP|Address|Gateway|DNS|UseDNS)=[\w./-]+)?$/,
      );
    }
  }
  assert.ok(taken > 100, `${taken}`);
});
