import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { AgentReleaseError } from "../../../tools/release_agent/agent_release_error.ts";
import { isSignedBy, signBlob } from "../../../tools/release_agent/signature.ts";
import { findProgram } from "../../cluster/find_program.ts";
import { newKeys } from "./test_keys.ts";

const CONTENT = new TextEncoder().encode("one  file\n");
const { privatePem, publicPem } = newKeys();
const hasOpenssl = await findProgram("openssl") !== undefined;
const suffix = hasOpenssl ? "" : " (skipped: no openssl)";

Deno.test("a signature holds for its content and its key only", () => {
  const signature = signBlob(CONTENT, privatePem);
  assert.match(signature, /^[A-Za-z0-9+/]+=*$/);
  assert.equal(isSignedBy(CONTENT, `${signature}\n`, publicPem), true);
  assert.equal(isSignedBy(new TextEncoder().encode("two  files\n"), signature, publicPem), false);
  assert.equal(isSignedBy(CONTENT, signature, newKeys().publicPem), false);
  for (const it of ["", "no base64!", "\0", "AAAA", `${signature}é`]) {
    assert.equal(isSignedBy(CONTENT, it, publicPem), false, it);
  }
});

Deno.test({
  name: `openssl verifies our signature, and its own keys in each form can be used${suffix}`,
  ignore: !hasOpenssl,
  async fn() {
    const dir = await Deno.makeTempDir({ prefix: "alga-sign-" });
    const openssl = async (...args: string[]) => {
      const { stdout, stderr, success } = await new Deno.Command("openssl", { args, cwd: dir }).output();
      assert.ok(success, new TextDecoder().decode(stderr));
      return new TextDecoder().decode(stdout);
    };
    try {
      await openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", "plain.pem");
      await openssl("ecparam", "-name", "prime256v1", "-genkey", "-out", "parameters.pem");
      await openssl("pkcs8", "-topk8", "-nocrypt", "-in", "plain.pem", "-out", "pkcs8.pem");
      await Deno.writeFile(`${dir}/content`, CONTENT);
      for (const key of ["plain.pem", "parameters.pem", "pkcs8.pem"]) {
        await openssl("pkey", "-in", key, "-pubout", "-out", "public.pem");
        const signature = signBlob(CONTENT, await Deno.readTextFile(`${dir}/${key}`));
        await Deno.writeFile(`${dir}/signature`, Uint8Array.fromBase64(signature));
        const said = await openssl(
          "dgst",
          "-sha256",
          "-verify",
          "public.pem",
          "-signature",
          "signature",
          "content",
        );
        assert.equal(said, "Verified OK\n", key);
      }
    } finally {
      await Deno.remove(dir, { recursive: true });
    }
  },
});

const RSA = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({
  type: "pkcs8",
  format: "pem",
});
const REFUSED: readonly [what: string, pem: string, message: RegExp][] = [
  ["cosign's own", "-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\nx\n", /^The key is encrypted/],
  ["an encrypted", "-----BEGIN ENCRYPTED PRIVATE KEY-----\nx\n", /^The key is encrypted/],
  [
    "an encrypted older",
    "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nx\n-----END EC PRIVATE KEY-----\n",
    /^The key is encrypted/,
  ],
  ["a public", publicPem, /^This is not a private key in PEM form$/],
  ["another file as", "hello", /^This is not a private key in PEM form$/],
  ["a damaged", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", /^The key cannot be read$/],
  ["an RSA", RSA as string, /^The key is of the kind rsa, not ECDSA on P-256$/],
  ["a P-384", newKeys("secp384r1").privatePem, /^The key is of the kind ec \S+, not ECDSA on P-256$/],
];
for (const [what, pem, message] of REFUSED) {
  Deno.test(`signBlob refuses ${what} key in words`, () => {
    assert.throws(() => signBlob(CONTENT, pem), (error) => {
      assert.ok(error instanceof AgentReleaseError);
      assert.match(error.message, message);
      assert.ok(error.hint.length > 0 && !error.hint.includes(pem));
      return true;
    });
  });
}

Deno.test("isSignedBy refuses a private key: nobody who verifies should have it", () => {
  assert.throws(() => isSignedBy(CONTENT, "AAAA", privatePem), /not a public key/);
});
