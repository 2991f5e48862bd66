import assert from "node:assert/strict";
import { readDefaults, toAnswers } from "../../../../agent/setup/inputs/defaults.ts";
import { FakeHost } from "../../../fakes/fake_host.ts";
import { INPUTS } from "../engine.ts";

function machine(isDynamic: boolean): FakeHost {
  const host = new FakeHost({
    "/run/systemd/resolve/resolv.conf": "nameserver 192.0.2.53\nnameserver 192.0.2.54\n",
  });
  const address = { family: "inet", local: "192.0.2.8", prefixlen: 24, dynamic: isDynamic };
  const links = [{ ifname: "ens3", flags: ["LOWER_UP"], addr_info: [address] }];
  host.commands.set("ip", { stdout: JSON.stringify(links) });
  return host;
}

Deno.test("readDefaults() proposes this machine's address and servers, and says where from", async () => {
  for (const [isDynamic, origin] of [[true, "dhcp"], [false, "default"]] as const) {
    const defaults = await readDefaults(machine(isDynamic));
    assert.deepEqual(defaults.appUrl, { value: "http://192.0.2.8:3000", origin });
    assert.deepEqual(defaults.dnsServers, { value: "192.0.2.53, 192.0.2.54", origin });
    assert.deepEqual(defaults.channel, { value: "stable", origin: "default" });
  }
});

Deno.test("readDefaults() proposes no address and no public DNS server for a machine without a network", async () => {
  const defaults = await readDefaults(new FakeHost());
  assert.equal(defaults.appUrl?.value, "");
  assert.equal(defaults.dnsServers?.value, "");
});

Deno.test("toAnswers() shows every answer with its origin", async () => {
  const defaults = await readDefaults(machine(true));
  const answers = toAnswers({ ...INPUTS, appUrl: "http://192.0.2.8:3000" }, defaults);
  assert.deepEqual(answers.map((it) => [it.field, it.value, it.origin]), [
    ["tenantName", "Example MSP", "you"],
    ["adminFirstName", "Maria", "you"],
    ["adminLastName", "Muster", "you"],
    ["adminEmail", "maria@example.com", "you"],
    ["adminPassword", "set, 16 characters", "you"],
    ["appUrl", "http://192.0.2.8:3000", "dhcp"],
    ["dnsMode", "192.0.2.53, 192.0.2.54", "dhcp"],
    ["channel", "stable", "default"],
    ["releaseRef", "newest of the channel", "default"],
    ["proxyUrl", "none", "default"],
    ["publicNames", "none", "default"],
    ["signatures", "warn", "default"],
  ]);
});

Deno.test("toAnswers() describes secrets and never repeats them", async () => {
  const answers = toAnswers({
    ...INPUTS,
    adminPassword: "Geheim-77💥",
    proxyUrl: "http://user:Geheim-77@proxy.example:3128",
    noProxy: "intern.example",
    dnsMode: "custom",
    dnsServers: ["198.51.100.1"],
  }, await readDefaults(machine(true)));
  const value = (field: string) => answers.find((it) => it.field === field)?.value;
  assert.ok(!JSON.stringify(answers).includes("Geheim"));
  assert.equal(value("adminPassword"), "set, 10 characters");
  assert.equal(value("proxyUrl"), "proxy.example:3128");
  assert.equal(value("noProxy"), "intern.example");
  assert.equal(value("dnsServers"), "198.51.100.1");
  assert.equal(answers.find((it) => it.field === "dnsServers")?.origin, "you");
});
