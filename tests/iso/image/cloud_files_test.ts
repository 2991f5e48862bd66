import assert from "node:assert/strict";
import { parse, stringify } from "yaml";
import { IDENTIFY_CONFIG, imageConfig, WIRED_CONFIG } from "../../../iso/image/generalise/cloud_files.ts";
import { cloudConfig } from "../../../iso/autoinstall/cloud_config.ts";
import type { Account } from "../../../iso/autoinstall/account.ts";
import { missingPrograms } from "../../cluster/missing_programs.ts";
import { testUnless } from "../../test_unless.ts";
import { run } from "../../vm/run.ts";

const KEY = `ssh-ed25519 ${"A".repeat(68)} a@example.com`;
const HASH = "$y$j9T$abcdefghijklmnopqrstuv$0123456789012345678901234567890123456789012";

/** As the installer leaves it on the disk. */
function installerText(account: Account): string {
  const userdata_raw = `#cloud-config\n${stringify(cloudConfig(account))}`;
  return stringify({
    datasource: { None: { metadata: { "instance-id": "x" }, userdata_raw } },
    datasource_list: ["None"],
  });
}

const configFor = (account: Account) => parse(imageConfig(installerText(account)));

Deno.test("imageConfig asks for a seed first and goes on without one", () => {
  const { datasource_list } = parse(imageConfig(undefined));
  assert.deepEqual(datasource_list, ["NoCloud", "ConfigDrive", "OVF", "VMware", "None"]);
  assert.match(IDENTIFY_CONFIG.text, /^policy: .*\bnotfound=enabled\n$/);
});

Deno.test("imageConfig keeps the installer's settings, and its account takes a seed's keys", () => {
  const config = configFor({ kind: "user", sshKeys: [KEY] });
  assert.equal(config.hostname, "alga-appliance");
  assert.equal(config.disable_root, true);
  assert.equal(config.ssh_pwauth, false);
  assert.deepEqual(config.users, ["default"]);
  assert.equal(config.system_info.default_user.name, "alga");
  assert.deepEqual(config.system_info.default_user.ssh_authorized_keys, [KEY]);
});

Deno.test("imageConfig leaves an image without an account without one", () => {
  const config = configFor({ kind: "none" });
  assert.equal(config.users[0].shell, "/usr/sbin/nologin");
  assert.equal(config.system_info, undefined);
});

const [noCloudInit] = await missingPrograms({ "cloud-init": "cloud-init" });

for (
  const [what, account, sudo] of [
    ["a key", { kind: "user", sshKeys: [KEY] }, "ALL=(ALL) NOPASSWD:ALL"],
    ["a password", { kind: "user", sshKeys: [], passwordHash: HASH }, false],
  ] as const
) {
  const name = `cloud-init itself makes the account with ${what} as the installer would have`;
  testUnless(noCloudInit, name, async () => {
    // Ubuntu's own default account stands in the file below ours.
    const base =
      "users: [default]\nsystem_info:\n  default_user:\n    name: ubuntu\n    sudo: ['ALL=(ALL) NOPASSWD:ALL']\n    groups: [lxd]\n";
    const script = `
import json, sys
from cloudinit import util
from cloudinit.distros import ug_util
base, ours = [util.load_yaml(it) for it in json.loads(sys.argv[1])]
merged = util.mergemanydict([ours, base])
class Distro:
    def get_default_user(self):
        return dict(merged["system_info"]["default_user"])
users, groups = ug_util.normalize_users_groups(merged, Distro())
print(json.dumps(users))
`;
    const users = JSON.parse(
      await run("/usr/bin/python3", [
        "-c",
        script,
        JSON.stringify([base, imageConfig(installerText(account))]),
      ]),
    );
    assert.deepEqual(Object.keys(users), ["alga"]);
    const { alga } = users;
    assert.equal(alga.default, true);
    assert.equal(alga.sudo, sudo);
    assert.deepEqual(alga.ssh_authorized_keys, account.sshKeys.length === 0 ? undefined : account.sshKeys);
    assert.equal(alga.passwd, "passwordHash" in account ? HASH : undefined);
    assert.equal(alga.lock_passwd, !("passwordHash" in account));
  });
}

Deno.test("the wired definition sorts behind a seed's and the agent's, so that a fixed address wins", () => {
  const [id = ""] = Object.keys(parse(WIRED_CONFIG.text).network.ethernets);
  for (const other of ["00-alga-ens3", "eth0", "ens160", "enp1s0", "id0", "interface0"]) {
    assert.ok(other < id, other);
  }
});
