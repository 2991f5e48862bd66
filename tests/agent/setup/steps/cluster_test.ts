import assert from "node:assert/strict";
import { deploymentState, requireKube } from "../../../../agent/setup/steps/cluster.ts";
import { KINDS } from "../../../../k8s/mod.ts";
import { inStepWorld, type StepWorld, waitingPod } from "./step_world.ts";

const NAMESPACE = "flux-system";
const MATCH = { app: "source-controller" };

/** A Deployment with a status of the test's own. */
async function withDeployment(
  status: Record<string, unknown>,
  body: (world: StepWorld, state: () => Promise<true | string>) => Promise<void>,
): Promise<void> {
  await inStepWorld(async (world) => {
    world.reactions.clear();
    await world.kube.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } });
    const metadata = { name: "source-controller", namespace: NAMESPACE };
    const spec = { selector: { matchLabels: MATCH } };
    world.api.store.create(KINDS.Deployment, { metadata, spec, status }, "sim");
    await body(world, () => deploymentState(world.kube, NAMESPACE, "source-controller"));
  });
}

const progressing = { observedGeneration: 1, conditions: [{ type: "Progressing", status: "True" }] };

function pod({ api }: StepWorld, name: string, createdAt: string, status: Record<string, unknown>): void {
  const metadata = { name, namespace: NAMESPACE, labels: MATCH };
  const created = api.store.create(KINDS.Pod, { metadata, status }, "sim");
  created.metadata.creationTimestamp = createdAt;
}

Deno.test("deploymentState() is true only when Available was said of what is wanted now", async () => {
  const available = [{ type: "Available", status: "True" }];
  await withDeployment({ observedGeneration: 1, conditions: available }, async ({ kube }, state) => {
    assert.equal(await state(), true);
    assert.equal(await deploymentState(kube, NAMESPACE, "other"), "other does not exist yet");
  });
  await withDeployment({ observedGeneration: 0, conditions: available }, async (_, state) => {
    assert.equal(await state(), "source-controller has not been looked at yet");
  });
  await withDeployment(
    { observedGeneration: 1, conditions: [{ type: "Available", status: "False" }] },
    async (_, state) => {
      assert.equal(await state(), "source-controller is not available yet");
    },
  );
});

Deno.test("deploymentState() names what the kubelet says of the pod, but not how every pod starts", async () => {
  await withDeployment(progressing, async (world, state) => {
    waitingPod(world, "source-controller", NAMESPACE, "ContainerCreating", "");
    assert.equal(await state(), "source-controller is not available yet");
  });
  await withDeployment(progressing, async (world, state) => {
    waitingPod(world, "source-controller", NAMESPACE, "CrashLoopBackOff", "");
    assert.equal(await state(), "source-controller is not available yet: CrashLoopBackOff");
  });
});

Deno.test("deploymentState() names what the scheduler says of a pod that has no node", async () => {
  await withDeployment(progressing, async (world, state) => {
    pod(world, "a", "2026-11-21T12:00:00Z", {
      conditions: [
        { type: "Ready", status: "False", message: "containers with unready status" },
        { type: "PodScheduled", status: "False", message: "0/1 nodes are available: 1 Insufficient memory" },
      ],
    });
    assert.match(
      await state() as string,
      /not available yet: 0\/1 nodes are available: 1 Insufficient memory$/,
    );
  });
});

Deno.test("deploymentState() looks at the newest pod and at its first containers first", async () => {
  const waits = (reason: string) => ({ state: { waiting: { reason } } });
  await withDeployment(progressing, async (world, state) => {
    pod(world, "b-old", "2026-11-21T11:00:00Z", { containerStatuses: [waits("CrashLoopBackOff")] });
    pod(world, "a-new", "2026-11-21T12:00:00Z", {
      initContainerStatuses: [waits("ImagePullBackOff")],
      containerStatuses: [waits("PodInitializing")],
    });
    assert.match(await state() as string, /: ImagePullBackOff$/);
  });
});

Deno.test("requireKube() gives the API, and without a kubeconfig an error that says what is waited for", async () => {
  await inStepWorld(async (world) => {
    assert.equal(await requireKube(world.context()), world.kube);
    const without = world.context({ connectKube: () => Promise.resolve(undefined) });
    await assert.rejects(requireKube(without), {
      code: "KUBE_API",
      hint: "Wait until k3s has started (systemctl status k3s)",
    });
  });
});
