import assert from "node:assert/strict";
import { fixContentId } from "../../../iso/image/formats/vmdk.ts";

const SECTOR = 512;

/** The beginning of a VMDK, as QEMU writes it, and the first sector of its data. */
function beginning(contentId: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(30 * SECTOR).fill(7);
  bytes.fill(0, SECTOR, 21 * SECTOR);
  bytes.set(
    new TextEncoder().encode(`# Disk DescriptorFile\nversion=1\nCID=${contentId}\nparentCID=ffffffff\n`),
    SECTOR,
  );
  return bytes;
}

for (const contentId of ["1234abcd", "a19a0001", "7", "0"]) {
  Deno.test(`fixContentId makes every VMDK the same, one with the content id ${contentId}, too`, async () => {
    const path = await Deno.makeTempFile();
    await Deno.writeFile(path, beginning(contentId));
    await fixContentId(path);
    assert.deepEqual(await Deno.readFile(path), beginning("a19a0001"));
    await Deno.remove(path);
  });
}

Deno.test("fixContentId refuses what has no description", async () => {
  const path = await Deno.makeTempFile();
  await Deno.writeFile(path, new Uint8Array(30 * SECTOR));
  await assert.rejects(fixContentId(path), /^IsoError: The VMDK has no description/);
  await Deno.remove(path);
});
