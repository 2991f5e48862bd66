import assert from "node:assert/strict";
import { verifySignature } from "../../../agent/trust/verify_signature.ts";
import { pushManifest } from "../../simulator/push.ts";
import { keyOf, NOW_MS, RELEASES, type SignedRegistry, withSigned } from "./signed_registry.ts";

const FORMS = {
  tag: "simple",
  "bundle in referrers": "bundle",
  "bundle at the fallback tag": "bundle",
  "payload in referrers": "simple",
} as const;

function verify(
  { client, place, fixtures }: SignedRegistry,
  { names = ["a"], before = "" }: { names?: string[]; before?: string } = {},
) {
  const keys = names.map((it) => keyOf(fixtures, it, before));
  return verifySignature(client, place, { keys, nowMs: NOW_MS });
}

for (const [name, form] of Object.entries(FORMS)) {
  Deno.test(`verifySignature() believes what cosign signed: ${name}`, async () => {
    await withSigned(name, async (world) => {
      assert.deepEqual(await verify(world), { status: "valid", key: "a", form });
      assert.deepEqual(await verify(world, { names: ["b", "a"] }), { status: "valid", key: "a", form });
    });
  });

  Deno.test(`verifySignature() does not believe another key: ${name}`, async () => {
    await withSigned(name, async (world) => {
      const problem = "it is of no key that is trusted here";
      assert.deepEqual(await verify(world, { names: ["b"] }), { status: "invalid", problem });
    });
  });

  Deno.test(`verifySignature() does not believe a signature of another release: ${name}`, async () => {
    await withSigned(name, async ({ registry, client, fixtures }) => {
      const other = `sha256:${"0".repeat(64)}`;
      const tag = other.replace(":", "-");
      const manifests = Object.values(fixtures.cases[name]?.manifests ?? {}).map((it) => JSON.parse(it.text));
      const manifest = manifests.find((it) => /sigstore|cosign/.test(it.layers?.[0]?.mediaType));
      if (manifest.subject) manifest.subject.digest = other;
      const push = (tags: string[], it: object) => pushManifest(registry.url, RELEASES.repository, tags, it);
      const digest = await push([manifest.subject ? "moved" : `${tag}.sig`], manifest);
      await push([tag], { manifests: [{ digest }] });
      assert.deepEqual(
        await verifySignature(client, { ...RELEASES, digest: other }, {
          keys: [keyOf(fixtures, "a")],
          nowMs: NOW_MS,
        }),
        { status: "invalid", problem: "it is of another manifest" },
      );
    });
  });
}

Deno.test("verifySignature() takes either of two keys, and a retired one from its day on no longer", async () => {
  await withSigned("tag, two keys", async (world) => {
    for (const name of ["a", "b"]) assert.equal((await verify(world, { names: [name] })).status, "valid");
  });
  await withSigned("tag", async (world) => {
    const { client, place, fixtures } = world;
    const retired = keyOf(fixtures, "a", "retired: 2026-12-01\n");
    const keys = [retired, keyOf(fixtures, "b")];
    const problem = 'it is of the key "a", which was retired on 2026-12-01';
    assert.deepEqual(await verifySignature(client, place, { keys, nowMs: NOW_MS }), {
      status: "invalid",
      problem,
    });
    const before = await verifySignature(client, place, { keys, nowMs: NOW_MS - 1 });
    assert.equal(before.status, "valid");
    assert.deepEqual(await verify(world, { before: "retired: 2026-12-01\n" }), { status: "no-key" });
  });
});

Deno.test("verifySignature() takes no attestation for a signature", async () => {
  await withSigned("attestation", async (world) => {
    const problem = "it attests to something else than a release";
    assert.deepEqual(await verify(world), { status: "invalid", problem });
  });
});

Deno.test("verifySignature() finds a signature at the tag where the registry hides its referrers", async () => {
  await withSigned("tag", async (world) => {
    for (
      const fault of [
        { status: 404 },
        { status: 303, headers: { location: "https://github.com/" } },
        { status: 200, headers: { "content-type": "text/html" }, body: "<html>" },
        {
          status: 200,
          headers: { "content-type": "application/vnd.oci.image.index.v1+json" },
          body: '{"manifests":[]}',
        },
        { status: 429, headers: { "retry-after": "60" } },
      ]
    ) {
      world.registry.faults = [{ match: `${RELEASES.repository}/referrers/`, ...fault }];
      assert.equal((await verify(world)).status, "valid", String(fault.status));
    }
  });
  await withSigned("bundle in referrers", async (world) => {
    world.registry.hasReferrers = false;
    assert.deepEqual(await verify(world), { status: "missing" });
  });
});

Deno.test("verifySignature() throws where the registry is ill, and does not call that unsigned", async () => {
  await withSigned("bundle in referrers", async (world) => {
    world.registry.faults = [{ match: `${RELEASES.repository}/referrers/`, status: 400 }];
    assert.deepEqual(await verify(world), { status: "missing" });
    world.registry.faults = [{ match: `${RELEASES.repository}/manifests/sha256-`, status: 403 }];
    assert.equal((await verify(world)).status, "valid");
    world.registry.hasReferrers = false;
    await assert.rejects(verify(world), { failure: "denied" });
  });
});

Deno.test("verifySignature() passes over what is broken, too large or too much beside a good one", async () => {
  await withSigned("tag", async (world) => {
    const { registry, fixtures, place } = world;
    const tag = `${place.digest.replace(":", "-")}.sig`;
    const stored = fixtures.cases["tag"]?.manifests[`${RELEASES.repository}:${tag}`];
    const manifest = JSON.parse(stored?.text ?? "");
    const [good] = manifest.layers;
    const push = (layers: unknown[]) =>
      pushManifest(registry.url, RELEASES.repository, [tag], { ...manifest, layers });
    const gone = { ...good, digest: `sha256:${"e".repeat(64)}` };
    const huge = { ...good, size: 10_000_000 };
    const unsigned = { ...good, annotations: {} };
    const wrong = { ...good, annotations: { "dev.cosignproject.cosign/signature": "AAAA" } };
    await push([null, 7, gone, huge, unsigned, wrong, good]);
    assert.equal((await verify(world)).status, "valid");
    await push(Array.from({ length: 25 }, () => wrong).concat(good));
    assert.equal((await verify(world)).status, "invalid", "what lies behind the twentieth does not count");
  });
});

Deno.test("verifySignature() asks nobody without a key", async () => {
  await withSigned("tag", async (world) => {
    assert.deepEqual(await verify(world, { names: [] }), { status: "no-key" });
    assert.deepEqual(world.registry.requests, []);
  });
});
