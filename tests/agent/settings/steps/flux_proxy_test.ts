import assert from "node:assert/strict";
import { readRegistryLogins, REGISTRY_LOGINS } from "../../../../agent/net/registry_logins.ts";
import { applyLogins } from "../../../../agent/setup/steps/source.ts";
import { PATHS } from "../../../../agent/state/paths.ts";
import {
  AUTHORITIES_CONFIG_MAP,
  FLUX_CONTROLLERS,
  fluxObjects,
  PROXY_ANNOTATION,
  PROXY_SECRET,
} from "../../../../flux/controllers.ts";
import { KINDS } from "../../../../k8s/mod.ts";
import { fluxProxyStep } from "../../../../agent/settings/steps/flux_proxy.ts";
import { readSecret } from "../../../../agent/setup/steps/secret_data.ts";
import { inSettingsWorld, type SettingsWorld, settleCluster, walk } from "../settings_world.ts";

const PROXY = { proxyUrl: "http://maria:Geheim-7@proxy.example:3128", noProxy: "intern.example" };

async function withFlux(body: (world: SettingsWorld) => Promise<void>): Promise<void> {
  await inSettingsWorld(async (world) => {
    for (const it of fluxObjects()) if (it.kind === "Deployment") await world.kube.apply(it, { force: true });
    await settleCluster();
    await body(world);
  });
}

Deno.test("fluxProxyStep has nothing to do without a proxy, whatever else changes", () =>
  withFlux(async (world) => {
    assert.equal(await fluxProxyStep.look(world.with({ appUrl: "https://other.example" })), true);
  }));

Deno.test("fluxProxyStep writes the Secret and restarts each controller, and takes both back", () =>
  withFlux(async (world) => {
    const before = world.pods();
    const plan = await fluxProxyStep.plan?.(world.with(PROXY)) ?? [];
    assert.deepEqual(plan.map((it) => it.object), [
      `Secret flux-system/${PROXY_SECRET}`,
      ...FLUX_CONTROLLERS.map((it) => `Deployment flux-system/${it}`),
    ]);
    assert.ok(!JSON.stringify(plan).includes("Geheim"));
    await walk(fluxProxyStep, world.with(PROXY));
    const secret = await readSecret(world.kube, "flux-system", PROXY_SECRET);
    assert.equal(secret?.HTTPS_PROXY, PROXY.proxyUrl);
    assert.match(secret?.NO_PROXY ?? "", /^intern\.example,/);
    for (const name of FLUX_CONTROLLERS) {
      assert.notEqual(world.pods()[name]?.metadata.uid, before[name]?.metadata.uid, name);
    }
    await walk(fluxProxyStep, world.with({}));
    assert.equal(await readSecret(world.kube, "flux-system", PROXY_SECRET), undefined);
    for (const it of world.api.store.list(KINDS.Deployment)) {
      assert.equal(it.spec.template.metadata.annotations?.[PROXY_ANNOTATION], undefined);
    }
  }));

Deno.test("fluxProxyStep restarts one controller after the other and goes on where it stopped", () =>
  withFlux(async (world) => {
    const ready = world.reactions.get("Deployment");
    const [first, second] = FLUX_CONTROLLERS;
    world.reactions.set("Deployment", (object) => ({
      ...ready?.(object),
      ...(object.metadata.name === first ? { readyReplicas: 0 } : {}),
    }));
    await assert.rejects(fluxProxyStep.act(world.with(PROXY)), /0 of 1 pods of source-controller are ready/);
    assert.ok(!world.said.includes(`Restarting ${second}`));
    world.reactions.set("Deployment", (object) => ready?.(object));
    const version =
      (await world.kube.get({ resource: KINDS.Secret, namespace: "flux-system", name: PROXY_SECRET }))
        ?.metadata.resourceVersion;
    await world.kube.patch({ resource: KINDS.Deployment, namespace: "flux-system", name: String(first) }, {
      metadata: { labels: { looked: "again" } },
    });
    await fluxProxyStep.act(world.with(PROXY));
    assert.equal(await fluxProxyStep.look(world.with(PROXY)), true);
    const after = await world.kube.get({
      resource: KINDS.Secret,
      namespace: "flux-system",
      name: PROXY_SECRET,
    });
    assert.equal(after?.metadata.resourceVersion, version, "the Secret is written once");
  }));

Deno.test("fluxProxyStep gives Flux the authorities of this machine, follows their change, and takes them back", () =>
  withFlux(async (world) => {
    const before = world.pods();
    world.host.put(PATHS.caBundle, "-----BEGIN CERTIFICATE-----\nsite\n-----END CERTIFICATE-----\n");
    assert.equal(await fluxProxyStep.look(world.with({})), false);
    const plan = await fluxProxyStep.plan?.(world.with({})) ?? [];
    assert.equal(plan[0]?.object, `ConfigMap flux-system/${AUTHORITIES_CONFIG_MAP}`);
    await walk(fluxProxyStep, world.with({}));
    const bundle = async () =>
      (await world.kube.get({
        resource: KINDS.ConfigMap,
        namespace: "flux-system",
        name: AUTHORITIES_CONFIG_MAP,
      }))
        ?.data?.["ca-certificates.crt"];
    assert.match(String(await bundle()), /site/);
    const first = world.pods();
    for (const name of FLUX_CONTROLLERS) {
      assert.notEqual(first[name]?.metadata.uid, before[name]?.metadata.uid, name);
    }
    world.host.put(PATHS.caBundle, "-----BEGIN CERTIFICATE-----\nother\n-----END CERTIFICATE-----\n");
    await walk(fluxProxyStep, world.with({}));
    assert.match(String(await bundle()), /other/);
    for (const name of FLUX_CONTROLLERS) {
      assert.notEqual(world.pods()[name]?.metadata.uid, first[name]?.metadata.uid, name);
    }
    world.host.files.delete(PATHS.caBundle);
    await walk(fluxProxyStep, world.with({}));
    assert.equal(await bundle(), undefined);
  }));

Deno.test("fluxProxyStep brings a changed password of a registry to Flux, without a restart", () =>
  withFlux(async (world) => {
    const logins = (password: string) =>
      world.host.put(
        REGISTRY_LOGINS,
        JSON.stringify({ auths: { "mirror.example": { username: "site", password } } }),
        0o600,
      );
    logins("one");
    assert.equal(await fluxProxyStep.look(world.with({})), true, "setup gives the first");
    await applyLogins(world.kube, await readRegistryLogins(world.host));
    assert.equal(await fluxProxyStep.look(world.with({})), true);
    const before = world.pods();
    logins("two");
    assert.equal(await fluxProxyStep.look(world.with({})), false);
    await walk(fluxProxyStep, world.with({}));
    assert.match(JSON.stringify(await readSecret(world.kube, "flux-system", "alga-registry-login")), /two/);
    for (const name of FLUX_CONTROLLERS) {
      assert.equal(world.pods()[name]?.metadata.uid, before[name]?.metadata.uid, name);
    }
  }));
