import assert from "node:assert/strict";
import { storageStep } from "../../../../agent/setup/steps/storage.ts";
import { PATHS } from "../../../../agent/state/paths.ts";
import { LOCAL_PATH } from "../../../../k8s/storage/local_path_manifests.ts";
import { KINDS, type KubeObject } from "../../../../k8s/mod.ts";
import { inStepWorld, type StepWorld, versionsOf, waitingPod } from "./step_world.ts";

const CLASS = { resource: KINDS.StorageClass, name: "local-path" };
const isSmoke = (it: KubeObject) =>
  it.metadata.namespace === LOCAL_PATH.smokeNamespace || it.metadata.name === LOCAL_PATH.smokeNamespace;

function volume({ api }: StepWorld, name: string, namespace: string, policy = "Delete") {
  api.store.create(KINDS.PersistentVolume, {
    metadata: { name },
    spec: {
      storageClassName: "local-path",
      persistentVolumeReclaimPolicy: policy,
      claimRef: { namespace, name: "data" },
    },
  }, "sim");
}

const policyOf = async ({ kube }: StepWorld, name: string) =>
  (await kube.get({ resource: KINDS.PersistentVolume, name }))?.spec?.persistentVolumeReclaimPolicy;

Deno.test("storage: from nothing to a class that keeps data and a volume that was written and read", async () => {
  await inStepWorld(async (world) => {
    assert.equal(await storageStep.look(world.context()), false);
    await storageStep.act(world.context());
    assert.equal(await storageStep.look(world.context()), true);
    const found = await world.kube.get(CLASS);
    assert.deepEqual([found?.provisioner, found?.reclaimPolicy, found?.volumeBindingMode], [
      "rancher.io/local-path",
      "Retain",
      "WaitForFirstConsumer",
    ]);
    assert.equal(found?.metadata.annotations, undefined, "charts name the class; none is the default");
    assert.equal(world.host.folders.get(PATHS.localPathData), 0o777);
    const left = await world.kube.get({ resource: KINDS.Namespace, name: LOCAL_PATH.smokeNamespace });
    assert.equal(left, undefined, "the test leaves nothing behind");
  });
});

Deno.test("storage: a second run changes no resourceVersion but the test's own", async () => {
  await inStepWorld(async (world) => {
    await storageStep.act(world.context());
    volume(world, "pv-1", "msp", "Retain");
    const before = versionsOf(world, isSmoke);
    await storageStep.act(world.context());
    assert.deepEqual(versionsOf(world, isSmoke), before);
  });
});

Deno.test("storage: without the class, with one that deletes data, or beside k3s' own it is not done", async () => {
  await inStepWorld(async (world) => {
    await storageStep.act(world.context());
    await world.kube.delete(CLASS);
    assert.equal(await storageStep.look(world.context()), false, "no class");
    const deleting = {
      apiVersion: "storage.k8s.io/v1",
      kind: "StorageClass",
      metadata: { name: "local-path" },
    };
    await world.kube.create({ ...deleting, provisioner: "rancher.io/local-path", reclaimPolicy: "Delete" });
    assert.equal(await storageStep.look(world.context()), false, "data would be deleted");
    await storageStep.act(world.context());
    assert.equal((await world.kube.get(CLASS))?.reclaimPolicy, "Retain");

    const bundled = { name: LOCAL_PATH.deployment, namespace: "kube-system" };
    await world.kube.create({ apiVersion: "apps/v1", kind: "Deployment", metadata: bundled, spec: {} });
    assert.equal(await storageStep.look(world.context()), false, "two provisioners race");
    await storageStep.act(world.context());
    assert.equal(await world.kube.get({ resource: KINDS.Deployment, ...bundled }), undefined);
    assert.equal(await storageStep.look(world.context()), true);
  });
});

Deno.test("storage: existing volumes are kept before anything else is touched; only the test's may go", async () => {
  await inStepWorld(async (world) => {
    volume(world, "pv-data", "msp");
    volume(world, "pv-smoke", LOCAL_PATH.smokeNamespace, "Retain");
    const seen: string[] = [];
    world.api.store.listen(({ object }) => seen.push(`${object.kind}/${object.metadata.name}`));
    await storageStep.act(world.context());
    assert.equal(await policyOf(world, "pv-data"), "Retain");
    assert.equal(await policyOf(world, "pv-smoke"), "Delete");
    assert.equal(seen[0], "PersistentVolume/pv-data");
  });
});

Deno.test("storage: what a kill left of a passed test is removed without a second test", async () => {
  await inStepWorld(async (world) => {
    await storageStep.act(world.context());
    await world.kube.create({
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: LOCAL_PATH.smokeNamespace },
    });
    assert.equal(await storageStep.look(world.context()), false);
    const seen: string[] = [];
    world.api.store.listen(({ type, object }) => seen.push(`${type} ${object.kind}`));
    await storageStep.act(world.context());
    assert.deepEqual(seen, ["DELETED Namespace"]);
    assert.equal(await storageStep.look(world.context()), true);
  });
});

Deno.test("storage: a failed test of the volume ends at once and says so", async () => {
  await inStepWorld(async (world) => {
    world.reactions.set("Job", () => ({ failed: 1 }));
    const startMs = world.clock.nowMs();
    await assert.rejects(storageStep.act(world.context()), {
      code: "STORAGE_FAILED",
      message: "The test volume could not be written and read back",
    });
    assert.ok(world.clock.nowMs() - startMs < 60_000, "there is nothing to wait for");
    assert.equal(await storageStep.look(world.context()), false);
  });
});

Deno.test("storage: a volume that is never made, and a test that never ends, are told apart", async () => {
  await inStepWorld(async (world) => {
    world.reactions.set("Job", () => undefined);
    world.reactions.set("PersistentVolumeClaim", () => ({ phase: "Pending" }));
    await assert.rejects(storageStep.act(world.context()), {
      code: "TIMEOUT",
      message: "Waited 300 s for the storage test: its volume was not made yet",
    });
    world.reactions.set("PersistentVolumeClaim", () => ({ phase: "Bound" }));
    await assert.rejects(storageStep.act(world.context()), { message: /the test has not finished/ });
  });
});

Deno.test("storage: a provisioner that does not start is told with its pod's reason", async () => {
  await inStepWorld(async (world) => {
    world.reactions.set("Deployment", ({ metadata }) => ({ observedGeneration: metadata.generation }));
    await world.kube.create({
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: LOCAL_PATH.namespace },
    });
    waitingPod(world, LOCAL_PATH.deployment, LOCAL_PATH.namespace, "ImagePullBackOff", "no such host");
    await assert.rejects(storageStep.act(world.context()), {
      code: "TIMEOUT",
      message: /storage provisioner: .* not available yet: ImagePullBackOff: no such host/,
    });
  });
});
