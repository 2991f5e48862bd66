import assert from "node:assert/strict";
import { resolveRelease } from "../../../agent/release/mod.ts";
import { startRegistryServer } from "../../simulator/registry_server.ts";
import { pushBlob, pushFluxArtifact, pushImage, pushRelease } from "../../simulator/push.ts";
import { startSimRegistry } from "../../simulator/registry.ts";
import { sampleReleaseManifest } from "../../simulator/sample_release.ts";
import { clientOf } from "./client_of.ts";

interface Server {
  url: string;
  close(): Promise<void>;
}

/** The same expectations on the simulator and on Debian's docker-registry. */
function registryContract(name: string, start: () => Promise<Server>, options: { ignore: boolean }): void {
  Deno.test({
    name: `${name}: registry contract`,
    ignore: options.ignore,
    async fn(t) {
      const server = await start();
      const client = clientOf(server.url);
      try {
        await t.step(
          "resolveRelease() follows a channel, a tag and a digest to the same release",
          async () => {
            const digest = await pushRelease(server.url, ["stable", "1.4.0"], sampleReleaseManifest());
            for (const reference of ["stable", "1.4.0", digest]) {
              const release = await resolveRelease(client, { reference, channel: "stable" });
              assert.equal(release.manifestDigest, digest);
              assert.equal(release.manifest.version, "1.4.0");
            }
          },
        );
        await t.step(
          "fetchManifest() of what is known already sends nothing, until the tag moves",
          async () => {
            const push = (version: string) =>
              pushRelease(server.url, ["moving"], sampleReleaseManifest({ version }));
            const fetched = (knownDigest: string) =>
              client.fetchManifest("ghcr.io", "nine-minds/alga-appliance-release", "moving", { knownDigest });
            const first = await push("1.4.0");
            const same = await fetched(first);
            assert.deepEqual([same.digest, same.bytes.length], [first, 0]);
            const second = await push("1.5.0");
            const moved = await fetched(first);
            assert.equal(moved.digest, second);
            assert.ok(moved.bytes.length > 0);
          },
        );
        await t.step("resolveRelease() of an absent tag is not-found", async () => {
          await assert.rejects(resolveRelease(client, { reference: "9.9.9", channel: "stable" }), {
            failure: "not-found",
            status: 404,
          });
        });
        await t.step("exists() tells a present image from an absent one", async () => {
          await pushImage(server.url, "nine-minds/alga-psa-ee", "4f2c91d");
          assert.equal(await client.exists("ghcr.io", "nine-minds/alga-psa-ee", "4f2c91d"), true);
          assert.equal(await client.exists("ghcr.io", "nine-minds/alga-psa-ee", "absent"), false);
        });
        await t.step("fetchBlob() gives verified bytes and refuses a wrong size", async () => {
          const blob = await pushBlob(
            server.url,
            "nine-minds/x",
            new TextEncoder().encode("hello"),
            "text/plain",
          );
          assert.equal(
            new TextDecoder().decode(await client.fetchBlob("ghcr.io", "nine-minds/x", blob)),
            "hello",
          );
          await assert.rejects(client.fetchBlob("ghcr.io", "nine-minds/x", { ...blob, size: 9 }), {
            failure: "wrong-size",
          });
        });
        await t.step("measureBlob() reads the start of a blob, or all of a small one", async () => {
          const blob = await pushBlob(server.url, "nine-minds/x", new Uint8Array(300_000), "text/plain");
          const read = async (maxBytes: number) =>
            (await client.measureBlob("ghcr.io", "nine-minds/x", blob.digest, { maxBytes, limitMs: 30_000 }))
              .bytes;
          assert.ok(await read(100_000) >= 100_000);
          assert.equal(await read(1_000_000), 300_000);
        });
        await t.step("fetchManifest() of a Flux artifact by digest", async () => {
          const digest = await pushFluxArtifact(server.url, "nine-minds/alga-appliance-config", "1.4.0", {
            "base/kustomization.yaml": "resources: []\n",
          });
          assert.equal(
            (await client.fetchManifest("ghcr.io", "nine-minds/alga-appliance-config", digest)).digest,
            digest,
          );
        });
        await t.step("ping() answers with the server's clock", async () => {
          assert.equal((await client.ping("ghcr.io")).status, 200);
        });
      } finally {
        client.close();
        await server.close();
      }
    },
  });
}

registryContract("simulated registry", () => startSimRegistry(), { ignore: false });
const hasRealRegistry = await Deno.stat("/usr/bin/docker-registry").then(() => true, () => false);
registryContract(
  hasRealRegistry
    ? "docker-registry"
    : "docker-registry (skipped: the Debian package docker-registry is not installed)",
  () => startRegistryServer(),
  { ignore: !hasRealRegistry },
);
