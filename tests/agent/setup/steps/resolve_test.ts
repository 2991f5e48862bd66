import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { createRegistryClient } from "../../../../agent/registry/client.ts";
import { readSelection } from "../../../../agent/setup/release_selection.ts";
import { resolveStep } from "../../../../agent/setup/steps/resolve.ts";
import { PATHS } from "../../../../agent/state/paths.ts";
import { pushBlob, pushManifest, pushRelease } from "../../../simulator/push.ts";
import { type SimRegistry, startSimRegistry } from "../../../simulator/registry.ts";
import { sampleReleaseManifest } from "../../../simulator/sample_release.ts";
import type { StepContext } from "../../../../agent/setup/step.ts";
import { signatureOf, SITE_KEY_PATH, SITE_PUBLIC_KEY } from "../../trust/site_key.ts";
import { inStepWorld, type StepWorld } from "./step_world.ts";

async function withRegistry(
  body: (world: StepWorld, registry: SimRegistry, overrides: Partial<StepContext>) => Promise<void>,
): Promise<void> {
  const registry = await startSimRegistry();
  try {
    await inStepWorld(async (world) => {
      const client = createRegistryClient({
        mirrors: { "ghcr.io": registry.url },
        network: { dnsServers: [] },
        clock: world.clock,
        userAgent: "test",
      });
      try {
        await body(world, registry, { registry: client });
      } finally {
        client.close();
      }
    });
  } finally {
    await registry.close();
  }
}

Deno.test("resolve: the channel's release is kept with its digest, 0600, in the form that other tools read", async () => {
  await withRegistry(async (world, registry, overrides) => {
    const digest = await pushRelease(registry.url, ["stable"], sampleReleaseManifest());
    const context = world.context(overrides, { dnsMode: "custom", dnsServers: ["192.0.2.53"] });
    assert.equal(await resolveStep.look(context), false);
    await resolveStep.act(context);
    assert.equal(await resolveStep.look(context), true);
    const { resolved: _, updatedAt: __, ...record } = JSON.parse(
      await world.host.readText(PATHS.releaseSelection) ?? "",
    );
    assert.deepEqual(record, {
      schemaVersion: 1,
      selectedChannel: "stable",
      selectedReleaseVersion: "1.4.0",
      registryHost: "ghcr.io",
      repository: "nine-minds/alga-appliance-release",
      manifestDigest: digest,
      supportAgent: "",
      runtime: { appHostname: "https://psa.example.com", dnsMode: "custom", dnsServers: ["192.0.2.53"] },
    });
    assert.equal(world.host.files.get(PATHS.releaseSelection)?.mode, 0o600);
    assert.deepEqual(world.said, ["Release 1.4.0"]);
  });
});

Deno.test("resolve: a release once chosen stays although the channel moves", async () => {
  await withRegistry(async (world, registry, overrides) => {
    const digest = await pushRelease(registry.url, ["stable"], sampleReleaseManifest());
    await resolveStep.act(world.context(overrides));
    await pushRelease(registry.url, ["stable"], sampleReleaseManifest({ version: "1.5.0" }));
    assert.equal(await resolveStep.look(world.context(overrides)), true);
    assert.equal((await readSelection(world.host, world.clock))?.resolved.manifestDigest, digest);
  });
});

Deno.test("resolve: an override wins over the channel, and the channel is still recorded", async () => {
  await withRegistry(async (world, registry, overrides) => {
    await pushRelease(registry.url, ["nightly"], sampleReleaseManifest({ version: "2.0.0" }));
    await pushRelease(registry.url, ["1.3.9"], sampleReleaseManifest({ version: "1.3.9" }));
    const context = world.context(overrides, { channel: "nightly", releaseRef: "1.3.9" });
    await resolveStep.act(context);
    const resolved = (await readSelection(world.host, world.clock))?.resolved;
    assert.deepEqual([resolved?.manifest.version, resolved?.channel, resolved?.reference], [
      "1.3.9",
      "nightly",
      "1.3.9",
    ]);
    assert.equal(await resolveStep.look(world.context(overrides, { channel: "nightly" })), false);
  });
});

Deno.test("resolve: no release, none that can be used, and a registry that fails are told apart; nothing is kept", async () => {
  await withRegistry(async (world, registry, overrides) => {
    const run = () => resolveStep.act(world.context(overrides));
    await assert.rejects(run(), { failure: "not-found" });
    await pushRelease(registry.url, ["stable"], { version: "1.0.0" });
    await assert.rejects(run(), { failure: "schema", message: /Release "stable" cannot be used: images/ });
    registry.faults.push({ match: "", status: 403 });
    await assert.rejects(run(), { failure: "denied" });
    registry.faults.length = 0;
    registry.faults.push({ match: "", status: 503 });
    await assert.rejects(run(), { failure: "server-error" });
    assert.equal(await world.host.info(PATHS.releaseSelection), undefined);
  });
});

Deno.test("resolve: a damaged record is chosen again, not trusted", async () => {
  await withRegistry(async (world, registry, overrides) => {
    await pushRelease(registry.url, ["stable"], sampleReleaseManifest());
    await resolveStep.act(world.context(overrides));
    const text = await world.host.readText(PATHS.releaseSelection) ?? "";
    for (const damaged of [text.slice(0, -20), "{}", "null", text.replace('"profileValues"', '"gone"')]) {
      world.host.put(PATHS.releaseSelection, damaged);
      assert.equal(await resolveStep.look(world.context(overrides)), false);
      await resolveStep.act(world.context(overrides));
      assert.equal(await resolveStep.look(world.context(overrides)), true);
    }
  });
});

Deno.test("resolve: an unsigned release is chosen under warn, and not where signatures are required", async () => {
  await withRegistry(async (world, registry, overrides) => {
    await pushRelease(registry.url, ["stable"], sampleReleaseManifest());
    await assert.rejects(
      Promise.resolve(resolveStep.act(world.context(overrides, { signatures: "require" }))),
      {
        code: "RELEASE_INVALID",
        message: /^Release 1\.4\.0 is not believed: /,
        hint: /"Signatures of releases: warn" in setup's answers/,
      },
    );
    assert.equal(await readSelection(world.host, world.clock), undefined);
    await resolveStep.act(world.context(overrides, { signatures: "warn" }));
    assert.ok(await readSelection(world.host, world.clock));
  });
});

Deno.test("resolve: a release whose signature does not count is not chosen, and one that is signed is remembered", async () => {
  await withRegistry(async (world, registry, overrides) => {
    const digest = await pushRelease(registry.url, ["stable"], sampleReleaseManifest());
    const signed = { host: "ghcr.io", repository: "nine-minds/alga-appliance-release", digest };
    const { tag, manifest, blobs } = signatureOf(signed);
    for (const bytes of blobs.values()) await pushBlob(registry.url, signed.repository, bytes, "");
    await pushManifest(
      registry.url,
      signed.repository,
      [tag],
      JSON.parse(new TextDecoder().decode(manifest)),
    );
    const other = generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey;
    world.host.put(SITE_KEY_PATH, String(other.export({ type: "spki", format: "pem" })));
    const context = world.context(overrides);
    await assert.rejects(Promise.resolve(resolveStep.act(context)), {
      code: "RELEASE_INVALID",
      message: /^Release 1\.4\.0 is not believed: its signature does not count: it is of no key/,
      hint: /Alga support/,
      retrySafe: false,
    });
    assert.equal(await readSelection(world.host, world.clock), undefined);
    world.host.put(SITE_KEY_PATH, SITE_PUBLIC_KEY);
    await resolveStep.act(context);
    assert.equal((await readSelection(world.host, world.clock))?.resolved.manifestDigest, digest);
    assert.match(await world.host.readText(PATHS.releaseTrust) ?? "", /"version": "1\.4\.0"/);
  });
});
