import assert from "node:assert/strict";
import { runReleaseCli } from "../../tools/release/release_cli.ts";
import { fakeSurroundings, HELM_WORDS, registryTest } from "./registry_case.ts";
import { pushImages, withFolder, writeSigningKey } from "./tool_folder.ts";

registryTest("release push moves no channel once releases are signed; promote alone does", async (server) => {
  await withFolder(async ({ call, build, dir }) => {
    const mirror = ["--registry-mirror", `ghcr.io=${server.url}`];
    assert.equal((await call(...build, "--out", "out")).code, 0);
    const text = await writeSigningKey(dir);
    await pushImages(server.url);

    const keyed = fakeSurroundings(dir);
    keyed.releaseKeys = [{ name: "alga-2026", text }];
    assert.equal(await runReleaseCli(["push", "out", ...mirror, "--channel", "stable"], keyed), 1);
    assert.match(
      keyed.stderr,
      /"stable" is moved by promote alone: the agent has keys[^]*→ Push without --channel/,
    );
    assert.equal(keyed.stdout, "", "nothing was sent");

    assert.equal((await call("push", "out", ...mirror)).code, 0);
    const sign = ["sign", "1.5.0", "--key", "cosign.key", "--password-file", "cosign.password", ...mirror];
    assert.equal((await call(...sign)).code, 0);
    const promoted = await call(
      "promote",
      "1.5.0",
      "--by",
      "ada",
      "--key",
      "cosign.pub",
      ...HELM_WORDS,
      ...mirror,
    );
    assert.equal(promoted.code, 0, promoted.stderr);
    const held = await call("push", "out", ...mirror, "--channel", "stable");
    assert.equal(held.code, 1);
    assert.match(held.stderr, /release 1\.5\.0, to which it leads now, is signed/);
  });
});

registryTest("release push refuses a version that has the name of a channel", async (server) => {
  await withFolder(async ({ call, build, dir }) => {
    const text = await Deno.readTextFile(`${dir}/release.yaml`);
    await Deno.writeTextFile(`${dir}/release.yaml`, text.replace("1.5.0", "stable"));
    assert.equal((await call(...build, "--out", "out")).code, 0);
    const pushed = await call("push", "out", "--registry-mirror", `ghcr.io=${server.url}`);
    assert.equal(pushed.code, 1);
    assert.match(pushed.stderr, /alga-appliance-release:stable is a channel, not a version/);
  });
});
