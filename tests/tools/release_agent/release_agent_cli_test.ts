import assert from "node:assert/strict";
import { AgentReleaseError } from "../../../tools/release_agent/agent_release_error.ts";
import { parseBom } from "./cyclonedx.ts";
import { withReleaseTree } from "./release_tree.ts";
import { newKeys } from "./test_keys.ts";

/** Every file of a folder by name. */
async function filesIn(dir: string): Promise<Record<string, string>> {
  const names = (await Array.fromAsync(Deno.readDir(dir))).map((it) => it.name).sort();
  return Object.fromEntries(
    await Promise.all(names.map(async (it) => [it, await Deno.readTextFile(`${dir}/${it}`)] as const)),
  );
}

Deno.test("a release has programs, version, notes, SBOM, checksums and signature, and verifies", async () => {
  await withReleaseTree(async ({ dir, call, compiled }) => {
    const { privatePem, publicPem } = newKeys();
    await Deno.writeTextFile(`${dir}/release.key`, privatePem);
    await Deno.writeTextFile(`${dir}/release.pub`, publicPem);
    const made = await call("--output", "out", "--key", "release.key");
    assert.equal(made.code, 0, made.stderr);
    assert.deepEqual(compiled, ["x64", "arm64"]);
    const files = await filesIn(`${dir}/out`);
    assert.deepEqual(Object.keys(files), [
      "RELEASE-NOTES.md",
      "SHA256SUMS",
      "SHA256SUMS.sig",
      "VERSION",
      "alga-agent-linux-arm64",
      "alga-agent-linux-arm64.sig",
      "alga-agent-linux-x64",
      "alga-agent-linux-x64.sig",
      "alga-agent.cdx.json",
    ]);
    assert.equal(files["VERSION"], "0.2.0\n");
    assert.equal(files["RELEASE-NOTES.md"], "# alga-agent 0.2.0\n\n- New. Nothing to do.\n");
    assert.equal(files["SHA256SUMS"]?.split("\n").length, 6);
    assert.equal(
      parseBom(JSON.parse(files["alga-agent.cdx.json"] ?? "")).metadata.component.version,
      "0.2.0",
    );
    assert.ok(
      !made.stdout.includes(privatePem) && !Object.values(files).some((it) => it.includes("PRIVATE KEY")),
    );
    const verified = await call("verify", "out", "--key", "release.pub");
    assert.deepEqual([verified.code, verified.stderr], [0, ""]);
    assert.match(verified.stdout, /signed by this key/);
    // A program alone is believed by a signature of its own.
    const own = `${dir}/out/alga-agent-linux-x64.sig`;
    await Deno.copyFile(`${dir}/out/SHA256SUMS.sig`, own);
    const changed = await call("verify", "out", "--key", "release.pub");
    assert.deepEqual([changed.code, changed.stderr], [
      1,
      "alga-agent-linux-x64.sig is not a signature of alga-agent-linux-x64 by this key\n",
    ]);
  });
});

Deno.test("the same commit gives the same bytes, cut or not", async () => {
  await withReleaseTree(async ({ dir, call }) => {
    assert.equal((await call("--output", "one")).code, 0);
    assert.equal((await call("--cut")).code, 0);
    assert.equal((await call("--output", "two")).code, 0);
    assert.deepEqual(await filesIn(`${dir}/two`), await filesIn(`${dir}/one`));
  });
});

Deno.test("--cut writes version and date into the changelog; a second cut is refused", async () => {
  await withReleaseTree(async ({ dir, call }) => {
    assert.equal((await call("--cut", "--date", "2026-12-01")).code, 0);
    const text = await Deno.readTextFile(`${dir}/repo/CHANGELOG.md`);
    assert.match(text, /^## Unreleased\n\n## 0\.2\.0 \(2026-12-01\)\n\n- New/m);
    const again = await call("--cut");
    assert.equal(again.code, 1);
    assert.match(again.stderr, /has a section of 0\.2\.0 already\n→ Raise the version/);
    assert.equal(await Deno.readTextFile(`${dir}/repo/CHANGELOG.md`), text);
  });
});

Deno.test("--output with --cut makes the release first and cuts last, with today's date", async () => {
  await withReleaseTree(async ({ dir, call }) => {
    assert.equal((await call("--output", "out", "--cut")).code, 0);
    assert.match(await Deno.readTextFile(`${dir}/repo/CHANGELOG.md`), /^## 0\.2\.0 \(2026-11-26\)$/m);
    assert.match(await Deno.readTextFile(`${dir}/out/RELEASE-NOTES.md`), /New/);
  });
});

Deno.test("verify finds a changed file, another key and a missing signature", async () => {
  await withReleaseTree(async ({ dir, call }) => {
    const { privatePem } = newKeys();
    await Deno.writeTextFile(`${dir}/release.key`, privatePem);
    await Deno.writeTextFile(`${dir}/other.pub`, newKeys().publicPem);
    await call("--output", "out", "--key", "release.key");
    const otherKey = await call("verify", "out", "--key", "other.pub");
    assert.deepEqual([otherKey.code, otherKey.stdout], [1, ""]);
    assert.equal(otherKey.stderr, "SHA256SUMS.sig is not a signature of SHA256SUMS by this key\n");
    await Deno.writeTextFile(`${dir}/out/SHA256SUMS.sig`, "?");
    assert.equal((await call("verify", "out", "--key", "other.pub")).code, 1);
    await Deno.remove(`${dir}/out/SHA256SUMS.sig`);
    await Deno.writeTextFile(`${dir}/out/alga-agent-linux-x64`, "changed");
    const changed = await call("verify", "out", "--key", "other.pub");
    assert.equal(changed.stderr, "not signed: there is no SHA256SUMS.sig\nchanged: alga-agent-linux-x64\n");
  });
});

Deno.test("verify without a key says that the signature was not checked", async () => {
  await withReleaseTree(async ({ call }) => {
    const made = await call("--output", "out");
    assert.match(made.stderr, /^Not signed/);
    const { code, stdout } = await call("verify", "out");
    assert.equal(code, 0);
    assert.match(stdout, /was not checked/);
    assert.match((await call("verify", "nowhere")).stderr, /has no SHA256SUMS/);
  });
});

Deno.test("a tree with changes makes a trial only, which says so", async () => {
  const changes = [" M main.ts"];
  const readCommit = () =>
    Promise.resolve({ commit: "c".repeat(40), committedAt: new Date("2026-11-25T09:00:00Z"), changes });
  await withReleaseTree(async ({ dir, call, compiled }) => {
    const refused = await call("--output", "out");
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, / M main\.ts\n→ Commit them/);
    assert.deepEqual(compiled, []);
    const trial = await call("--output", "out", "--trial", "--target", "x64");
    assert.equal(trial.code, 0, trial.stderr);
    assert.deepEqual(compiled, ["x64 trial"]);
    assert.match(trial.stderr, /This is a trial/);
    assert.match(await Deno.readTextFile(`${dir}/out/alga-agent.cdx.json`), /"c{40}-changed"/);
  }, { readCommit });
});

Deno.test("a key that cannot sign is refused before anything is made", async () => {
  await withReleaseTree(async ({ dir, call, compiled }) => {
    await Deno.writeTextFile(`${dir}/cosign.key`, "-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\n");
    const encrypted = await call("--output", "out", "--key", "cosign.key");
    assert.equal(encrypted.code, 1);
    assert.match(encrypted.stderr, /^The key is encrypted/);
    assert.match(
      (await call("--output", "out", "--key", "none.key")).stderr,
      /Cannot read the key "none\.key"/,
    );
    assert.deepEqual(compiled, []);
    await assert.rejects(Deno.stat(`${dir}/out`), Deno.errors.NotFound);
  });
});

Deno.test("definitions of Flux that are not the pinned ones are refused: the SBOM would name others", async () => {
  await withReleaseTree(async ({ dir, call, compiled }) => {
    await Deno.mkdir(`${dir}/repo/flux`);
    await Deno.writeTextFile(`${dir}/repo/flux/flux-crds.yaml`, "kind: CustomResourceDefinition\n");
    const { code, stderr } = await call("--output", "out");
    assert.deepEqual([code, compiled], [1, []]);
    assert.match(stderr, /^flux\/flux-crds\.yaml is not what .+\n→ Make it again: deno task crds\n$/);
    await assert.rejects(Deno.stat(`${dir}/out`), Deno.errors.NotFound);
  });
});

Deno.test("a folder that is not empty is refused", async () => {
  await withReleaseTree(async ({ call }) => {
    await call("--output", "out");
    const again = await call("--output", "out");
    assert.equal(again.code, 1);
    assert.match(again.stderr, /is not empty/);
  });
});

Deno.test("a program that cannot be made is a failure in words", async () => {
  const compile = () => Promise.reject(new AgentReleaseError("It does not compile", "Fix it"));
  await withReleaseTree(async ({ call }) => {
    const { code, stderr } = await call("--output", "out");
    assert.deepEqual([code, stderr], [1, "It does not compile\n→ Fix it\n"]);
  }, { compile });
});

for (
  const args of [
    [],
    ["--output", "out", "--target", "riscv"],
    ["--cut", "--date", "tomorrow"],
    ["verify"],
    ["publish", "out"],
    ["--nonsense"],
  ]
) {
  Deno.test(`the tool does not understand "${args.join(" ")}" and names its help`, async () => {
    await withReleaseTree(async ({ call }) => {
      const { code, stderr } = await call(...args);
      assert.equal(code, 2);
      assert.match(stderr, /More: deno task release-agent --help\n$/);
    });
  });
}
