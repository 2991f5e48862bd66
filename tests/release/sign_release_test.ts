import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { resolveRelease } from "../../agent/release/mod.ts";
import { runReleaseCli } from "../../tools/release/release_cli.ts";
import { isEncrypted, publicPem, readPrivateKey } from "../../tools/release/private_key.ts";
import { FIXTURE_PASSWORD, readFixtures } from "../agent/trust/fixtures.ts";
import { Random } from "../fakes/random.ts";
import { clientOf, fakeSurroundings, HELM_WORDS, registryTest } from "./registry_case.ts";
import { pushSampleRelease } from "./sample_release_push.ts";

const { keys } = await readFixtures();

interface Tool {
  dir: string;
  call(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }>;
}

/** The tool in a folder with the keys of the fixtures, beside a registry. */
async function withTool(url: string, run: (tool: Tool) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir({ prefix: "alga-sign-" });
  try {
    for (const [name, { privateText, publicText }] of Object.entries(keys)) {
      await Deno.writeTextFile(`${dir}/${name}.key`, privateText, { mode: 0o600 });
      await Deno.writeTextFile(`${dir}/${name}.pub`, publicText);
    }
    await Deno.writeTextFile(`${dir}/password`, `${FIXTURE_PASSWORD}\n`, { mode: 0o600 });
    const host = new URL(url).host;
    await run({
      dir,
      async call(...args) {
        const around = fakeSurroundings(dir);
        const mirrors = ["ghcr.io", "docker.io", host].flatMap((it) => ["--registry-mirror", `${it}=${url}`]);
        const code = await runReleaseCli([...args, ...mirrors], around);
        return { code, stdout: around.stdout, stderr: around.stderr };
      },
    });
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

const signWith = (name: string) => ["--key", `${name}.key`, "--password-file", "password"];

registryTest(
  "a release is signed with cosign's key and verified; a second run changes nothing",
  async (server) => {
    await pushSampleRelease(server.url);
    await withTool(server.url, async ({ call }) => {
      const before = await call("verify", "1.4.0", "--key", "a.pub");
      assert.equal(before.code, 1);
      assert.equal(before.stdout.match(/FAILED {2}signature of .*: it has none\n/g)?.length, 2);
      for (const word of ["signed", "was signed"]) {
        const { code, stdout, stderr } = await call("sign", "stable", ...signWith("a"));
        assert.equal(code, 0, stderr);
        assert.equal(stdout.match(new RegExp(`^${word} +sha256:`, "gm"))?.length, 2, stdout);
      }
      const after = await call("verify", "1.4.0", "--key", "a.pub");
      assert.equal(after.code, 0, after.stdout);
      const wrong = await call("verify", "1.4.0", "--key", "b.pub");
      assert.match(wrong.stdout, /FAILED {2}signature of .*: it is of no key that is trusted here/);
      assert.equal((await call("sign", "stable", ...signWith("b"))).code, 0);
      for (const it of ["a", "b"]) {
        assert.equal((await call("verify", "1.4.0", "--key", `${it}.pub`)).code, 0);
      }
    });
  },
);

registryTest(
  "promote moves a channel only to what is signed, follows, and is later, and records it",
  async (server) => {
    const release = (version: string) =>
      pushSampleRelease(server.url, { version, channels: [], releasedAt: at(version) });
    for (const it of ["1.4.0", "1.5.0", "1.7.0"]) await release(it);
    await pushSampleRelease(server.url, { version: "1.5.1", channels: [], releasedAt: at("1.4.0") });
    await withTool(server.url, async ({ call, dir }) => {
      const promote = (version: string, ...more: string[]) =>
        call("promote", version, "--key", "a.pub", "--by", "ada", ...HELM_WORDS, ...more);
      const unsigned = await promote("1.4.0");
      assert.equal(unsigned.code, 1);
      assert.match(unsigned.stderr, /signature of .*it has none[^]*"stable" was not moved/);
      for (const it of ["1.4.0", "1.5.0", "1.5.1", "1.7.0"]) await call("sign", it, ...signWith("a"));
      assert.equal((await promote("1.4.0")).stdout, "stable: nothing → 1.4.0\n");
      assert.equal((await promote("1.4.0")).stdout, "stable: 1.4.0 → 1.4.0 (was there)\n");
      assert.match((await promote("1.7.0")).stderr, /path 1\.4\.0 → 1\.7\.0: it skips 1\.5/);
      assert.equal((await promote("1.5.0")).stdout, "stable: 1.4.0 → 1.5.0\n");
      assert.match(
        (await promote("1.4.0")).stderr,
        /path 1\.5\.0 → 1\.4\.0: 1\.4\.0 is older than 1\.5\.0\n +→ Build it under a version that is higher/,
      );
      assert.match((await promote("1.5.1")).stderr, /age of 1\.5\.1: .* is not later than /);
      const client = clientOf(server);
      try {
        assert.equal((await resolveRelease(client, { channel: "stable" })).manifest.version, "1.5.0");
      } finally {
        client.close();
      }
      const record = (await Deno.readTextFile(`${dir}/promotions.jsonl`)).trim().split("\n").map((it) =>
        JSON.parse(it)
      );
      assert.deepEqual(record.map((it) => [it.by, it.channel, it.from?.version, it.to.version]), [
        ["ada", "stable", undefined, "1.4.0"],
        ["ada", "stable", "1.4.0", "1.5.0"],
      ]);
      assert.equal(
        (await call("promote", "1.5.0", "--key", "a.pub")).code,
        2,
        "who promotes it is asked for",
      );
      assert.match((await call("promote", "1.5.0", "--by", "ada")).stderr, /No key is known to verify with/);
    });
  },
);

registryTest("diff shows what customers will get", async (server) => {
  await pushSampleRelease(server.url, { version: "1.4.0" });
  const values = { "alga-core": { server: { replicaCount: 3 } } };
  await pushSampleRelease(server.url, { version: "1.5.0", channels: [], values });
  await withTool(server.url, async ({ call }) => {
    const { code, stdout } = await call("diff", "stable", "1.5.0");
    assert.equal(code, 0);
    assert.match(stdout, /^version: 1\.4\.0 → 1\.5\.0$/m);
    assert.match(stdout, /^image algaCore: 1\.4\.0 → 1\.5\.0$/m);
    assert.match(stdout, /^alga-core\.single-node\.yaml server\.replicaCount: .* → 3$/m);
    assert.doesNotMatch(stdout, /^chart /m);
    assert.equal((await call("diff", "stable")).code, 2);
    assert.equal((await call("diff", "stable", "1.4.0")).stdout, "Nothing differs\n");
  });
});

function at(version: string): string {
  return `2026-11-${10 + Number(version.split(".")[1])}T00:00:00Z`;
}

function openssl(args: string[], input = ""): string {
  return execFileSync("openssl", args, { input, encoding: "utf-8", stdio: ["pipe", "pipe", "ignore"] });
}

Deno.test("readPrivateKey() opens cosign's key with its password, and plain PEM of both kinds", () => {
  const { privateText = "", publicText = "" } = keys["a"] ?? {};
  assert.ok(isEncrypted(privateText));
  assert.equal(publicPem(readPrivateKey(privateText, FIXTURE_PASSWORD)), publicText);
  assert.throws(() => readPrivateKey(privateText, "wrong"), /does not open the key/);
  for (
    const args of [["ecparam", "-name", "prime256v1", "-genkey"], [
      "genpkey",
      "-algorithm",
      "EC",
      "-pkeyopt",
      "ec_paramgen_curve:P-256",
    ]]
  ) {
    const pem = openssl(args);
    assert.equal(publicPem(readPrivateKey(pem, "")), openssl(["pkey", "-pubout"], pem));
  }
});

Deno.test("readPrivateKey() of anything else says what is wrong, without the text", () => {
  const random = new Random(19);
  const rsa = String(
    generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ type: "pkcs8", format: "pem" }),
  );
  assert.throws(() => readPrivateKey(rsa, ""), /not ECDSA/);
  const huge = JSON.stringify({
    kdf: { name: "scrypt", params: { N: 2 ** 30, r: 8, p: 1 }, salt: "AAAA" },
    cipher: { name: "nacl/secretbox", nonce: "A".repeat(32) },
    ciphertext: "AAAA",
  });
  const block = (it: string) =>
    `-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\n${
      btoa(it)
    }\n-----END ENCRYPTED SIGSTORE PRIVATE KEY-----`;
  assert.throws(() => readPrivateKey(block(huge), ""), /damaged/);
  const pem = String(
    generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ type: "pkcs8", format: "pem" }),
  );
  for (let it = 0; it < 100; it++) {
    try {
      readPrivateKey(it % 3 === 0 ? block(random.mutate(huge)) : random.mutate(pem), "");
    } catch (error) {
      assert.equal((error as Error).name, "ReleaseError");
    }
  }
});

registryTest("a key or password that others may read is refused", async (server) => {
  await pushSampleRelease(server.url);
  await withTool(server.url, async ({ call, dir }) => {
    await Deno.chmod(`${dir}/password`, 0o644);
    const { code, stderr } = await call("sign", "stable", ...signWith("a"));
    assert.equal(code, 1);
    assert.match(stderr, /password" can be read by others\n→ Close it: chmod 600/);
    assert.match((await call("sign", "stable", "--key", "a.key")).stderr, /The key has a password/);
    assert.match((await call("sign", "stable")).stderr, /No key is named/);
    await Deno.writeTextFile(`${dir}/b.pub`, "-----BEGIN PUBLIC KEY-----\n", { mode: 0o644 });
    assert.match(
      (await call("sign", "stable", "--key", "b.pub")).stderr,
      /b\.pub" is a public key\n→ Name the file of its private key/,
    );
  });
});
