import assert from "node:assert/strict";
import { RegistryError } from "../../../agent/registry/errors.ts";
import type { RegistryClient } from "../../../agent/registry/registry.ts";
import { isSignedBy, parsePublicKey } from "../../../agent/trust/public_key.ts";
import { readBundle } from "../../../agent/trust/sigstore_bundle.ts";
import { payloadProblem } from "../../../agent/trust/simple_signing.ts";
import { verifySignature } from "../../../agent/trust/verify_signature.ts";
import { Random } from "../../fakes/random.ts";
import { readFixtures } from "./fixtures.ts";
import { keyOf, NOW_MS, RELEASES } from "./signed_registry.ts";

const ROUNDS = 400;
const fixtures = await readFixtures();
const encode = (text: string) => new TextEncoder().encode(text);
const blobsOf = (name: string) => Object.values(fixtures.cases[name]?.blobs ?? {});
const DIGEST = fixtures.cases["tag"]?.digest ?? "";

Deno.test("payloadProblem() of any bytes gives words, and none only for this manifest and repository", () => {
  const random = new Random(14);
  const payload = blobsOf("tag").find((it) => it.includes("cosign container image signature")) ?? "";
  const place = { digest: DIGEST, repository: RELEASES.repository };
  assert.equal(payloadProblem(encode(payload), place), undefined);
  for (let it = 0; it < ROUNDS; it++) {
    const text = it % 4 === 0 ? random.text(200) : random.mutate(payload);
    if (payloadProblem(encode(text), place) === undefined) {
      const { image, identity } = JSON.parse(text).critical;
      assert.equal(image["docker-manifest-digest"], DIGEST);
      assert.match(
        identity?.["docker-reference"] ?? RELEASES.repository,
        /nine-minds\/alga-appliance-release/,
      );
    }
  }
  payloadProblem(encode("[".repeat(100_000)), place);
});

const REFERENCES: Record<string, boolean> = {
  "nine-minds/alga-appliance-release": true,
  "ghcr.io/nine-minds/alga-appliance-release:stable": true,
  "mirror.example:5000/proxy/nine-minds/alga-appliance-release": true,
  "ghcr.io/nine-minds/alga-appliance-release@sha256:0": true,
  "": true,
  "ghcr.io/nine-minds/alga-appliance-release-testing": false,
  "ghcr.io/other/alga-appliance-release": false,
  "ghcr.io/evil-nine-minds/alga-appliance-release": false,
  "ghcr.io/nine-minds/alga-appliance-config": false,
};
for (const [reference, isRight] of Object.entries(REFERENCES)) {
  Deno.test(`payloadProblem() ${isRight ? "takes" : "refuses"} the reference "${reference}"`, () => {
    const critical = {
      type: "cosign container image signature",
      image: { "Docker-manifest-digest": DIGEST },
      identity: { "docker-reference": reference },
    };
    const problem = payloadProblem(encode(JSON.stringify({ critical })), {
      digest: DIGEST,
      repository: RELEASES.repository,
    });
    assert.equal(problem === undefined, isRight, problem);
  });
}

Deno.test("payloadProblem() refuses another type, two digests, and none", () => {
  const type = "cosign container image signature";
  const image = { "docker-manifest-digest": DIGEST };
  for (
    const critical of [
      { type: "atomic container signature", image },
      { type, image: {} },
      { type, image: { ...image, "Docker-Manifest-Digest": `sha256:${"0".repeat(64)}` } },
    ]
  ) {
    const place = { digest: DIGEST, repository: RELEASES.repository };
    assert.notEqual(payloadProblem(encode(JSON.stringify({ critical })), place), undefined);
  }
});

Deno.test("readBundle() of any bytes never makes another statement pass for a signed one", () => {
  const random = new Random(15);
  const { key } = keyOf(fixtures, "a");
  const bundle = blobsOf("bundle in referrers").find((it) => it.includes("dsseEnvelope")) ?? "";
  const original = readBundle(encode(bundle), DIGEST);
  assert.ok("bytes" in original && original.signatures.some((it) => isSignedBy(key, original.bytes, it)));
  for (let it = 0; it < ROUNDS; it++) {
    const read = readBundle(encode(it % 4 === 0 ? random.text(200) : random.mutate(bundle)), DIGEST);
    if ("problem" in read || !read.signatures.some((it) => isSignedBy(key, read.bytes, it))) continue;
    assert.deepEqual(read.bytes, original.bytes);
  }
});

Deno.test("parsePublicKey() of any text gives a key or words", () => {
  const random = new Random(16);
  const pem = fixtures.keys["a"]?.publicText ?? "";
  for (let it = 0; it < ROUNDS; it++) {
    const read = parsePublicKey("x", it % 4 === 0 ? random.text(200) : random.mutate(pem));
    assert.ok("problem" in read || read.key.asymmetricKeyType === "ec");
  }
});

Deno.test("isSignedBy() of any signature is false and never throws", () => {
  const random = new Random(17);
  const { key } = keyOf(fixtures, "a");
  for (let it = 0; it < ROUNDS; it++) assert.equal(isSignedBy(key, encode("x"), random.text(120)), false);
  assert.equal(isSignedBy(key, encode("x"), "A".repeat(1_000_000)), false);
});

/** A registry that may send anything for a tag; for a digest it can only send what has it. */
function hostileRegistry(name: string, random: Random): RegistryClient {
  const contents = fixtures.cases[name];
  const gone = () => Promise.reject(new RegistryError("not-found", "ghcr.io", "gone", { status: 404 }));
  const maybe = (text: string) => encode(random.below(2) === 0 ? random.mutate(text) : text);
  return {
    ping: gone,
    fetchManifest(_host, repository, reference) {
      const isDigest = reference.startsWith("sha256:");
      const text = contents?.manifests[`${repository}${isDigest ? "@" : ":"}${reference}`]?.text;
      if (text === undefined) return gone();
      return Promise.resolve({ digest: "", mediaType: "", bytes: isDigest ? encode(text) : maybe(text) });
    },
    fetchReferrers(_host, repository) {
      const manifests = Object.keys(contents?.manifests ?? {}).filter((it) => it.startsWith(`${repository}@`))
        .map((it) => ({ digest: it.slice(repository.length + 1) }));
      return Promise.resolve(contents?.hasReferrers ? maybe(JSON.stringify({ manifests })) : undefined);
    },
    openBlob: gone,
    fetchBlob(_host, _repository, { digest }) {
      const text = contents?.blobs[digest];
      return text === undefined ? gone() : Promise.resolve(encode(text));
    },
    measureBlob: gone,
    exists: gone,
    close() {},
  };
}

Deno.test("verifySignature() on a hostile registry gives an answer, and never believes another key", async () => {
  const random = new Random(18);
  for (const [name, { digest }] of Object.entries(fixtures.cases)) {
    for (let it = 0; it < ROUNDS / 4; it++) {
      const client = hostileRegistry(name, random);
      const place = { ...RELEASES, digest };
      const right = await verifySignature(client, place, { keys: [keyOf(fixtures, "a")], nowMs: NOW_MS });
      assert.ok(name !== "attestation" || right.status !== "valid");
      if (name === "tag, two keys") continue;
      const wrong = await verifySignature(client, place, { keys: [keyOf(fixtures, "b")], nowMs: NOW_MS });
      assert.notEqual(wrong.status, "valid");
    }
  }
});
