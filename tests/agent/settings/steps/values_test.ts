import assert from "node:assert/strict";
import { parse } from "yaml";
import { KINDS } from "../../../../k8s/mod.ts";
import { releasesStep } from "../../../../agent/settings/steps/releases.ts";
import { valuesStep } from "../../../../agent/settings/steps/values.ts";
import { readSecret } from "../../../../agent/setup/steps/secret_data.ts";
import { RECONCILE_ANNOTATION } from "../../../../agent/settings/values.ts";
import { HELM_RELEASES } from "../../../../agent/product/helm_releases.ts";
import {
  HELM_RELEASE_DEFINITION,
  inSettingsWorld,
  type SettingsWorld,
  settleCluster,
  walk,
} from "../settings_world.ts";

const OTHER = { appUrl: "https://other.example.com:8443" };
const REQUESTED_AT = "reconcile.fluxcd.io/requestedAt";

const map = (world: SettingsWorld, name: string) =>
  world.kube.get({ resource: KINDS.ConfigMap, namespace: "alga-system", name: `appliance-values-${name}` });
const release = (world: SettingsWorld, name: string) =>
  world.kube.get({ resource: KINDS.HelmRelease, namespace: "alga-system", name });

/** Releases that do what they are asked, unless `isStuck`. */
async function withReleases(body: (world: SettingsWorld, control: { isStuck: boolean }) => Promise<void>) {
  await inSettingsWorld(async (world) => {
    const control = { isStuck: false };
    await world.kube.apply(HELM_RELEASE_DEFINITION);
    const ready = [{ type: "Ready", status: "True" }];
    world.reactions.set("HelmRelease", ({ metadata }) =>
      control.isStuck ? undefined : {
        lastHandledReconcileAt: metadata.annotations?.[REQUESTED_AT],
        observedGeneration: metadata.generation,
        conditions: ready,
      });
    for (const name of HELM_RELEASES) {
      world.api.store.create(
        KINDS.HelmRelease,
        { metadata: { name, namespace: "alga-system" }, spec: {} },
        "flux",
      );
    }
    world.workload("msp", "alga-core-sebastian", {});
    world.workload("msp", "temporal-worker", {});
    await settleCluster();
    await body(world, control);
  });
}

Deno.test("valuesStep and releasesStep have nothing to do when other settings change", () =>
  withReleases(async (world) => {
    const context = world.with({
      dnsMode: "custom",
      dnsServers: ["192.0.2.1"],
      publicNames: "appliance.example",
    });
    assert.equal(await valuesStep.look(context), true);
    assert.equal(await releasesStep.look(context), true);
  }));

Deno.test("valuesStep keeps a proxy with a password in a Secret, and points the one chart that can be pointed to it", () =>
  withReleases(async (world) => {
    const context = world.with({ proxyUrl: "http://maria:Geheim-7@proxy.example:3128" });
    const secret = () => readSecret(world.kube, "msp", "alga-worker-proxy");
    assert.equal(await valuesStep.look(context), false);
    await walk(valuesStep, context);
    assert.deepEqual(await secret(), {
      HTTP_PROXY: "http://maria:Geheim-7@proxy.example:3128",
      HTTPS_PROXY: "http://maria:Geheim-7@proxy.example:3128",
    });
    const text = async (release: string) =>
      String((await map(world, release))?.data?.[`${release}.single-node.yaml`]);
    const variables = parse(await text("temporal-worker")).extraEnv as {
      name: string;
      valueFrom?: unknown;
    }[];
    assert.deepEqual(variables.find((it) => it.name === "HTTPS_PROXY")?.valueFrom, {
      secretKeyRef: { name: "alga-worker-proxy", key: "HTTPS_PROXY" },
    });
    for (const release of ["temporal-worker", "workflow-worker"]) {
      assert.doesNotMatch(await text(release), /Geheim/, release);
    }
    assert.doesNotMatch(await text("workflow-worker"), /PROXY/);

    const before = await text("temporal-worker");
    await walk(valuesStep, world.with({ proxyUrl: "http://maria:Anders-8@proxy.example:3128" }));
    assert.notEqual(await text("temporal-worker"), before, "pods would go on with the old password");
    await walk(valuesStep, world.with({}));
    assert.equal(await secret(), undefined);
  }));

Deno.test("valuesStep hands a proxy to the pods whose charts have a place for it, and their releases are asked", () =>
  withReleases(async (world) => {
    world.workload("msp", "workflow-worker", {});
    const context = world.with({ proxyUrl: "http://proxy.example:3128", noProxy: "intern.example" });
    assert.equal(await valuesStep.look(context), false);
    const plan = await valuesStep.plan?.(context) ?? [];
    assert.deepEqual(plan.map((it) => [it.object, it.field]), [
      ["ConfigMap alga-system/appliance-values-workflow-worker", "extraEnv"],
      ["ConfigMap alga-system/appliance-values-temporal-worker", "extraEnv"],
    ]);
    const restarted = (await releasesStep.plan?.(context) ?? []).map((it) => it.object);
    assert.deepEqual(restarted, [
      "HelmRelease alga-system/workflow-worker",
      "Deployment msp/workflow-worker",
      "HelmRelease alga-system/temporal-worker",
      "Deployment msp/temporal-worker",
    ]);
    await walk(valuesStep, context);
    const text = (await map(world, "temporal-worker"))?.data?.["temporal-worker.single-node.yaml"];
    const variables = new Map(
      parse(String(text)).extraEnv.map((it: { name: string; value: string }) => [it.name, it.value]),
    );
    assert.equal(variables.get("HTTP_PROXY"), "http://proxy.example:3128");
    assert.equal(variables.get("HTTPS_PROXY"), "http://proxy.example:3128");
    const exceptions = String(variables.get("NO_PROXY")).split(",");
    for (
      const it of [
        "intern.example",
        "localhost",
        "10.42.0.0/16",
        "10.43.0.0/16",
        ".svc",
        ".cluster.local",
        "psa.example.com",
      ]
    ) assert.ok(exceptions.includes(it), it);

    await walk(valuesStep, world.with({}));
    assert.doesNotMatch(
      (await map(world, "temporal-worker"))?.data?.["temporal-worker.single-node.yaml"] ?? "",
      /PROXY/,
    );
  }));

Deno.test("valuesStep keeps a proxy with a password out of plan and ConfigMaps", () =>
  withReleases(async (world) => {
    const context = world.with({ proxyUrl: "http://maria:Geheim-7@proxy.example:3128" });
    const plan = await valuesStep.plan?.(context) ?? [];
    assert.deepEqual(plan.map((it) => [it.object, it.isSecret ?? false]), [
      ["Secret msp/alga-worker-proxy", true],
      ["ConfigMap alga-system/appliance-values-temporal-worker", false],
    ]);
    assert.doesNotMatch(JSON.stringify(plan), /Geheim|maria/);
  }));

Deno.test("valuesStep writes the address where it is read and tells each value before", () =>
  withReleases(async (world) => {
    const plan = await valuesStep.plan?.(world.with(OTHER)) ?? [];
    assert.deepEqual(plan.map((it) => [it.object.split("/")[1], it.field, it.to]), [
      ["appliance-values-alga-core", "appUrl", OTHER.appUrl],
      ["appliance-values-alga-core", "host", "other.example.com"],
      ["appliance-values-temporal-worker", "publicBaseUrl", OTHER.appUrl],
    ]);
    assert.equal(plan[0]?.from, "https://psa.example.com");
    await walk(valuesStep, world.with(OTHER));
    assert.match(
      (await map(world, "alga-core"))?.data?.["alga-core.single-node.yaml"] ?? "",
      /appUrl: "https:\/\/other/,
    );
    for (const name of HELM_RELEASES) {
      const isMarked = (await map(world, name))?.metadata.annotations?.[RECONCILE_ANNOTATION] !== undefined;
      assert.equal(isMarked, ["alga-core", "temporal-worker"].includes(name), name);
    }
  }));

Deno.test("valuesStep writes another channel into the record and asks no release for anything", () =>
  withReleases(async (world) => {
    const context = world.with({ channel: "nightly" });
    await walk(valuesStep, context);
    const name = "appliance-release-selection";
    const record = await world.kube.get({ resource: KINDS.ConfigMap, namespace: "alga-system", name });
    assert.equal(record?.data?.selectedChannel, "nightly");
    assert.equal(await releasesStep.look(context), true);
  }));

Deno.test("releasesStep asks exactly the releases whose values changed, waits for each, and goes back as well", () =>
  withReleases(async (world) => {
    const context = world.with(OTHER);
    assert.equal(
      await releasesStep.look(context),
      false,
      "before the values are written it is not done either",
    );
    assert.deepEqual((await releasesStep.plan?.(context))?.map((it) => `${it.object}: ${it.to}`), [
      "HelmRelease alga-system/alga-core: asked again",
      "Job msp/alga-core-sebastian-bootstrap: runs again",
      "Deployment msp/alga-core-sebastian: restarted",
      "HelmRelease alga-system/temporal-worker: asked again",
      "Deployment msp/temporal-worker: restarted",
    ]);
    await walk(valuesStep, context);
    await walk(releasesStep, context);
    for (const name of HELM_RELEASES) {
      const asked = (await release(world, name))?.metadata.annotations?.[REQUESTED_AT];
      assert.equal(asked !== undefined, ["alga-core", "temporal-worker"].includes(name), name);
    }
    const before = (await release(world, "alga-core"))?.metadata.annotations?.[REQUESTED_AT];
    await walk(valuesStep, world.with({}));
    await walk(releasesStep, world.with({}));
    assert.notEqual((await release(world, "alga-core"))?.metadata.annotations?.[REQUESTED_AT], before);
  }));

Deno.test("releasesStep asks after a kill between values and request", () =>
  withReleases(async (world) => {
    await walk(valuesStep, world.with(OTHER));
    // Another process, which knows nothing but the cluster: the values are right, and yet there is something to do.
    assert.equal(await valuesStep.look(world.with(OTHER)), true);
    await walk(releasesStep, world.with(OTHER));
  }));

Deno.test("releasesStep waits for an answer to its own request, and gives up with a release that does", () =>
  withReleases(async (world, control) => {
    control.isStuck = true;
    await walk(valuesStep, world.with(OTHER));
    await assert.rejects(
      releasesStep.act(world.with(OTHER)),
      /Waited 1800 s for alga-core: alga-core has not answered yet/,
    );
    const mark = (await map(world, "alga-core"))?.metadata.annotations?.[RECONCILE_ANNOTATION];
    const conditions = [
      { type: "Ready", status: "False", message: "upgrade failed" },
      { type: "Stalled", status: "True", message: "exhausted" },
    ];
    const ref = { resource: KINDS.HelmRelease, namespace: "alga-system", name: "alga-core" };
    const status = { lastHandledReconcileAt: mark, conditions };
    await world.kube.patch(ref, { status }, { subresource: "status" });
    await assert.rejects(releasesStep.act(world.with(OTHER)), /^AgentError: alga-core gave up: exhausted/);
    await world.kube.patch(ref, { spec: { suspend: true } });
    await assert.rejects(releasesStep.act(world.with(OTHER)), /alga-core is suspended/);
  }));
