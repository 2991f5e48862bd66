import assert from "node:assert/strict";
import { checkChecksums, checksumsOf } from "../../../tools/release_agent/checksums.ts";

Deno.test("checksums name every file; what was changed, lost or added is found", async () => {
  const dir = await Deno.makeTempDir({ prefix: "alga-sums-" });
  try {
    await Deno.writeTextFile(`${dir}/b`, "");
    await Deno.writeTextFile(`${dir}/a`, "a");
    await Deno.writeTextFile(`${dir}/SHA256SUMS.sig`, "not named");
    const sums = await checksumsOf(dir);
    assert.equal(
      sums,
      "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb  a\n" +
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  b\n",
    );
    await Deno.writeTextFile(`${dir}/SHA256SUMS`, sums);
    assert.deepEqual(await checkChecksums(dir, sums), []);
    await Deno.writeTextFile(`${dir}/a`, "A");
    await Deno.remove(`${dir}/b`);
    await Deno.writeTextFile(`${dir}/c`, "");
    assert.deepEqual(await checkChecksums(dir, `${sums}${"0".repeat(64)}  ../outside\n`), [
      `not a line of checksums: ${"0".repeat(64)}  ../outside`,
      "changed: a",
      "missing: b",
      "not named: c",
    ]);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
