import assert from "node:assert/strict";
import { renderOvf } from "../../../iso/image/formats/ovf.ts";
import { findProgram } from "../../cluster/find_program.ts";
import { mortalCommand } from "../../mortal_command.ts";
import { testUnless } from "../../test_unless.ts";

const SCHEMA = new URL("./testdata/ovf.rng", import.meta.url).pathname;
const missing = await findProgram("xmllint") === undefined ? "no xmllint (package libxml2-utils)" : undefined;

/** What xmllint says of a description held against the schema; "" if it fits. */
async function objection(text: string): Promise<string> {
  const path = await Deno.makeTempFile({ suffix: ".ovf" });
  try {
    await Deno.writeTextFile(path, text);
    const args = ["--nonet", "--noout", "--relaxng", SCHEMA, path];
    const { code, stderr } = await mortalCommand("xmllint", args, { stderr: "piped" }).output();
    return code === 0 ? "" : new TextDecoder().decode(stderr);
  } finally {
    await Deno.remove(path);
  }
}

const disk = { name: "a-disk1.vmdk", bytes: 1234, capacityBytes: 64 * 1024 ** 3, populatedBytes: 4567 };
const OVF = renderOvf({ name: "alga-appliance-ubuntu-0.1.0", version: "0.1.0", disk, firmware: "efi" });

function schemaTest(name: string, fn: () => Promise<void>): void {
  testUnless(missing, name, fn);
}

schemaTest("renderOvf fits the schema of OVF, whatever the names are", async () => {
  assert.equal(await objection(OVF), "");
  const odd = renderOvf({ name: 'a<b>&"c"', version: "1 & 2", disk, firmware: "bios" });
  assert.equal(await objection(odd), "");
});

for (
  const [what, from, to] of [
    ["without an information element", /<Info>Hardware of the machine<\/Info>\s*/, ""],
    [
      "with the sections in another order",
      /(<DiskSection>[^]*?<\/DiskSection>\s*)(<NetworkSection>[^]*?<\/NetworkSection>)/,
      "$2$1",
    ],
    [
      "with an item's elements in another order",
      /(<rasd:Address>0<\/rasd:Address>\s*)(<rasd:Description>.*?<\/rasd:Description>)/,
      "$2$1",
    ],
    ["with a size that is not a number", 'ovf:size="1234"', 'ovf:size="1 kB"'],
    ["with an unknown kind of device", "<rasd:ResourceType>17<", "<rasd:ResourceType>99<"],
    ["with a disk in a folder", 'href="a-disk1.vmdk"', 'href="../a-disk1.vmdk"'],
    ["with an attribute out of its namespace", "ovf:capacity=", "capacity="],
  ] as const
) {
  schemaTest(`the schema refuses a description ${what}`, async () => {
    const wrong = OVF.replace(from, to);
    assert.notEqual(wrong, OVF);
    assert.match(await objection(wrong), /fails to validate/);
  });
}

Deno.test("the description has the hardware that the documents ask for, and says how the disk starts", async () => {
  const value = (name: string, type: number) =>
    OVF.split("<Item>").find((it) => it.includes(`<rasd:ResourceType>${type}<`))
      ?.match(new RegExp(`<rasd:${name}>(.*?)<`))?.[1];
  const document = await Deno.readTextFile(new URL("../../../docs/images.md", import.meta.url));
  assert.match(document, /^4 processors, 16 GB of memory, 60 GB of disk/m);
  assert.equal(value("VirtualQuantity", 3), "4");
  assert.equal(value("VirtualQuantity", 4), String(16 * 1024));
  assert.equal(value("HostResource", 17), "ovf:/disk/disk1");
  assert.equal(value("Parent", 17), value("InstanceID", 6));
  assert.match(OVF, /ovf:diskId="disk1" ovf:fileRef="file1" ovf:capacity="68719476736"/);
  assert.match(OVF, /vmw:key="firmware" vmw:value="efi"/);
});

Deno.test("the properties are those that cloud-init reads", () => {
  const keys = [...OVF.matchAll(/ovf:key="(.*?)"/g)].map((it) => it[1]);
  assert.deepEqual(keys, ["instance-id", "hostname", "public-keys", "network-config", "user-data"]);
});
