import assert from "node:assert/strict";
import { checkBase } from "../../iso/base/check_base.ts";
import { sha256OfFile } from "../../tools/release_agent/checksums.ts";
import { findProgram } from "../cluster/find_program.ts";
import { makeSigner } from "./signer.ts";

const noGpg = await findProgram("gpg") === undefined || await findProgram("gpgv") === undefined;

Deno.test("checkBase takes a base of the sum that was given, in capitals too, and no other", async () => {
  await withBase(async ({ base, sum }) => {
    assert.equal(await checkBase(base, { kind: "sum", sha256: sum.toUpperCase() }), sum);
    await assert.rejects(
      checkBase(base, { kind: "sum", sha256: sum.replace(/^./, (it) => it === "0" ? "1" : "0") }),
      /not/,
    );
    await assert.rejects(checkBase(`${base}.gone`, { kind: "sum", sha256: sum }), /is not there/);
  });
});

Deno.test("checkBase finds the sum of the base in a list by its name", async () => {
  await withBase(async ({ dir, base, sum }) => {
    const sums = `${dir}/SHA256SUMS`;
    await Deno.writeTextFile(sums, `${"0".repeat(64)} *other.iso\n${sum} *ubuntu.iso\n`);
    assert.equal(await checkBase(base, { kind: "list", sums }), sum);
    await Deno.writeTextFile(sums, `${"0".repeat(64)} *other.iso\r\n${sum} *ubuntu.iso\r\n`); // saved by Windows
    assert.equal(await checkBase(base, { kind: "list", sums }), sum);
    await Deno.rename(base, `${dir}/renamed.iso`);
    await assert.rejects(
      checkBase(`${dir}/renamed.iso`, { kind: "list", sums }),
      /no sum of a file "renamed.iso"/,
    );
    await assert.rejects(checkBase(base, { kind: "list", sums, signature: sums }), /one of both is missing/);
  });
});

Deno.test("checkBase names the option whose file is missing", async () => {
  await withBase(async ({ dir, base, sum }) => {
    const [sums, gone] = [`${dir}/SHA256SUMS`, `${dir}/gone`];
    await Deno.writeTextFile(sums, `${sum} *ubuntu.iso\n`);
    for (
      const [option, files] of [
        ["--sums", { sums: gone }],
        ["--sums-signature", { sums, signature: gone, keyring: sums }],
        ["--keyring", { sums, signature: sums, keyring: gone }],
      ] as const
    ) {
      await assert.rejects(checkBase(base, { kind: "list", ...files }), {
        name: "IsoError",
        message: `${option}: "${gone}" cannot be read: it is not there`,
      });
    }
  });
});

Deno.test({
  name: `checkBase wants a list with a signature to be signed by a key of the keyring${
    noGpg ? " (skipped: no gpg)" : ""
  }`,
  ignore: noGpg,
  async fn() {
    await withBase(async ({ dir, base, sum }) => {
      const sums = `${dir}/SHA256SUMS`;
      await Deno.writeTextFile(sums, `${sum} *ubuntu.iso\n`);
      const [mine, other] = [await makeSigner(`${dir}/a`), await makeSigner(`${dir}/b`)];
      const signature = await mine.sign(sums);
      assert.equal(await checkBase(base, { kind: "list", sums, signature, keyring: mine.keyring }), sum);
      await assert.rejects(
        checkBase(base, { kind: "list", sums, signature, keyring: other.keyring }),
        /^IsoError: "SHA256SUMS" is not proven to be signed by a key of the keyring \(gpgv: Can't check signature: No public key\)$/,
      );
      await Deno.writeTextFile(sums, `${sum} *ubuntu.iso\n\n`);
      await assert.rejects(
        checkBase(base, { kind: "list", sums, signature, keyring: mine.keyring }),
        /is not proven to be signed by a key of the keyring \(gpgv: BAD signature/,
      );
    });
  },
});

async function withBase(
  body: (it: { dir: string; base: string; sum: string }) => Promise<void>,
): Promise<void> {
  const dir = await Deno.makeTempDir({ prefix: "alga-base-" });
  try {
    const base = `${dir}/ubuntu.iso`;
    await Deno.writeTextFile(base, "an image");
    await body({ dir, base, sum: await sha256OfFile(base) });
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}
