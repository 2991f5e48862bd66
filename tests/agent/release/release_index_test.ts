import assert from "node:assert/strict";
import { resolveRelease } from "../../../agent/release/mod.ts";
import { type RegistryClient } from "../../../agent/registry/registry.ts";
import { NetworkError } from "../../../agent/net/errors.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";
import { Random } from "../../fakes/random.ts";
import { pushBlob, pushManifest, pushRelease } from "../../simulator/push.ts";
import { type SimRegistry, startSimRegistry } from "../../simulator/registry.ts";
import { sampleReleaseManifest } from "../../simulator/sample_release.ts";
import { clientOf } from "../registry/client_of.ts";

const RELEASE = "nine-minds/alga-appliance-release";
const OCI_INDEX = "application/vnd.oci.image.index.v1+json";
const OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
const AMD64 = { os: "linux", architecture: "amd64" };
const ARM64 = { os: "linux", architecture: "arm64" };
const UNKNOWN = { os: "unknown", architecture: "unknown" };

interface Child {
  mediaType: string;
  digest: string;
  size: number;
  platform?: { os: string; architecture: string };
}

interface IndexCase {
  /** Pushes a release and gives its descriptor. */
  release(version: string, platform?: Child["platform"]): Promise<Child>;
  /** Pushes an index as the stable channel. */
  index(manifests: readonly unknown[], more?: object): Promise<string>;
  resolve(): ReturnType<typeof resolveRelease>;
  asked(): string[];
}

async function withRegistry(
  body: (registry: SimRegistry, client: RegistryClient) => Promise<void>,
): Promise<void> {
  const registry = await startSimRegistry();
  const client = clientOf(registry.url, { clock: new FakeClock() });
  try {
    await body(registry, client);
  } finally {
    client.close();
    await registry.close();
  }
}

const withIndex = (body: (it: IndexCase) => Promise<void>): Promise<void> =>
  withRegistry((registry, client) =>
    body({
      async release(version, platform) {
        const content = { ...sampleReleaseManifest(), version };
        const digest = await pushRelease(registry.url, [version], content);
        const manifest = await client.fetchManifest("ghcr.io", RELEASE, digest);
        return {
          mediaType: OCI_MANIFEST,
          digest,
          size: manifest.bytes.length,
          ...(platform ? { platform } : {}),
        };
      },
      index: (manifests, more = {}) =>
        pushManifest(registry.url, RELEASE, ["stable"], {
          schemaVersion: 2,
          mediaType: OCI_INDEX,
          manifests,
          ...more,
        }),
      resolve() {
        registry.requests.length = 0;
        return resolveRelease(client, { channel: "stable" });
      },
      asked: () => registry.requests.map((it) => it.line),
    })
  );

async function failure(pending: Promise<unknown>): Promise<[string, string]> {
  const error = await pending.then(() => undefined, (thrown) => thrown);
  assert.ok(error instanceof NetworkError, String(error));
  return [error.failure, error.message];
}

Deno.test("resolveRelease() follows an index to its manifest for linux/amd64 and keeps the index's digest", () =>
  withIndex(async ({ release, index, resolve }) => {
    const digest = await index([
      await release("0.0.1", ARM64),
      await release("0.0.2", UNKNOWN),
      await release("1.5.0", AMD64),
      await release("0.0.3", AMD64),
      await release("0.0.4"),
    ]);
    const resolved = await resolve();
    assert.equal(resolved.manifest.version, "1.5.0");
    assert.equal(resolved.manifestDigest, digest);
  }));

Deno.test("resolveRelease() follows an index to the first manifest without a platform when none is for linux/amd64", () =>
  withIndex(async ({ release, index, resolve }) => {
    await index([await release("0.0.1", ARM64), await release("1.5.0"), await release("0.0.2")]);
    assert.equal((await resolve()).manifest.version, "1.5.0");
  }));

Deno.test("resolveRelease() refuses an index that is empty or for other machines only", () =>
  withIndex(async ({ release, index, resolve }) => {
    for (const children of [[], [await release("1.5.0", ARM64), await release("1.5.1", UNKNOWN)]]) {
      await index(children);
      const [what, words] = await failure(resolve());
      assert.equal(what, "schema");
      assert.match(
        words,
        /Release "stable" cannot be used: its index names no image manifest for linux\/amd64/,
      );
    }
  }));

Deno.test("resolveRelease() never asks for attestations, which a mirror may answer with 404", () =>
  withIndex(async ({ release, index, resolve, asked }) => {
    const child = await release("1.5.0", AMD64);
    const digest = `sha256:${"a".repeat(64)}`;
    const annotations = {
      "vnd.docker.reference.type": "attestation-manifest",
      "vnd.docker.reference.digest": child.digest,
    };
    const attestation = { mediaType: OCI_MANIFEST, digest, size: 566, annotations, platform: UNKNOWN };
    for (const children of [[attestation, child], [child, attestation]]) {
      await index(children);
      assert.equal((await resolve()).manifest.version, "1.5.0");
      assert.deepEqual(asked().filter((it) => it.includes(digest)), []);
    }
    // It is gone indeed: where nothing else is there, nobody takes it for the release either.
    await index([attestation]);
    assert.match((await failure(resolve()))[1], /names no image manifest for linux\/amd64/);
  }));

Deno.test("resolveRelease() refuses an index within an index, whatever it is called, after one step", () =>
  withIndex(async ({ release, index, resolve, asked }) => {
    const child = await release("1.5.0", AMD64);
    const digest = await index([child]);
    const size = JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: [child] }).length;
    await index([{ mediaType: OCI_INDEX, digest, size, platform: AMD64 }]);
    assert.match((await failure(resolve()))[1], /names no image manifest/);
    // One that pretends to be a manifest is fetched and no further.
    await index([{ mediaType: OCI_MANIFEST, digest, size, platform: AMD64 }]);
    const [what, words] = await failure(resolve());
    assert.equal(what, "schema");
    assert.match(words, /not an OCI image manifest/);
    assert.equal(asked().length, 2);
  }));

Deno.test("resolveRelease() refuses a manifest of an index that has another size or digest, or is nowhere", () =>
  withIndex(async ({ release, index, resolve }) => {
    const child = await release("1.5.0", AMD64);
    await index([{ ...child, size: child.size + 1 }]);
    assert.equal((await failure(resolve()))[0], "wrong-size");
    await index([{ ...child, digest: `sha256:${"0".repeat(64)}` }]);
    assert.equal((await failure(resolve()))[0], "not-found");
    await index([{ ...child, digest: "sha256:short" }]);
    assert.equal((await failure(resolve()))[0], "schema");
  }));

Deno.test("resolveRelease() refuses what is an index and a manifest at once", () =>
  withIndex(async ({ release, index, resolve }) => {
    const child = await release("1.5.0", AMD64);
    await index([child], { config: { mediaType: "", digest: child.digest, size: child.size } });
    assert.equal((await failure(resolve()))[0], "schema");
  }));

Deno.test("resolveRelease() never takes other content than the index names", () =>
  withRegistry(async (registry, client) => {
    const digest = await pushRelease(registry.url, ["good"], sampleReleaseManifest());
    const { bytes } = await client.fetchManifest("ghcr.io", RELEASE, digest);
    await pushManifest(registry.url, RELEASE, ["stable"], {
      schemaVersion: 2,
      manifests: [{ mediaType: OCI_MANIFEST, digest, size: bytes.length, platform: AMD64 }],
    });
    registry.faults.push({ match: `${RELEASE}/manifests/${digest}`, body: " ".repeat(bytes.length) });
    assert.equal((await failure(resolveRelease(client, { channel: "stable" })))[0], "wrong-digest");
  }));

Deno.test("resolveRelease() passes over entries of an index that it cannot read, and reads null as nothing", () =>
  withIndex(async ({ release, index, resolve }) => {
    const child = await release("1.5.0");
    const nulls = { annotations: null, urls: null, artifactType: null, data: null };
    for (
      const good of [
        { ...child, ...nulls, platform: null },
        { ...child, platform: { os: null, architecture: null } },
        { ...child, platform: { ...AMD64, variant: null, "os.version": null, "os.features": null } },
        { ...child, size: null },
        { ...child, mediaType: null },
      ]
    ) {
      await index([null, 7, {}, { digest: 5 }, { ...child, platform: "linux" }, good], {
        config: null,
        subject: null,
      });
      assert.equal((await resolve()).manifest.version, "1.5.0", JSON.stringify(good));
    }
  }));

const EMPTY = { mediaType: "application/vnd.oci.empty.v1+json", text: "{}" };
const NOT_READ = { mediaType: "application/vnd.oci.image.layer.v1.tar+gzip", text: "tar" };
const release = (mediaType: string) => ({ mediaType, text: JSON.stringify(sampleReleaseManifest()) });

/** How tools push a release: its config, its layers, and what the agent says. */
const PUSHED: readonly [
  string,
  { mediaType: string; text: string },
  { mediaType: string; text: string }[],
  RegExp,
][] = [
  ["oras 1.2, one file", EMPTY, [release("application/json")], /^1\.4\.0$/],
  ["oras 0.12, one file", { ...EMPTY, mediaType: "application/vnd.unknown.config.v1+json" }, [
    release("application/vnd.alga.appliance.release.v1+json"),
  ], /^1\.4\.0$/],
  ["oras, a file without a type", EMPTY, [release("application/vnd.oci.image.layer.v1.tar")], /^1\.4\.0$/],
  ["oras, JSON beside a picture", EMPTY, [NOT_READ, release("application/json")], /^1\.4\.0$/],
  ["oras with --config", release("application/json"), [NOT_READ], /^1\.4\.0$/],
  ["nothing at all", EMPTY, [], /its config is empty and it has no layer; push the manifest as config/],
  [
    "two files",
    EMPTY,
    [release("application/json"), { mediaType: "application/json", text: "[]" }],
    /it has 2 layers that may be the manifest; push one of type application\/json/,
  ],
  [
    "a file that is not a release",
    EMPTY,
    [{ mediaType: "application/json", text: '{"a":1}' }],
    /cannot be used: /,
  ],
  [
    "a file that is not JSON",
    EMPTY,
    [NOT_READ],
    /^Release "stable" cannot be used: what was pushed is not JSON \(application\/vnd\.oci\.image\.layer\.v1\.tar\+gzip\)$/,
  ],
  [
    "a type that would speak to a terminal",
    EMPTY,
    [{ ...NOT_READ, mediaType: "\u001b[31mred" }],
    /cannot be used: what was pushed is not JSON$/,
  ],
  [
    "JSON that is no map",
    { mediaType: "application/json", text: "null" },
    [],
    /cannot be used: Invalid input: /,
  ],
];

for (const [how, config, layers, wanted] of PUSHED) {
  Deno.test(`resolveRelease() reads or refuses what was pushed by ${how}`, () =>
    withRegistry(async (registry, client) => {
      const push = (it: { mediaType: string; text: string }) =>
        pushBlob(registry.url, RELEASE, new TextEncoder().encode(it.text), it.mediaType);
      await pushManifest(registry.url, RELEASE, ["stable"], {
        schemaVersion: 2,
        artifactType: "application/vnd.unknown.artifact.v1",
        config: await push(config),
        layers: await Promise.all(layers.map(push)),
        annotations: { "org.opencontainers.image.created": null },
      });
      const said = await resolveRelease(client, { channel: "stable" })
        .then((it) => it.manifest.version, (error) => error.message);
      assert.match(said, wanted);
    }));
}

Deno.test("resolveRelease() does not ask for the empty config, which some mirrors do not have", () =>
  withRegistry(async (registry, client) => {
    const text = JSON.stringify(sampleReleaseManifest());
    const layer = await pushBlob(registry.url, RELEASE, new TextEncoder().encode(text), "application/json");
    const config = await pushBlob(registry.url, RELEASE, new TextEncoder().encode("{}"), EMPTY.mediaType);
    await pushManifest(registry.url, RELEASE, ["stable"], { schemaVersion: 2, config, layers: [layer] });
    registry.faults.push({ match: `/blobs/${config.digest}`, status: 404 });
    assert.equal((await resolveRelease(client, { channel: "stable" })).manifest.version, "1.4.0");
  }));

Deno.test("resolveRelease() gives a release or a NetworkError for any pointer (fuzz, 300 rounds)", () =>
  withRegistry(async (registry, client) => {
    const random = new Random(23);
    const content = new TextEncoder().encode(JSON.stringify(sampleReleaseManifest()));
    const config = await pushBlob(registry.url, RELEASE, content, "x");
    const digest = await pushManifest(registry.url, RELEASE, ["x"], { schemaVersion: 2, config, layers: [] });
    const { bytes } = await client.fetchManifest("ghcr.io", RELEASE, digest);
    const good = JSON.stringify({
      schemaVersion: 2,
      mediaType: OCI_INDEX,
      manifests: [{ mediaType: OCI_MANIFEST, digest, size: bytes.length, platform: AMD64 }],
    });
    let releases = 0;
    for (let round = 0; round < 300; round++) {
      registry.faults.splice(0, Infinity, {
        match: `${RELEASE}/manifests/stable`,
        body: round === 0 ? good : random.mutate(good),
      });
      try {
        await resolveRelease(client, { channel: "stable" });
        releases++;
      } catch (error) {
        assert.ok(error instanceof NetworkError, `round ${round}: ${error}`);
      }
    }
    assert.ok(releases > 0);
  }));
