import { NAMESPACES } from "../../product/names.ts";
import { randomBytes } from "node:crypto";
import { AgentError } from "../../error.ts";
import {
  LOCAL_PATH,
  localPathObjects,
  storageSmokeObjects,
} from "../../../k8s/storage/local_path_manifests.ts";
import { KINDS, type KubeClient } from "../../../k8s/mod.ts";
import { PATHS } from "../../state/paths.ts";
import { waitFor } from "../../operation/wait_for.ts";
import type { Step, StepContext } from "../step.ts";
import { deploymentState, requireKube } from "./cluster.ts";

const TIMEOUT_SEC = 300;
const PASSED = "storage.smoke-passed";
/** What k3s would bring. Two provisioners with one name race and leave claims pending. */
const BUNDLED = { resource: KINDS.Deployment, namespace: NAMESPACES.system, name: LOCAL_PATH.deployment };

/** Installs the volume provisioner and proves that a pod can write and read a volume. */
export const storageStep: Step = {
  id: "storage",
  title: "Prepare storage",
  failure: {
    category: "storage",
    cannot: "Storage could not be prepared",
    nextAction:
      "See that the disk has room (df -h /) and can be written (findmnt -no OPTIONS /), then try again",
  },
  installState: { status: "storage-install", phase: "storage" },
  async look(context) {
    const kube = await requireKube(context);
    return await isProven(context, kube) &&
      // It stays when the agent was killed between the proof and its removal.
      await kube.get({ resource: KINDS.Namespace, name: LOCAL_PATH.smokeNamespace }) === undefined;
  },
  async act(context) {
    const { host, say } = context;
    const kube = await requireKube(context);
    if (await isProven(context, kube)) return await removeSmoke(context, kube);
    await host.makeFolder(PATHS.localPathData, { mode: 0o777 });
    await keepVolumes(kube);
    await kube.delete(BUNDLED);
    if (
      await kube.get({ resource: KINDS.StorageClass, name: LOCAL_PATH.storageClass }) &&
      !await classIsRight(kube)
    ) {
      await kube.delete({ resource: KINDS.StorageClass, name: LOCAL_PATH.storageClass }); // the reclaim policy cannot be changed
    }
    for (const object of localPathObjects()) await kube.apply(object, { force: true });
    say("Waiting for the storage provisioner");
    await waitFor(context, () => deploymentState(kube, LOCAL_PATH.namespace, LOCAL_PATH.deployment), {
      what: "the storage provisioner",
      timeoutSec: TIMEOUT_SEC,
    });
    await proveStorage(context, kube);
  },
};

/** Whether the proof was given for what runs now. */
async function isProven({ journal }: StepContext, kube: KubeClient): Promise<boolean> {
  return journal.entries().some((it) => it.type === PASSED) &&
    await deploymentState(kube, LOCAL_PATH.namespace, LOCAL_PATH.deployment) === true &&
    await classIsRight(kube) && await kube.get(BUNDLED) === undefined;
}

async function proveStorage(context: StepContext, kube: KubeClient): Promise<void> {
  const { say, journal } = context;
  await removeSmoke(context, kube); // what an interrupted run left
  say("Writing and reading a test volume");
  for (const object of storageSmokeObjects(randomBytes(32).toString("hex"))) {
    await kube.apply(object, { force: true });
  }
  await waitFor(context, async () => {
    const job = await kube.get({
      resource: KINDS.Job,
      namespace: LOCAL_PATH.smokeNamespace,
      name: "storage-smoke",
    });
    if ((job?.status?.succeeded ?? 0) > 0) return true;
    if ((job?.status?.failed ?? 0) > 0) {
      return new AgentError("STORAGE_FAILED", "The test volume could not be written and read back", {
        hint:
          "See that the disk has room (df -h /) and can be written (findmnt -no OPTIONS /), then try again",
      });
    }
    const claim = await kube.get({
      resource: KINDS.PersistentVolumeClaim,
      namespace: LOCAL_PATH.smokeNamespace,
      name: "storage-smoke-pvc",
    });
    return claim?.status?.phase === "Bound" ? "the test has not finished" : "its volume was not made yet";
  }, { what: "the storage test", timeoutSec: TIMEOUT_SEC });
  await journal.append(PASSED, {});
  await removeSmoke(context, kube);
}

async function removeSmoke(context: StepContext, kube: KubeClient): Promise<void> {
  const { items } = await kube.list(KINDS.PersistentVolume);
  for (const volume of items) {
    if (volume.spec?.claimRef?.namespace !== LOCAL_PATH.smokeNamespace) continue;
    await kube.patch({ resource: KINDS.PersistentVolume, name: volume.metadata.name }, {
      spec: { persistentVolumeReclaimPolicy: "Delete" },
    });
  }
  if (!await kube.delete({ resource: KINDS.Namespace, name: LOCAL_PATH.smokeNamespace })) return;
  await waitFor(context, async () => {
    const left = await kube.get({ resource: KINDS.Namespace, name: LOCAL_PATH.smokeNamespace });
    return left === undefined ? true : "its namespace is being removed";
  }, { what: "the removal of the storage test", timeoutSec: TIMEOUT_SEC });
}

/** Data outlives its claim, whatever the class said when it was made. */
async function keepVolumes(kube: KubeClient): Promise<void> {
  const { items } = await kube.list(KINDS.PersistentVolume);
  for (const volume of items) {
    if (
      volume.spec?.storageClassName !== LOCAL_PATH.storageClass ||
      volume.spec?.persistentVolumeReclaimPolicy === "Retain"
    ) continue;
    await kube.patch({ resource: KINDS.PersistentVolume, name: volume.metadata.name }, {
      spec: { persistentVolumeReclaimPolicy: "Retain" },
    });
  }
}

async function classIsRight(kube: KubeClient): Promise<boolean> {
  const found = await kube.get({ resource: KINDS.StorageClass, name: LOCAL_PATH.storageClass });
  return found?.provisioner === LOCAL_PATH.provisioner && found?.reclaimPolicy === "Retain";
}
