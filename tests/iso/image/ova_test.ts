import assert from "node:assert/strict";
import { compareOva, packOva, readOva } from "../../../iso/image/formats/ova.ts";
import type { Manifest } from "../../../iso/record/manifest.ts";
import { run } from "../../vm/run.ts";

const dir = await Deno.makeTempDir({ prefix: "alga-ova-" });
globalThis.addEventListener("unload", () => Deno.removeSync(dir, { recursive: true }));
await Deno.writeTextFile(`${dir}/a.ovf`, '<File ovf:href="a.vmdk" ovf:size="6"/>');
await Deno.writeTextFile(`${dir}/a.vmdk`, "a disk");
await packOva(dir, { ovf: "a.ovf", disk: "a.vmdk", output: `${dir}/a.ova`, at: new Date(0) });
const whole = await readOva(`${dir}/a.ova`);
const manifest = { files: whole.members } as unknown as Manifest;

Deno.test("packOva puts the description first, then the list, then the disk, and the list does not name itself", async () => {
  assert.deepEqual(whole.problems, []);
  assert.deepEqual(whole.members.map((it) => it.path), ["a.ovf", "a.mf", "a.vmdk"]);
  assert.equal(await run("tar", ["-tf", `${dir}/a.ova`]), "a.ovf\na.mf\na.vmdk\n");
  const list = await Deno.readTextFile(`${dir}/a.mf`);
  assert.match(list, /^SHA256\(a\.ovf\)= [0-9a-f]{64}\nSHA256\(a\.vmdk\)= [0-9a-f]{64}\n$/);
  const sums = list.replaceAll(/SHA256\((.*)\)= (.*)/g, "$2  $1");
  await Deno.writeTextFile(`${dir}/sums`, sums);
  await run("sh", ["-c", 'cd "$1" && sha256sum --check --strict --quiet sums', "sh", dir]);
  const listing = await run("tar", ["--list", "--verbose", "--numeric-owner", "-f", `${dir}/a.ova`]);
  assert.match(listing, /^-rw-r--r-- 0\/0 /);
});

for (
  const [what, change, expected] of [
    ["another disk", "echo 123456 > a.vmdk", ["changed: a.vmdk", /"a.mf" does not have the checksums/]],
    ["another description", "echo x > a.ovf", ["changed: a.ovf", /does not name the disk/]],
    ["a list in another spelling", "sed -i 's/)= /) = /' a.mf", [
      "changed: a.mf",
      /does not have the checksums/,
    ]],
    ["a list by another name", "mv a.mf b.mf", ["missing: a.mf", "added: b.mf"]],
  ] as const
) {
  Deno.test(`compareOva names ${what}`, async () => {
    const changed = await Deno.makeTempDir({ dir });
    await run("tar", ["-xf", `${dir}/a.ova`, "-C", changed]);
    await run("sh", ["-c", `cd "$1" && ${change} && tar -cf ../b.ova a.ovf *.mf a.vmdk`, "sh", changed]);
    const found = await compareOva(`${dir}/b.ova`, manifest);
    for (const it of expected) {
      assert.ok(found.some((line) => typeof it === "string" ? line === it : it.test(line)), found.join("\n"));
    }
  });
}

Deno.test("compareOva names another order, and what is no archive", async () => {
  await run("tar", ["-cf", `${dir}/c.ova`, "-C", dir, "a.vmdk", "a.ovf", "a.mf"]);
  assert.match((await compareOva(`${dir}/c.ova`, manifest)).join(), /in this order/);
  await Deno.writeTextFile(`${dir}/d.ova`, "no archive".repeat(500));
  assert.match((await compareOva(`${dir}/d.ova`, manifest)).join(), /It is no archive|in this order/);
});
