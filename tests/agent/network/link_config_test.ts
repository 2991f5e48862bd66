import assert from "node:assert/strict";
import { linkConfig } from "../../../agent/network/link_config.ts";
import { LinkSettings } from "../../../agent/network/link_settings.ts";
import { FakeHost } from "../../fakes/fake_host.ts";

const withNetplan = () => new FakeHost({ "/usr/sbin/netplan": "" });
const FIXED = LinkSettings.parse({
  link: "ens18",
  method: "static",
  address: "192.168.1.20/24",
  gateway: "192.168.1.1",
  dnsServers: ["192.168.1.1", "9.9.9.9"],
});
const LEASED = LinkSettings.parse({ link: "ens18", method: "dhcp", dnsServers: "9.9.9.9" });

Deno.test("without netplan the file is systemd-networkd's, and comes before every other one", async () => {
  const { path, text, apply } = await linkConfig(new FakeHost(), FIXED);
  assert.equal(path, "/etc/systemd/network/00-alga-ens18.network");
  assert.equal(
    text.split("\n").slice(1).join("\n"),
    "[Match]\nName=ens18\n\n[Network]\nAddress=192.168.1.20/24\nGateway=192.168.1.1\nDNS=192.168.1.1\nDNS=9.9.9.9\n",
  );
  assert.deepEqual(apply, [["networkctl", "reload"]]);
  const leased = await linkConfig(new FakeHost(), LEASED);
  assert.match(leased.text, /\[Network\]\nDHCP=ipv4\nDNS=9\.9\.9\.9\n\n\[DHCPv4\]\nUseDNS=no\n$/);
});

const program = await hasProgram("netplan");
Deno.test({
  name: `netplan itself reads our file, whose settings come before those of other files${
    program ? "" : " (skipped: no netplan here)"
  }`,
  ignore: !program,
  async fn() {
    const root = await Deno.makeTempDir({ prefix: "alga-netplan-" });
    try {
      const others = `network:
  version: 2
  ethernets:
    wired: {match: {name: "en*"}, dhcp4: true}
    ens18: {addresses: [10.1.1.1/24], nameservers: {addresses: [10.9.9.9]}}
`;
      await Deno.mkdir(`${root}/etc/netplan`, { recursive: true });
      await Deno.writeTextFile(`${root}/etc/netplan/50-cloud-init.yaml`, others, { mode: 0o600 });
      for (
        const [settings, wanted] of [
          [
            FIXED,
            /Address=192\.168\.1\.20\/24\n(.*\n)*.*DNS=192\.168\.1\.1\n(.*\n)*.*Gateway=192\.168\.1\.1\n/,
          ],
          [LEASED, /DHCP=ipv4\n(.*\n)*.*DNS=9\.9\.9\.9\n(.*\n)*.*UseDNS=false\n/],
        ] as const
      ) {
        const { path, text } = await linkConfig(withNetplan(), settings);
        await Deno.writeTextFile(`${root}${path}`, text, { mode: 0o600 });
        const generate = new Deno.Command("netplan", { args: ["generate", "--root-dir", root] });
        const { success, stderr } = await generate.output();
        assert.ok(success, new TextDecoder().decode(stderr));
        const folder = `${root}/run/systemd/network`;
        const files = [...Deno.readDirSync(folder)].map((it) => it.name).sort();
        const fitting = [];
        for (const name of files.filter((it) => it.endsWith(".network"))) {
          const made = await Deno.readTextFile(`${folder}/${name}`);
          if (/^Name=(ens18|en\*)$/m.test(made)) fitting.push(made);
        }
        assert.equal(fitting.length, 3);
        assert.match(fitting[0] ?? "", wanted);
        assert.doesNotMatch(fitting[0] ?? "", /10\.1\.1\.1|10\.9\.9\.9/);
      }
    } finally {
      await Deno.remove(root, { recursive: true });
    }
  },
});

async function hasProgram(name: string): Promise<boolean> {
  try {
    return (await new Deno.Command(name, { args: ["--help"], stdout: "null", stderr: "null" }).output())
      .success;
  } catch {
    return false;
  }
}
