import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { forgetPassword } from "../../../../agent/setup/initial_password.ts";
import { valuesStep } from "../../../../agent/setup/steps/values.ts";
import { PATHS } from "../../../../agent/state/paths.ts";
import { SOURCE_NAME } from "../../../../flux/source_objects.ts";
import { KINDS } from "../../../../k8s/mod.ts";
import { INPUTS } from "../engine.ts";
import { inStepWorld, sampleRelease, type StepWorld, versionsOf } from "./step_world.ts";

const SECRETS = [
  ["msp", "appliance-initial-tenant"],
  ["msp", "alga-psa-shared"],
  ["appliance-system", "appliance-status-auth"],
  ["msp", "appliance-license-seed"],
] as const;

async function secret({ kube }: StepWorld, name: string): Promise<Record<string, string> | undefined> {
  const namespace = SECRETS.find((it) => it[1] === name)?.[0] ?? "msp";
  const data = (await kube.get({ resource: KINDS.Secret, namespace, name }))?.data as Record<string, string>;
  return data &&
    Object.fromEntries(Object.entries(data).map(([key, it]) => [key, Buffer.from(it, "base64").toString()]));
}

const configMap = async ({ kube }: StepWorld, name: string): Promise<Record<string, string> | undefined> =>
  (await kube.get({ resource: KINDS.ConfigMap, namespace: "alga-system", name }))?.data;

/** As if the source step had told Flux about the release. */
async function consume({ api, kube }: StepWorld): Promise<void> {
  api.store.addKind(KINDS.Kustomization);
  await kube.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: "flux-system" } });
  await kube.create({
    apiVersion: KINDS.Kustomization.apiVersion,
    kind: "Kustomization",
    metadata: { name: SOURCE_NAME, namespace: "flux-system" },
  });
}

Deno.test("values: six files of values, the selection and four Secrets, in their namespaces", async () => {
  await inStepWorld(async (world) => {
    assert.equal(await valuesStep.look(world.context()), false);
    await valuesStep.act(world.context());
    assert.equal(await valuesStep.look(world.context()), true);
    const maps = (await world.kube.list(KINDS.ConfigMap, { namespace: "alga-system" })).items;
    assert.deepEqual(maps.map((it) => [it.metadata.name, Object.keys(it.data ?? {}).length]), [
      ["appliance-release-selection", 12],
      ["appliance-values-alga-core", 1],
      ["appliance-values-email-service", 1],
      ["appliance-values-pgbouncer", 1],
      ["appliance-values-temporal", 1],
      ["appliance-values-temporal-worker", 1],
      ["appliance-values-workflow-worker", 1],
    ]);
    assert.ok((await configMap(world, "appliance-values-alga-core"))?.["alga-core.single-node.yaml"]);
    for (const [namespace, name] of SECRETS) {
      assert.ok(await world.kube.get({ resource: KINDS.Secret, namespace, name }), name);
    }
    const labels = (await world.kube.get({ resource: KINDS.Namespace, name: "msp" }))?.metadata.labels ?? {};
    assert.deepEqual(
      ["enforce", "audit", "warn"].map((it) => labels[`pod-security.kubernetes.io/${it}`]),
      ["privileged", "privileged", "privileged"],
    );
  });
});

Deno.test("values: the selection holds every field that tools read, empty where the release has none", async () => {
  await inStepWorld(async (world) => {
    await valuesStep.act(world.context());
    assert.deepEqual(await configMap(world, "appliance-release-selection"), {
      releaseVersion: "1.4.0",
      selectedChannel: "stable",
      appVersion: "1.4.0",
      registryHost: "ghcr.io",
      repository: "nine-minds/alga-appliance-release",
      manifestDigest: `sha256:${"2".repeat(64)}`,
      algaCoreTag: "4f2c91d",
      workflowWorkerTag: "9be1f02",
      emailServiceTag: "2222bbb",
      temporalWorkerTag: "3333ccc",
      controlPlaneTag: "",
      supportAgent: "",
    });
  });
});

Deno.test("values: the first company as it was entered, whatever letters it has", async () => {
  await inStepWorld(async (world) => {
    const inputs = { tenantName: 'Müller & "Söhne" 💥', adminPassword: "Pässwörd-9!$(x)" };
    await valuesStep.act(world.context({}, inputs));
    assert.deepEqual(await secret(world, "appliance-initial-tenant"), {
      INITIAL_TENANT_NAME: inputs.tenantName,
      INITIAL_ADMIN_FIRST_NAME: "Maria",
      INITIAL_ADMIN_LAST_NAME: "Muster",
      INITIAL_ADMIN_EMAIL: "maria@example.com",
      INITIAL_ADMIN_PASSWORD: inputs.adminPassword,
    });
    assert.deepEqual(await secret(world, "appliance-license-seed"), { EDITION_CHOICE: "ee" });
    assert.ok(![...world.said, ...world.host.record].some((it) => it.includes(inputs.adminPassword)));
  });
});

Deno.test("values: generated secrets are 32 random bytes, on disk 0600 before the cluster has them", async () => {
  await inStepWorld(async (world) => {
    let before = "";
    world.api.store.listen(({ object }) => {
      if (object.metadata.name !== "alga-psa-shared" || before) return;
      before = new TextDecoder().decode(world.host.files.get(PATHS.generatedSecrets)?.bytes);
    });
    await valuesStep.act(world.context());
    const key = (await secret(world, "alga-psa-shared"))?.ALGA_AUTH_KEY ?? "";
    const token = (await secret(world, "appliance-status-auth"))?.token ?? "";
    for (const value of [key, token]) assert.equal(Buffer.from(value, "base64url").length, 32);
    assert.notEqual(key, token);
    assert.ok(before.includes(key) && before.includes(token));
    assert.equal(world.host.files.get(PATHS.generatedSecrets)?.mode, 0o600);
  });
});

Deno.test("values: a second run changes no resourceVersion, also after the password has left", async () => {
  await inStepWorld(async (world) => {
    await valuesStep.act(world.context());
    const before = versionsOf(world);
    await valuesStep.act(world.context());
    const { adminPassword: _, ...rest } = INPUTS;
    await valuesStep.act(world.context({ inputs: rest }));
    assert.deepEqual(versionsOf(world), before);
    assert.equal(await valuesStep.look(world.context({ inputs: rest })), true);
  });
});

Deno.test("values: what the cluster already has is never rotated, whatever the disk says", async () => {
  await inStepWorld(async (world) => {
    await valuesStep.act(world.context());
    const before = await Promise.all(SECRETS.map(([, name]) => secret(world, name)));
    for (
      const damage of [
        undefined,
        "{",
        JSON.stringify({ schemaVersion: 1, algaAuthKey: "x", statusToken: "y" }),
      ]
    ) {
      if (damage === undefined) world.host.files.delete(PATHS.generatedSecrets);
      else world.host.put(PATHS.generatedSecrets, damage);
      await valuesStep.act(world.context());
      assert.deepEqual(
        await Promise.all(SECRETS.map(([, name]) => secret(world, name))),
        before,
        `${damage}`,
      );
    }
  });
});

Deno.test("values: a Secret that was taken away comes back with the same value", async () => {
  await inStepWorld(async (world) => {
    await valuesStep.act(world.context());
    const key = await secret(world, "alga-psa-shared");
    await world.kube.delete({ resource: KINDS.Secret, namespace: "msp", name: "alga-psa-shared" });
    assert.equal(await valuesStep.look(world.context()), false);
    await valuesStep.act(world.context());
    assert.deepEqual(await secret(world, "alga-psa-shared"), key);
  });
});

Deno.test("values: keys that others wrote stay, missing ones are added", async () => {
  await inStepWorld(async (world) => {
    await world.kube.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: "msp" } });
    const seed = { name: "appliance-license-seed", namespace: "msp" };
    const data = { LICENSE_TOKEN: btoa("licence"), EDITION_CHOICE: btoa("ce") };
    await world.kube.create({ apiVersion: "v1", kind: "Secret", metadata: seed, data });
    const shared = { name: "alga-psa-shared", namespace: "msp" };
    await world.kube.create({
      apiVersion: "v1",
      kind: "Secret",
      metadata: shared,
      data: { OTHER: btoa("x") },
    });
    await valuesStep.act(world.context());
    assert.deepEqual(await secret(world, seed.name), { LICENSE_TOKEN: "licence", EDITION_CHOICE: "ce" });
    assert.deepEqual(Object.keys(await secret(world, shared.name) ?? {}).sort(), ["ALGA_AUTH_KEY", "OTHER"]);
  });
});

Deno.test("values: answers given again replace the first company until Flux has the release, then never", async () => {
  await inStepWorld(async (world) => {
    await valuesStep.act(world.context());
    const again = world.context({}, { tenantName: "Second", adminPassword: "Other-Horse-8!" });
    assert.equal(await valuesStep.look(again), false);
    await valuesStep.act(again);
    assert.equal(await valuesStep.look(again), true);
    assert.equal((await secret(world, "appliance-initial-tenant"))?.INITIAL_ADMIN_PASSWORD, "Other-Horse-8!");

    await consume(world);
    const third = world.context({}, { tenantName: "Third" });
    assert.equal(await valuesStep.look(third), true);
    await valuesStep.act(third);
    assert.equal((await secret(world, "appliance-initial-tenant"))?.INITIAL_TENANT_NAME, "Second");
  });
});

Deno.test("values: a part of the first company that is lost later is added, the rest stays", async () => {
  await inStepWorld(async (world) => {
    await valuesStep.act(world.context());
    await consume(world);
    const ref = { resource: KINDS.Secret, namespace: "msp", name: "appliance-initial-tenant" };
    await world.kube.patch(ref, { data: { INITIAL_ADMIN_LAST_NAME: null } });
    const again = world.context({}, { tenantName: "Second", adminLastName: "Neu" });
    assert.equal(await valuesStep.look(again), false);
    await valuesStep.act(again);
    const kept = await secret(world, "appliance-initial-tenant");
    assert.deepEqual([kept?.INITIAL_TENANT_NAME, kept?.INITIAL_ADMIN_LAST_NAME], ["Example MSP", "Neu"]);
  });
});

/** As the agent leaves the first company once people can log in. */
async function forget({ kube, clock }: StepWorld): Promise<void> {
  const over = new AbortController();
  const done = Promise.withResolvers<void>();
  const login = { isReady: () => true, waitingFor: () => "", subscribe: () => () => {} };
  const run = forgetPassword({
    login,
    clock,
    connectKube: () => Promise.resolve(kube),
    say: () => done.resolve(),
    report: (_, error) => done.reject(error),
  }, over.signal);
  await done.promise;
  over.abort();
  await run;
}

Deno.test("values: a password that was removed after its use is neither missed nor written again", async () => {
  await inStepWorld(async (world) => {
    await valuesStep.act(world.context());
    await consume(world);
    await forget(world);
    const before = versionsOf(world);
    const { adminPassword: _, ...rest } = INPUTS;
    for (const context of [world.context(), world.context({ inputs: rest })]) {
      assert.equal(await valuesStep.look(context), true);
      await valuesStep.act(context);
    }
    assert.deepEqual(versionsOf(world), before);
    // What else of it is lost comes back, without a password and without being asked for one.
    const ref = { resource: KINDS.Secret, namespace: "msp", name: "appliance-initial-tenant" };
    await world.kube.patch(ref, { data: { INITIAL_ADMIN_LAST_NAME: null } });
    assert.equal(await valuesStep.look(world.context({ inputs: rest })), false);
    await valuesStep.act(world.context({ inputs: rest }));
    assert.deepEqual(await secret(world, "appliance-initial-tenant"), {
      INITIAL_TENANT_NAME: INPUTS.tenantName,
      INITIAL_ADMIN_FIRST_NAME: "Maria",
      INITIAL_ADMIN_LAST_NAME: "Muster",
      INITIAL_ADMIN_EMAIL: "maria@example.com",
    });
  });
});

Deno.test("values: a password that somebody else took away is missed", async () => {
  await inStepWorld(async (world) => {
    await valuesStep.act(world.context());
    await consume(world);
    const ref = { resource: KINDS.Secret, namespace: "msp", name: "appliance-initial-tenant" };
    await world.kube.patch(ref, { data: { INITIAL_ADMIN_PASSWORD: null } });
    assert.equal(await valuesStep.look(world.context()), false);
    await valuesStep.act(world.context());
    assert.equal((await secret(world, ref.name))?.INITIAL_ADMIN_PASSWORD, INPUTS.adminPassword);
  });
});

Deno.test("values: a lost first company without its password asks for the answers again", async () => {
  await inStepWorld(async (world) => {
    const { adminPassword: _, ...rest } = INPUTS;
    await assert.rejects(valuesStep.act(world.context({ inputs: rest })), {
      code: "VALUES_FAILED",
      retrySafe: false,
      hint: /Enter the answers again/,
    });
  });
});

Deno.test("values: a ConfigMap that somebody changed is not done and is written again; other keys stay", async () => {
  await inStepWorld(async (world) => {
    await valuesStep.act(world.context());
    const ref = { resource: KINDS.ConfigMap, namespace: "alga-system", name: "appliance-values-temporal" };
    await world.kube.patch(ref, { data: { "temporal.single-node.yaml": "ui: {}\n", "own.yaml": "x: 1\n" } }, {
      fieldManager: "kubectl",
    });
    assert.equal(await valuesStep.look(world.context()), false);
    await valuesStep.act(world.context());
    assert.deepEqual(await configMap(world, ref.name), {
      "temporal.single-node.yaml": "ui:\n  enabled: true\n",
      "own.yaml": "x: 1\n",
    });
  });
});

Deno.test("values: values that cannot be edited stop before any ConfigMap is written", async () => {
  await inStepWorld(async (world) => {
    const release = sampleRelease();
    release.manifest.profileValues["temporal-worker.single-node.yaml"] = "- a list\n";
    await assert.rejects(valuesStep.act(world.context({ release: () => Promise.resolve(release) })), {
      code: "VALUES_FAILED",
      message: /"temporal-worker.single-node.yaml"/,
    });
    assert.deepEqual((await world.kube.list(KINDS.ConfigMap, { namespace: "alga-system" })).items, []);
  });
});
