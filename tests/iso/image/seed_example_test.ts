import assert from "node:assert/strict";
import { parse } from "yaml";
import { WIRED_CONFIG } from "../../../iso/image/generalise/cloud_files.ts";
import { renderOvf } from "../../../iso/image/formats/ovf.ts";
import { SetupInputs } from "../../../agent/setup/inputs/schema.ts";
import { missingPrograms } from "../../cluster/missing_programs.ts";
import { testUnless } from "../../test_unless.ts";
import { run } from "../../vm/run.ts";

const document = await Deno.readTextFile(new URL("../../../docs/images.md", import.meta.url));
const [userData = "", networkConfig = ""] = [...document.matchAll(/^```yaml\n([^]*?)^```/gm)].map((it) =>
  it[1] ?? ""
);

Deno.test("the documented seed writes answers that setup takes, closed, in memory, and removes them", () => {
  const { write_files: [file], runcmd: [command] } = parse(userData);
  assert.equal(file.permissions, "0600");
  assert.match(file.path, /^\/run\//);
  const answers = SetupInputs.safeParse(parse(file.content));
  assert.ok(answers.success, JSON.stringify(answers.error?.issues));
  assert.deepEqual(command, ["alga-agent", "setup", "--from-file", file.path, "--remove-file", "--no-wait"]);
});

const [noCloudInit] = await missingPrograms({ "cloud-init": "cloud-init" });

testUnless(noCloudInit, "cloud-init knows every word of the documented seed", async () => {
  const path = await Deno.makeTempFile();
  await Deno.writeTextFile(path, userData);
  await run("cloud-init", ["schema", "--config-file", path]);
  await Deno.writeTextFile(path, userData.replace("permissions:", "permission:"));
  await assert.rejects(run("cloud-init", ["schema", "--config-file", path]));
  await Deno.remove(path);
});

const [noNetplan] = await missingPrograms({ netplan: "netplan.io" });

testUnless(
  noNetplan,
  "netplan gives the documented fixed address before the image's own definition",
  async () => {
    const root = await Deno.makeTempDir();
    await Deno.mkdir(`${root}/etc/netplan`, { recursive: true });
    const write = (name: string, text: string) =>
      Deno.writeTextFile(`${root}/etc/netplan/${name}`, text, { mode: 0o600 });
    await write(WIRED_CONFIG.path.slice("/etc/netplan/".length), WIRED_CONFIG.text);
    const indented = networkConfig.replaceAll(/^/gm, "  ");
    await write("50-cloud-init.yaml", `network:\n${indented}`);
    await run("netplan", ["generate", "--root-dir", root]);
    const folder = `${root}/run/systemd/network`;
    const made = [...Deno.readDirSync(folder)].map((it) => it.name).filter((it) => it.endsWith(".network"))
      .sort();
    assert.equal(made.length, 2);
    const texts = await Promise.all(made.map((it) => Deno.readTextFile(`${folder}/${it}`)));
    assert.match(texts[0] ?? "", /Address=192\.0\.2\.10\/24/);
    assert.match(texts[1] ?? "", /DHCP=ipv4/);
    await Deno.remove(root, { recursive: true });
  },
);

/** A seed as a hypervisor hands over the properties of an OVA. @see DMTF DSP0243 § 11.2 */
function ovfEnvironment(properties: Readonly<Record<string, string>>): string {
  const lines = Object.entries(properties).map(([key, value]) =>
    `<Property oe:key="${key}" oe:value="${value.replaceAll("&", "&amp;").replaceAll('"', "&quot;")}"/>`
  );
  const space = "http://schemas.dmtf.org/ovf/environment/1";
  return `<Environment xmlns="${space}" xmlns:oe="${space}"><PropertySection>${
    lines.join("")
  }</PropertySection></Environment>`;
}

testUnless(noCloudInit, "cloud-init reads the documented seed from the properties of the OVA", async () => {
  const indented = networkConfig.replaceAll(/^/gm, "  ");
  const properties = {
    "instance-id": "i-1",
    hostname: "psa-01",
    "public-keys": "ssh-ed25519 AAAA fleet@example.com",
    "network-config": btoa(`network:\n${indented}`),
    "user-data": btoa(userData),
  };
  const ovf = renderOvf({
    ...{ name: "a", version: "0.1.0", firmware: "efi" },
    disk: { name: "a.vmdk", bytes: 1, capacityBytes: 1, populatedBytes: 1 },
  });
  const keys = [...ovf.matchAll(/ovf:key="(.*?)"/g)].map((it) => it[1]);
  assert.deepEqual(Object.keys(properties).toSorted(), keys.toSorted());
  const script = `
import json, sys
from cloudinit.sources import DataSourceOVF
metadata, userdata, _ = DataSourceOVF.read_ovf_environment(sys.argv[1], True)
print(json.dumps([metadata, userdata.decode()]))
`;
  const args = ["-c", script, ovfEnvironment(properties)];
  const [metadata, userdata] = JSON.parse(await run("/usr/bin/python3", args));
  assert.equal(userdata, userData);
  assert.deepEqual(metadata, {
    "instance-id": "i-1",
    "local-hostname": "psa-01",
    "public-keys": properties["public-keys"],
    "network-config": parse(networkConfig),
  });
});
