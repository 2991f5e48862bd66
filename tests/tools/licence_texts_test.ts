import assert from "node:assert/strict";
import { DENO } from "../../agent/product/pins.ts";
import { BUNDLE } from "../../tools/bundle.ts";
import { licenceTexts } from "../../tools/licence_texts.ts";
import { bundledPackages } from "../../tools/release_agent/bundled_packages.ts";
import { mortalCommand } from "../mortal_command.ts";

const repo = new URL("../..", import.meta.url).pathname;

Deno.test("licenceTexts() has the licence of every package that is in the program", async () => {
  const dir = await Deno.makeTempDir({ prefix: "alga-licences-" });
  try {
    const { success, stderr } = await mortalCommand(
      Deno.execPath(),
      [...BUNDLE, "--outdir", dir, "main.ts"],
      { cwd: repo, stdout: "null", stderr: "piped" },
    ).output();
    assert.ok(success, new TextDecoder().decode(stderr));
    let bundle = "";
    for (const { name } of Deno.readDirSync(dir)) bundle += await Deno.readTextFile(`${dir}/${name}`);
    const packages = bundledPackages(bundle);
    assert.ok(packages.length >= 5, "the bundle names its packages");
    const texts = await licenceTexts(packages, repo);
    for (const { name, version } of packages) {
      const [, text = ""] = texts.split(`\n${name} ${version}\n`);
      assert.match(text.slice(0, 1_500), /copyright|licen[cs]e/i, `${name} has a text`);
    }
    assert.match(texts, /\nDeno\n=+\n\nMIT License/);
    assert.ok(texts.includes(`\n\nDeno ${DENO.version}'s runtime holds V8, ICU and these Rust packages`));
    assert.match(texts, /\nV8 [\d.]+\n-+\n\nThis license applies to all parts of V8/);
    assert.match(texts, /\nICU\n-+\n\nUNICODE LICENSE V3/);
    assert.match(texts, /\nFlux \(resource definitions\)\n=+\n\n\s*Apache License/);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("licenceTexts() refuses a package without a licence, by name", async () => {
  const dir = await Deno.makeTempDir({ prefix: "alga-licences-" });
  try {
    await Deno.mkdir(`${dir}/bare`);
    await Deno.writeTextFile(`${dir}/bare/package.json`, "{}");
    const packages = [{ name: "bare", version: "1.0.0", folder: "bare" }];
    await assert.rejects(
      licenceTexts(packages, dir),
      /^Error: The package bare 1\.0\.0 brings no licence text/,
    );
    await Deno.writeTextFile(`${dir}/bare/LICENCE.md`, "Do as you like.");
    assert.match(await licenceTexts(packages, dir), /bare 1\.0\.0\n=+\n\nDo as you like\.\n$/);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
