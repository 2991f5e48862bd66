import assert from "node:assert/strict";
import { parse } from "yaml";
import { SetupInputs } from "../../../agent/setup/inputs/schema.ts";
import { buildImages } from "../../../iso/image/build_images.ts";
import { testUnless } from "../../test_unless.ts";
import { run } from "../../vm/run.ts";
import { makeCloudMachine, missingForCloudMachines } from "./cloud_machine.ts";
import { makeUpDisk, missingForDisks, SECRET } from "./made_up_disk.ts";

const missing = await missingForDisks() ?? await missingForCloudMachines();
const document = await Deno.readTextFile(new URL("../../../docs/images.md", import.meta.url));
const [userData = "", networkConfig = ""] = [...document.matchAll(/^```yaml\n([^]*?)^```/gm)].map((it) =>
  it[1] ?? ""
);
const KINDS = ["ssh_host_ecdsa_key", "ssh_host_ed25519_key", "ssh_host_rsa_key"];

/** Calls with machines of one QCOW2, which is made of a disk that was started: it had host keys. */
async function withImage(body: (dir: string, disk: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir({ prefix: "alga-cloud-" });
  try {
    const installed = await makeUpDisk(`${dir}/installed.raw`);
    const [manifest] = await buildImages({
      disk: installed,
      output: `${dir}/out`,
      formats: ["qcow2"],
      say: () => {},
    });
    const disk = `${dir}/disk.raw`;
    await run("qemu-img", ["convert", "-O", "raw", `${dir}/out/${manifest?.image.name}`, disk]);
    await body(dir, disk);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

testUnless(
  missing,
  "two machines from one QCOW2, by the real cloud-init: two sets of SSH host keys that stay, and the documented seed through to setup",
  async () => {
    await withImage(async (dir, disk) => {
      const plain = await makeCloudMachine(`${dir}/plain`, { disk });
      assert.deepEqual(await plain.hostKeys(), {}, "the image brings keys");
      await plain.start();
      const keys = await plain.hostKeys();
      isWholeSet(keys);
      assert.match(await plain.read("/home/alga/.ssh/authorized_keys") ?? "", / a@example\.com$/m);
      await plain.start();
      assert.deepEqual(await plain.hostKeys(), keys, "another start made other keys");

      // Says what it was told, and keeps what it was given.
      const agent = '#!/bin/sh\necho "$*" >/root/told\ncp "$3" /root/answers\nstat -c %a "$3" >/root/mode\n';
      const seed = {
        "user-data": userData,
        "meta-data": "instance-id: psa-01\n",
        "network-config": networkConfig,
      };
      const seeded = await makeCloudMachine(`${dir}/seeded`, { disk, seed, agent });
      await seeded.start();
      const others = await seeded.hostKeys();
      isWholeSet(others);
      for (const name of Object.keys(keys)) assert.notEqual(others[name], keys[name], name);
      assert.equal(await seeded.read("/etc/hostname"), "psa-01\n");
      assert.equal(await seeded.read("/root/host-name"), "psa-01\n");
      assert.match(await seeded.read("/home/alga/.ssh/authorized_keys") ?? "", / fleet@example\.com$/m);
      assert.match(await seeded.read("/etc/netplan/50-cloud-init.yaml") ?? "", /192\.0\.2\.10\/24/);
      const told = "setup --from-file /run/alga-answers.yaml --remove-file --no-wait\n";
      assert.equal(await seeded.read("/root/told"), told);
      assert.equal(await seeded.read("/root/mode"), "600\n");
      const answers = SetupInputs.safeParse(parse(await seeded.read("/root/answers") ?? ""));
      assert.ok(answers.success, JSON.stringify(answers.error?.issues));
    });
  },
);

function isWholeSet(keys: Record<string, string>): void {
  for (const it of KINDS) {
    assert.match(keys[it] ?? "", /^-----BEGIN OPENSSH PRIVATE KEY-----\n/, it);
    assert.match(keys[`${it}.pub`] ?? "", /^(?:ssh|ecdsa)-\S+ AAAA/, it);
  }
  assert.ok(!JSON.stringify(keys).includes(SECRET));
}
