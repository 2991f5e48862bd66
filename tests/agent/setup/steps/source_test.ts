import assert from "node:assert/strict";
import { REGISTRY_LOGINS } from "../../../../agent/net/registry_logins.ts";
import { sourceStep } from "../../../../agent/setup/steps/source.ts";
import { PATHS } from "../../../../agent/state/paths.ts";
import { KINDS } from "../../../../k8s/mod.ts";
import { bundleRegistry } from "../../trust/bundle_registry.ts";
import { SITE_KEY_PATH, SITE_PUBLIC_KEY } from "../../trust/site_key.ts";
import { inStepWorld, sampleRelease, type StepWorld, versionsOf } from "./step_world.ts";

const SOURCE = { resource: KINDS.OCIRepository, namespace: "flux-system", name: "alga-appliance" };
const KUSTOMIZATION = { ...SOURCE, resource: KINDS.Kustomization };

async function withFlux(body: (world: StepWorld) => Promise<void>): Promise<void> {
  await inStepWorld(async (world) => {
    world.api.store.addKind(KINDS.OCIRepository);
    world.api.store.addKind(KINDS.Kustomization);
    await world.kube.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: "flux-system" } });
    await body(world);
  });
}

Deno.test("source: Flux gets the bundle by digest, and the way into it", async () => {
  await withFlux(async (world) => {
    assert.equal(await sourceStep.look(world.context()), false);
    await sourceStep.act(world.context());
    assert.equal(await sourceStep.look(world.context()), true);
    assert.deepEqual((await world.kube.get(SOURCE))?.spec, {
      interval: "1m0s",
      url: "oci://ghcr.io/nine-minds/alga-appliance-config",
      ref: { digest: `sha256:${"1".repeat(64)}` },
    });
    assert.deepEqual((await world.kube.get(KUSTOMIZATION))?.spec, {
      interval: "5m0s",
      path: "./base",
      prune: true,
      sourceRef: { kind: "OCIRepository", name: "alga-appliance" },
    });
  });
});

Deno.test("source: a second run changes no resourceVersion", async () => {
  await withFlux(async (world) => {
    await sourceStep.act(world.context());
    const before = versionsOf(world);
    await sourceStep.act(world.context());
    assert.deepEqual(versionsOf(world), before);
  });
});

Deno.test("source: another digest, mirror, path or a missing object is not done and is fixed", async () => {
  await withFlux(async (world) => {
    const wrongs: (() => Promise<unknown>)[] = [
      () => world.kube.patch(SOURCE, { spec: { ref: { digest: `sha256:${"9".repeat(64)}` } } }),
      () => world.kube.patch(SOURCE, { spec: { url: "oci://elsewhere.example/x" } }),
      () => world.kube.patch(KUSTOMIZATION, { spec: { path: "./other" } }),
      () => world.kube.patch(KUSTOMIZATION, { spec: { prune: false } }),
      () => world.kube.delete(KUSTOMIZATION),
      () => world.kube.delete(SOURCE),
    ];
    await sourceStep.act(world.context());
    for (const [i, wrong] of wrongs.entries()) {
      await wrong();
      assert.equal(await sourceStep.look(world.context()), false, `wrong ${i}`);
      await sourceStep.act(world.context());
      assert.equal(await sourceStep.look(world.context()), true, `fixed ${i}`);
    }
  });
});

Deno.test("source: a plain mirror that is no longer used leaves nothing behind", async () => {
  await withFlux(async (world) => {
    const mirrored = world.context({ mirrors: { "ghcr.io": "http://mirror.example" } });
    await sourceStep.act(mirrored);
    assert.equal((await world.kube.get(SOURCE))?.spec.insecure, true);
    assert.equal(await sourceStep.look(mirrored), true);
    const secure = world.context({ mirrors: { "ghcr.io": "https://mirror.example" } });
    assert.equal(await sourceStep.look(secure), false);
    await sourceStep.act(secure);
    assert.equal((await world.kube.get(SOURCE))?.spec.insecure, undefined);
    assert.equal(await sourceStep.look(secure), true);
  });
});

Deno.test("source: what others add to the objects stays and does not undo the step", async () => {
  await withFlux(async (world) => {
    await sourceStep.act(world.context());
    await world.kube.patch(SOURCE, { spec: { timeout: "90s" }, metadata: { annotations: { a: "b" } } }, {
      fieldManager: "kubectl",
    });
    assert.equal(await sourceStep.look(world.context()), true);
    await sourceStep.act(world.context());
    assert.equal((await world.kube.get(SOURCE))?.spec.timeout, "90s");
  });
});

Deno.test("source: a newer release is told by its digest", async () => {
  await withFlux(async (world) => {
    await sourceStep.act(world.context());
    const digest = `sha256:${"7".repeat(64)}`;
    const release = sampleRelease({
      config: { repository: "ghcr.io/nine-minds/alga-appliance-config", digest },
    });
    const context = world.context({ release: () => Promise.resolve(release) });
    assert.equal(await sourceStep.look(context), false);
    await sourceStep.act(context);
    assert.deepEqual((await world.kube.get(SOURCE))?.spec.ref, { digest });
  });
});

Deno.test("source: without a kubeconfig it is an error in words, not a yes", async () => {
  await inStepWorld(async (world) => {
    const context = world.context({ connectKube: () => Promise.resolve(undefined) });
    await assert.rejects(sourceStep.look(context), { code: "KUBE_API", hint: /k3s has started/ });
  });
});

Deno.test("source: Flux gets the login of the mirror, follows its change, and loses it", async () => {
  await withFlux(async (world) => {
    const mirrors = { "ghcr.io": "https://mirror.example/artifactory/api/docker/ghcr-remote" };
    const context = () => ({ ...world.context(), mirrors });
    const logins = (password: string) =>
      world.host.put(
        REGISTRY_LOGINS,
        JSON.stringify({ auths: { "mirror.example": { username: "site", password } } }),
        0o600,
      );
    const secret = { resource: KINDS.Secret, namespace: "flux-system", name: "alga-registry-login" };
    for (const password of ["one", "two"]) {
      logins(password);
      assert.equal(await sourceStep.look(context()), false, password);
      await sourceStep.act(context());
      assert.equal(await sourceStep.look(context()), true, password);
      const found = await world.kube.get(secret);
      assert.equal(found?.type, "kubernetes.io/dockerconfigjson");
      assert.equal((await world.kube.get(SOURCE))?.spec?.secretRef?.name, "alga-registry-login");
      const text = atob((found?.data as Record<string, string>)[".dockerconfigjson"] ?? "");
      assert.deepEqual(JSON.parse(text).auths["mirror.example"], {
        username: "site",
        password,
        auth: btoa(`site:${password}`),
      });
    }
    assert.equal(
      (await world.kube.get(SOURCE))?.spec?.url,
      "oci://mirror.example/ghcr-remote/nine-minds/alga-appliance-config",
    );
    world.host.files.delete(REGISTRY_LOGINS);
    assert.equal(await sourceStep.look(context()), false);
    await sourceStep.act(context());
    assert.equal(await world.kube.get(secret), undefined);
    assert.equal((await world.kube.get(SOURCE))?.spec?.secretRef, undefined);
  });
});

const KEYS = { resource: KINDS.Secret, namespace: "flux-system", name: "alga-release-keys" };

Deno.test("source: Flux verifies a bundle that a key of this site signed, and no other", async () => {
  await withFlux(async (world) => {
    for (const [signed, isVerified] of [["yes", true], ["no", false], ["denied", false]] as const) {
      const context = world.context({ registry: bundleRegistry({ signed, asked: 0 }) });
      world.host.put(SITE_KEY_PATH, SITE_PUBLIC_KEY);
      await world.kube.delete(SOURCE);
      await sourceStep.act(context);
      const spec = (await world.kube.get(SOURCE))?.spec;
      const wanted = { provider: "cosign", secretRef: { name: "alga-release-keys" } };
      assert.deepEqual(spec?.verify, isVerified ? wanted : undefined, signed);
      assert.equal(await sourceStep.look(context), true, signed);
      const { data } = await world.kube.get(KEYS) ?? {};
      assert.deepEqual(Object.values(data ?? {}).map((it) => atob(`${it}`)), [SITE_PUBLIC_KEY]);
      assert.match(Object.keys(data ?? {})[0] ?? "", /^[0-9a-f]{32}\.pub$/);
    }
  });
});

Deno.test("source: keys that come, retire or go are Flux's too, and a look asks no registry", async () => {
  await withFlux(async (world) => {
    const state = { signed: "yes" as const, asked: 0 };
    const context = world.context({ registry: bundleRegistry(state) });
    await sourceStep.act(context);
    assert.equal(await world.kube.get(KEYS), undefined);
    assert.equal(state.asked, 0, "without a key nobody is asked");
    const steps: [string, boolean][] = [
      [SITE_PUBLIC_KEY, true],
      [`retired: 2020-01-01\n${SITE_PUBLIC_KEY}`, false],
      [SITE_PUBLIC_KEY, true],
      ["", false],
    ];
    for (const [i, [text, isKey]] of steps.entries()) {
      if (text === "") world.host.files.delete(SITE_KEY_PATH);
      else world.host.put(SITE_KEY_PATH, text);
      const { asked } = state;
      assert.equal(await sourceStep.look(context), false, `${i}`);
      assert.equal(state.asked, asked);
      await sourceStep.act(context);
      assert.equal(await sourceStep.look(context), true, `${i}`);
      assert.equal(await world.kube.get(KEYS) !== undefined, isKey, `${i}`);
      assert.equal((await world.kube.get(SOURCE))?.spec.verify !== undefined, isKey, `${i}`);
    }
    world.host.put(`${PATHS.keyFolder}/broken.pub`, "not a key");
    assert.equal(await sourceStep.look(context), true, "what is no key does not count");
  });
});
