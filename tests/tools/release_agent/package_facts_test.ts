import assert from "node:assert/strict";
import { packageFacts } from "../../../tools/release_agent/package_facts.ts";

const SHA512 = "z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==";
const integrity = `sha512-${SHA512}`;
const one = { name: "one", version: "1.0.0", folder: "npm/one" };
const two = { name: "@a/two", version: "2.0.0", folder: "npm/two" };

/** A folder with both packages; `license` is that of the first. */
async function withPackages(license: unknown, run: (dir: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir({ prefix: "alga-facts-" });
  try {
    for (const { folder } of [one, two]) await Deno.mkdir(`${dir}/${folder}`, { recursive: true });
    await Deno.writeTextFile(`${dir}/npm/one/package.json`, JSON.stringify({ license }));
    await Deno.writeTextFile(`${dir}/npm/two/package.json`, JSON.stringify({ license: "ISC" }));
    await run(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.test("packageFacts joins the package's licence with the lock file's checksum and dependencies", async () => {
  await withPackages("(MIT OR Apache-2.0)", async (dir) => {
    const lock = {
      npm: {
        "one@1.0.0_@a+two@2.0.0": { integrity, dependencies: ["@a/two", "not-bundled"] },
        "@a/two@2.0.0": { integrity },
      },
    };
    const [first, second] = await packageFacts([one, two], lock, dir);
    assert.deepEqual(first?.uses, ["@a/two@2.0.0"]);
    assert.equal(first?.licence, "(MIT OR Apache-2.0)");
    assert.equal(first?.sha512.slice(0, 8), "cf83e135");
    assert.equal(first?.sha512.length, 128);
    assert.deepEqual(second?.uses, []);
  });
});

for (
  const [why, license, lock, message] of [
    ["a package names no licence", undefined, { "one@1.0.0": { integrity } }, /one 1\.0\.0 names no licence/],
    [
      "the lock file does not know a package",
      "MIT",
      { "one@1.0.01": { integrity } },
      /which deno\.lock does not/,
    ],
    ["a checksum is too weak", "MIT", { "one@1.0.0": { integrity: "sha1-AAAA" } }, /with sha1, not sha512/],
  ] as const
) {
  Deno.test(`packageFacts refuses when ${why}`, async () => {
    await withPackages(license, async (dir) => {
      await assert.rejects(packageFacts([one], { npm: lock }, dir), message);
    });
  });
}
