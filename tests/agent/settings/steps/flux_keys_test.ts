import assert from "node:assert/strict";
import { fluxKeysStep } from "../../../../agent/settings/steps/flux_keys.ts";
import type { SettingsContext } from "../../../../agent/settings/context.ts";
import { sourceObjects } from "../../../../flux/source_objects.ts";
import { KINDS } from "../../../../k8s/mod.ts";
import { sampleRelease } from "../../setup/steps/step_world.ts";
import { bundleRegistry } from "../../trust/bundle_registry.ts";
import { SITE_KEY_PATH, SITE_PUBLIC_KEY } from "../../trust/site_key.ts";
import { inSettingsWorld, type SettingsWorld, walk } from "../settings_world.ts";

const KEYS = { resource: KINDS.Secret, namespace: "flux-system", name: "alga-release-keys" };
const SOURCE = { resource: KINDS.OCIRepository, namespace: "flux-system", name: "alga-appliance" };
const { config } = sampleRelease().manifest;

type Registry = Parameters<typeof bundleRegistry>[0];

/** An appliance whose Flux was told of the installed bundle before there was a key. */
async function withSource(
  body: (world: SettingsWorld & { changing(): SettingsContext; state: Registry }) => Promise<void>,
): Promise<void> {
  await inSettingsWorld(async (world) => {
    world.api.store.addKind(KINDS.OCIRepository);
    world.api.store.addKind(KINDS.Kustomization);
    for (const it of sourceObjects(config, {})) await world.kube.apply(it, { force: true });
    const state: Registry = { signed: "yes", asked: 0 };
    const registry = bundleRegistry(state, config.digest);
    await body({ ...world, state, changing: () => ({ ...world.with({}), registry }) });
  });
}

Deno.test("fluxKeysStep has nothing to do without a key, and asks no registry", () =>
  withSource(async ({ changing, state }) => {
    assert.equal(await fluxKeysStep.look(changing()), true);
    assert.deepEqual(await fluxKeysStep.plan?.(changing()), []);
    assert.equal(state.asked, 0);
  }));

Deno.test("fluxKeysStep gives Flux a new key and has it look where that signed the bundle, and takes both back", () =>
  withSource(async ({ host, kube, changing }) => {
    host.put(SITE_KEY_PATH, SITE_PUBLIC_KEY);
    const plan = await fluxKeysStep.plan?.(changing());
    assert.deepEqual(plan?.map((it) => it.object), ["Secret flux-system/alga-release-keys"]);
    await walk(fluxKeysStep, changing());
    const data = (await kube.get(KEYS))?.data ?? {};
    assert.deepEqual(Object.values(data).map((it) => atob(`${it}`)), [SITE_PUBLIC_KEY]);
    assert.deepEqual((await kube.get(SOURCE))?.spec?.verify?.secretRef, { name: "alga-release-keys" });
    assert.equal((await kube.get(SOURCE))?.spec?.ref?.digest, config.digest);

    await host.remove(SITE_KEY_PATH);
    await walk(fluxKeysStep, changing());
    assert.equal(await kube.get(KEYS), undefined);
    assert.equal((await kube.get(SOURCE))?.spec?.verify, undefined);
  }));

Deno.test("fluxKeysStep that was killed between key and source goes on", () =>
  withSource(async ({ host, kube, changing }) => {
    host.put(SITE_KEY_PATH, SITE_PUBLIC_KEY);
    await walk(fluxKeysStep, changing());
    for (const it of sourceObjects(config, {})) await kube.apply(it, { force: true });
    assert.equal(await fluxKeysStep.look(changing()), false);
    await walk(fluxKeysStep, changing());
    assert.notEqual((await kube.get(SOURCE))?.spec?.verify, undefined);
  }));

Deno.test("fluxKeysStep gives the keys also while the registry is away, which takes no protection away", () =>
  withSource(async ({ host, kube, changing, state }) => {
    host.put(SITE_KEY_PATH, SITE_PUBLIC_KEY);
    await walk(fluxKeysStep, changing());
    state.signed = "denied";
    await kube.delete(KEYS);
    await walk(fluxKeysStep, changing());
    assert.notEqual(await kube.get(KEYS), undefined);
    assert.notEqual((await kube.get(SOURCE))?.spec?.verify, undefined);
  }));

Deno.test("fluxKeysStep leaves a source alone that was told of another bundle", () =>
  withSource(async ({ host, kube, changing }) => {
    const other = { ...config, digest: `sha256:${"9".repeat(64)}` };
    for (const it of sourceObjects(other, {})) await kube.apply(it, { force: true });
    host.put(SITE_KEY_PATH, SITE_PUBLIC_KEY);
    await walk(fluxKeysStep, changing());
    const spec = (await kube.get(SOURCE))?.spec;
    assert.deepEqual([spec?.ref?.digest, spec?.verify], [other.digest, undefined]);
  }));
