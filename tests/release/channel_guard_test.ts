import assert from "node:assert/strict";
import { runReleaseCli } from "../../tools/release/release_cli.ts";
import { FIXTURE_PASSWORD, readFixtures } from "../agent/trust/fixtures.ts";
import { pushImage } from "../simulator/push.ts";
import { fakeSurroundings, HELM_WORDS, registryTest } from "./registry_case.ts";
import { withFolder } from "./tool_folder.ts";

registryTest("release push moves no channel once releases are signed; promote alone does", async (server) => {
  await withFolder(async ({ call, build, dir }) => {
    const mirror = ["--registry-mirror", `ghcr.io=${server.url}`];
    assert.equal((await call(...build, "--out", "out")).code, 0);
    const { keys: { a } } = await readFixtures();
    await Deno.writeTextFile(`${dir}/cosign.key`, a?.privateText ?? "", { mode: 0o600 });
    await Deno.writeTextFile(`${dir}/cosign.pub`, a?.publicText ?? "");
    await Deno.writeTextFile(`${dir}/cosign.password`, FIXTURE_PASSWORD, { mode: 0o600 });
    for (const name of ["alga-psa-ee", "workflow-worker", "email-service", "temporal-worker"]) {
      await pushImage(server.url, `nine-minds/${name}`, "one");
    }
    for (const name of ["standin", "busybox"]) await pushImage(server.url, `nine-minds/${name}`, "1");

    const keyed = fakeSurroundings(dir);
    keyed.releaseKeys = [{ name: "alga-2026", text: a?.publicText ?? "" }];
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
