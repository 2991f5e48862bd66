import assert from "node:assert/strict";
import { firewallRules } from "../../iso/payload/firewall.ts";
import { missingPrograms } from "../cluster/missing_programs.ts";
import { makeUpDisk, missingForDisks } from "../iso/image/made_up_disk.ts";
import { testUnless } from "../test_unless.ts";
import { run } from "../vm/run.ts";
import { parseUfw, readDisk, ufwRules } from "./disk_facts.ts";

const [noPrograms] = await missingPrograms({ ufw: "ufw", unshare: "util-linux" });
const noUfw = Deno.uid() !== 0 ? "only root runs ufw" : noPrograms;

testUnless(noUfw, "parseUfw reads what the real ufw has made of our rules", async () => {
  const dir = await Deno.makeTempDir({ prefix: "alga-ufw-" });
  const wanted = firewallRules({ kind: "user", sshKeys: [] });
  // In mounts and a network of its own, so this machine's rules stay as they are.
  const script = `set -e
cp -a /etc/ufw "$1/ufw"; cp -a /etc/default "$1/default"
mount --bind "$1/ufw" /etc/ufw; mount --bind "$1/default" /etc/default
while read -r rule; do ufw $rule; done <"$1/rules"
`;
  try {
    await Deno.writeTextFile(`${dir}/rules`, wanted.map((it) => `${it}\n`).join(""));
    await run("unshare", ["--mount", "--net", "sh", "-c", script, "sh", dir]);
    const [defaults, rules] = await Promise.all(
      ["default/ufw", "ufw/user.rules"].map((it) => Deno.readTextFile(`${dir}/${it}`)),
    );
    assert.ok(defaults !== undefined && rules !== undefined);
    const read = (conf: string) => parseUfw({ conf, defaults, rules });
    assert.deepEqual(read("ENABLED=yes\n"), wanted);
    assert.deepEqual(read("ENABLED=no\n"), ["the firewall is off"]);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("parseUfw keeps a rule of another kind as it stands", () => {
  const rules = "### tuple ### limit tcp 22 10.0.0.1 any 0.0.0.0/0 in_eth0\n";
  const defaults = 'DEFAULT_INPUT_POLICY="ACCEPT"\n';
  const read = parseUfw({ conf: "ENABLED=yes\n", defaults, rules });
  assert.ok(read.includes("default allow incoming"));
  assert.ok(read.includes("limit tcp 22 10.0.0.1 any 0.0.0.0/0 in_eth0"));
});

testUnless(await missingForDisks(), "readDisk tells what is on a disk, from outside", async () => {
  const dir = await Deno.makeTempDir({ prefix: "alga-facts-" });
  try {
    const disk = await makeUpDisk(`${dir}/disk.raw`, {
      firmware: "efi",
      files: {
        "/etc/fstab": "# swap\nUUID=1 / ext4 defaults 0 1\n/swap.img none swap sw 0 0\n",
        "/swap.img": "",
        "/etc/timezone": "Etc/UTC\n",
        "/etc/passwd": "root:x:0:0::/root:/bin/sh\nalga:x:999:999::/:/bin/sh\n",
        "/usr/sbin/sshd": "",
        "/etc/ufw/ufw.conf": "ENABLED=yes\n",
        "/etc/default/ufw": 'DEFAULT_INPUT_POLICY="DROP"\n',
        "/etc/ufw/user.rules": "### tuple ### allow tcp 8080 0.0.0.0/0 any 0.0.0.0/0 in\n",
      },
    });
    const facts = await readDisk(disk, ufwRules);
    assert.equal(facts.firmware, "efi");
    assert.equal(facts.bytes, 64 * 1024 ** 2);
    assert.equal(facts.systemBytes, 48 * 1024 ** 2);
    assert.equal(facts.isMarked, true);
    assert.match(facts.buildInfo, /"product":"alga-appliance"/);
    assert.match(facts.machineId, /^[0-9a-f]{32}$/);
    assert.deepEqual(Object.keys(facts.hostKeys), ["ssh_host_ed25519_key", "ssh_host_rsa_key.pub"]);
    assert.equal(facts.hasSshServer, true);
    assert.ok(facts.state.includes("setup-token"));
    assert.notEqual(facts.token, "");
    assert.deepEqual(facts.swap, ["/swap.img none swap sw 0 0", "/swap.img"]);
    assert.equal(facts.timeZone, "Etc/UTC");
    assert.ok(facts.firewall.includes("allow 8080/tcp") && facts.firewall.includes("default deny incoming"));
    assert.deepEqual(facts.accounts, ["root", "alga"]);
    assert.deepEqual(facts.installerLogs, ["autoinstall-user-data"]);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
