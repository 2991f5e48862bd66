import assert from "node:assert/strict";
import { parseDocument } from "yaml";
import { FLUX_NAMESPACE } from "../../flux/controllers.ts";
import { SOURCE_NAME } from "../../flux/source_objects.ts";
import { KINDS, type KubeClient, type KubeObject, type ObjectRef } from "../../k8s/mod.ts";
import type { StatusDocument } from "../../agent/status/status_document.ts";
import { pushRelease } from "../simulator/push.ts";
import { kubeLogsContract } from "../contract/kube_logs_contract.ts";
import { fetchStatus } from "../walk/walk.ts";
import { type Appliance, startAppliance } from "./appliance.ts";
import { nodeRequirements } from "./node/node_requirements.ts";
import { until } from "../until.ts";

/** A cause becomes the first blocker within this time, and its trace is gone within it once the cause is. */
const NOTICE_SEC = 60;
/** The kubelet itself waits this long between tries after a minute of them. */
const PULL_BACK_OFF_SEC = 80;
/** The node controller itself waits this long before it calls a silent node lost. @see --node-monitor-grace-period */
const NODE_GRACE_SEC = 50;

/** One thing that breaks on a healthy appliance, and how it is mended. */
interface Fault {
  name: string;
  /** Ids of which one must be the first blocker. */
  blockers: readonly string[];
  break(appliance: Appliance, kube: KubeClient): Promise<void>;
  mend(appliance: Appliance, kube: KubeClient): Promise<void>;
  /** Of the document while it is broken. */
  expect(status: StatusDocument): void;
  /** What Kubernetes itself takes before anybody can know. */
  extraSec?: number;
}

const flux = (kind: "OCIRepository" | "Kustomization", name: string): ObjectRef => ({
  resource: KINDS[kind],
  namespace: FLUX_NAMESPACE,
  name,
});
const release = (name: string): ObjectRef => ({
  resource: KINDS.HelmRelease,
  namespace: "alga-system",
  name,
});
const deployment = (namespace: string, name: string): ObjectRef => ({
  resource: KINDS.Deployment,
  namespace,
  name,
});
const scale = (kube: KubeClient, ref: ObjectRef, replicas: number) =>
  kube.patch(ref, { spec: { replicas } }, { subresource: "scale" });
/** What `flux reconcile` does: asks for a look now, not at the next interval. */
const look = (kube: KubeClient, ref: ObjectRef) =>
  kube.patch(ref, {
    metadata: { annotations: { "reconcile.fluxcd.io/requestedAt": new Date().toISOString() } },
  });
const canLogIn = (status: StatusDocument) => {
  assert.equal(status.tiers.login.ready, true, "log-in is not taken away");
  assert.notEqual(status.rollup.state, "failed_action_required");
};

let goodDigest = "";
/** The bootstrap Job as set-up left it; Kubernetes takes it away some minutes after its end. */
let job: KubeObject | undefined;
let undo: () => void = () => {};

const FAULTS: readonly Fault[] = [
  {
    name: "a release that is suspended",
    blockers: ["flux.suspended"],
    break: async (_, kube) => void await kube.patch(release("email-service"), { spec: { suspend: true } }),
    mend: async (_, kube) => void await kube.patch(release("email-service"), { spec: { suspend: null } }),
    expect: canLogIn,
  },
  {
    name: "a source with a digest that is nowhere",
    blockers: ["flux.source-notfound"],
    async break(_, kube) {
      const source = flux("OCIRepository", SOURCE_NAME);
      goodDigest = (await kube.get(source))?.spec.ref.digest;
      await kube.patch(source, { spec: { ref: { digest: `sha256:${"0".repeat(64)}` } } });
    },
    mend: async (_, kube) =>
      void await kube.patch(flux("OCIRepository", SOURCE_NAME), { spec: { ref: { digest: goodDigest } } }),
    expect: canLogIn,
  },
  {
    name: "Flux's helm-controller scaled to none",
    blockers: ["flux.controller-down"],
    break: async (_, kube) => void await scale(kube, deployment(FLUX_NAMESPACE, "helm-controller"), 0),
    mend: async (_, kube) => void await scale(kube, deployment(FLUX_NAMESPACE, "helm-controller"), 1),
    expect: canLogIn,
  },
  {
    name: "a release that gave up on a missing image and tries again by our recovery",
    blockers: ["img.not-found"],
    async break(_, kube) {
      await setImageTag(kube, "email-service", "1.4.1");
      await look(kube, release("email-service"));
      await until(
        "the release has given up",
        () => kube.get(release("email-service")),
        (it) => hasCondition(it, "Stalled", "RetriesExceeded"),
        NOTICE_SEC,
      );
    },
    async mend({ pushImage }, kube) {
      await pushImage("ghcr.io/nine-minds/email-service:1.4.1");
      await until(
        "the release was installed by a new try",
        () => kube.get(release("email-service")),
        (it) => hasCondition(it, "Ready", "UpgradeSucceeded"),
        PULL_BACK_OFF_SEC + NOTICE_SEC,
      );
    },
    expect(status) {
      canLogIn(status);
      assert.equal(status.topBlockers[0]?.component, "email-service");
    },
  },
  {
    name: "a bootstrap Job that fails with a line in its log",
    blockers: ["app.migration-failed", "app.bootstrap-failed"],
    async break(_, kube) {
      assert.ok(job);
      await replaceJob(kube, job, 'migration 20260101_add_column failed: relation "tenants" does not exist');
    },
    async mend(_, kube) {
      if (job) await replaceJob(kube, job, "");
    },
    expect: (status) => assert.match(JSON.stringify(status.bootstrap), /relation .*tenants.* does not exist/),
  },
  {
    name: "a claim that no provisioner serves",
    blockers: ["stor.provisioner"],
    async break(_, kube) {
      await scale(kube, deployment("local-path-storage", "local-path-provisioner"), 0);
      await kube.apply(claim("late-claim"));
      await kube.apply(podWith("late-pod", "late-claim"));
    },
    async mend(_, kube) {
      await scale(kube, deployment("local-path-storage", "local-path-provisioner"), 1);
    },
    expect: canLogIn,
  },
  {
    name: "the registry away for two minutes",
    blockers: ["flux.source-failed", "net.registry", "net.egress", "reg.unavailable"],
    async break({ node }, kube) {
      undo = await node.registry.goDown();
      await look(kube, flux("OCIRepository", SOURCE_NAME));
    },
    async mend(_, kube) {
      await new Promise((resolve) => setTimeout(resolve, 120_000 - NOTICE_SEC * 1000));
      undo();
      await look(kube, flux("OCIRepository", SOURCE_NAME));
    },
    expect: canLogIn,
  },
  {
    name: "an API server that is killed",
    blockers: ["k3s.api-down"],
    break: ({ node }) => node.k3s.stopPart("kube-apiserver"),
    mend: ({ node }) => node.k3s.startPart("kube-apiserver"),
    expect: (status) => assert.notEqual(status.tiers.background.status, "unhealthy", "unknown is not failed"),
  },
  {
    name: "a node whose kubelet is silent",
    blockers: ["k3s.node-gone", "k3s.node-not-ready"],
    break: ({ node }) => node.k3s.stopPart("kubelet"),
    mend: ({ node }) => node.k3s.startPart("kubelet"),
    expect: (status) => assert.equal(status.tiers.platform.ready, false),
    extraSec: NODE_GRACE_SEC,
  },
];

const requirements = await nodeRequirements();
Deno.test({
  name: requirements.ok
    ? "an appliance on a real node: set-up from nothing, a missing background image, then one fault after the other"
    : `an appliance on a real node (skipped: ${requirements.reason})`,
  ignore: !requirements.ok,
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(t) {
    const appliance = await startAppliance({
      missing: ["email-service"],
      // So that it gives up while we look; real releases wait for half an hour.
      timeoutSec: { "email-service": 20 },
    });
    const kube = appliance.node.client();
    try {
      await t.step("it can be logged in although a background image is missing, and says which", async () => {
        await appliance.setUp();
        const jobs = await kube.list(KINDS.Job, { namespace: "msp" });
        job = jobs.items.find((it) => it.metadata.name.includes("bootstrap"));
        const status = await firstBlocker(appliance, ["img.not-found"], 180);
        canLogIn(status);
        assert.equal(status.topBlockers[0]?.severity, "background");
        assert.equal(status.topBlockers[0]?.component, "email-service");
      });
      await t.step(
        "it is fully healthy soon after the image is there, by our recovery if need be",
        async () => {
          await appliance.pushImage("ghcr.io/nine-minds/email-service:1.4.0");
          await healthy(appliance, 150);
        },
      );
      await t.step("set-up again changes nothing but our own record", () => changesNothing(appliance, kube));
      for (const fault of FAULTS) {
        await t.step(`${fault.name}: ${fault.blockers[0]}, and it clears by itself`, async () => {
          try {
            await fault.break(appliance, kube);
            const timeoutSec = NOTICE_SEC + (fault.extraSec ?? 0);
            fault.expect(await firstBlocker(appliance, fault.blockers, timeoutSec));
          } finally {
            await fault.mend(appliance, kube);
          }
          await healthy(appliance, NOTICE_SEC);
        });
      }
      await t.step("after etcd dropped its history nothing is lost", async () => {
        await appliance.node.compact();
        await healthy(appliance, NOTICE_SEC);
        await kube.patch(release("email-service"), { spec: { suspend: true } });
        await firstBlocker(appliance, ["flux.suspended"], NOTICE_SEC);
        await kube.patch(release("email-service"), { spec: { suspend: null } });
        await healthy(appliance, NOTICE_SEC);
      });
      await t.step("a channel that is two releases ahead leaves the appliance as it is", async () => {
        await appliance.publish({ version: "1.6.0" });
        await new Promise((resolve) => setTimeout(resolve, 10_000));
        await healthy(appliance, NOTICE_SEC);
        assert.equal((await appliance.status()).release.selectedReleaseVersion, "1.4.0");
      });
      await t.step("a release whose format is two ahead is refused in words", async () => {
        await pushRelease(appliance.node.registry.pushUrl, ["nightly"], {
          schema: "alga.appliance.release/v3",
          version: "3.0.0",
        });
        const report = await appliance.preflight({ channel: "nightly" });
        const found = report.results.find((it) => it.id === "rel.schema");
        assert.equal(found?.status, "fail");
        assert.match(found?.found ?? "", /needs a newer agent: it has format 3/);
      });
      await logPods(kube);
      await kubeLogsContract(t, {
        client: kube,
        namespace: "default",
        talker: "talker",
        crasher: "crasher",
        waiting: "waiting",
      });
    } catch (error) {
      console.error(appliance.agent.output());
      throw error;
    } finally {
      kube.close();
      await appliance.stop();
    }
  },
});

async function firstBlocker(
  { agent }: Appliance,
  ids: readonly string[],
  timeoutSec: number,
): Promise<StatusDocument> {
  return await until(
    `the first blocker is ${ids.join(" or ")}`,
    () => fetchStatus(agent),
    (it) => ids.includes(it.topBlockers[0]?.id ?? ""),
    timeoutSec,
  );
}

async function healthy({ agent }: Appliance, timeoutSec: number): Promise<void> {
  await until(
    "everything is healthy and no blocker is left",
    async () => {
      const { rollup, topBlockers, tiers } = await fetchStatus(agent);
      return { state: rollup.state, topBlockers, tiers };
    },
    (it) => it.state === "fully_healthy" && it.topBlockers.length === 0,
    timeoutSec,
  );
}

function hasCondition(object: KubeObject | undefined, type: string, reason: string): boolean {
  const conditions = (object?.status?.conditions ?? []) as { type: string; status: string; reason: string }[];
  return conditions.some((it) => it.type === type && it.status === "True" && it.reason === reason);
}

/** What an update of the release does to the values of one part. */
async function setImageTag(kube: KubeClient, name: string, tag: string): Promise<void> {
  const ref = { resource: KINDS.ConfigMap, namespace: "alga-system", name: `appliance-values-${name}` };
  const [key = "", text = ""] = Object.entries((await kube.get(ref))?.data as Record<string, string>)[0] ??
    [];
  const values = parseDocument(text);
  values.setIn(["image", "tag"], tag);
  await kube.patch(ref, { data: { [key]: String(values) } }, { fieldManager: "test" });
}

/** A Job's template cannot be changed: a new one in its place, with other words in its log. */
async function replaceJob(kube: KubeClient, like: KubeObject, failWith: string): Promise<void> {
  const { metadata: { name, namespace = "", labels = {}, annotations }, spec } = like;
  const ref = { resource: KINDS.Job, namespace, name };
  await kube.delete(ref);
  await until("the old Job is gone", () => kube.get(ref), (it) => it === undefined, 30);
  const own = (it: Record<string, string>) =>
    Object.fromEntries(Object.entries(it).filter(([key]) => !/controller-uid|job-name/.test(key)));
  const { template } = structuredClone(spec);
  template.metadata.labels = own(template.metadata.labels ?? {});
  for (const container of template.spec.containers) {
    for (const variable of container.env ?? []) {
      if (variable.name === "STANDIN_FAIL_WITH") variable.value = failWith;
    }
  }
  await kube.create({
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name, namespace, labels: own(labels), ...(annotations ? { annotations } : {}) },
    spec: { backoffLimit: failWith === "" ? spec.backoffLimit : 0, template },
  });
}

function claim(name: string): KubeObject {
  return {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name, namespace: "msp" },
    spec: {
      accessModes: ["ReadWriteOnce"],
      storageClassName: "local-path",
      resources: { requests: { storage: "8Mi" } },
    },
  };
}

function podWith(name: string, claimName: string): KubeObject {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "msp", labels: { app: name } },
    spec: {
      terminationGracePeriodSeconds: 0,
      containers: [{
        name: "app",
        image: "ghcr.io/nine-minds/busybox:1",
        command: ["/bin/sh", "-c", "sleep 3600"],
        volumeMounts: [{ name: "v", mountPath: "/v" }],
      }],
      volumes: [{ name: "v", persistentVolumeClaim: { claimName } }],
    },
  };
}

/** Pods for the contract of logs; resolves when each is as its name says. */
async function logPods(kube: KubeClient): Promise<void> {
  const scripts: Record<string, string> = {
    talker: 'i=1; while :; do echo "line $i"; i=$((i+1)); sleep 0.2; done',
    crasher:
      'if [ -e /v/lived ]; then echo "second life"; sleep 3600; fi; touch /v/lived; echo "first life"; exit 1',
    waiting: "sleep 3600",
  };
  for (const [name, script] of Object.entries(scripts)) {
    const tag = name === "waiting" ? "nowhere" : "1";
    await kube.create({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name, namespace: "default" },
      spec: {
        terminationGracePeriodSeconds: 0,
        containers: [{
          name: "app",
          image: `ghcr.io/nine-minds/busybox:${tag}`,
          command: ["/bin/sh", "-c", script],
          volumeMounts: [{ name: "v", mountPath: "/v" }],
        }],
        volumes: [{ name: "v", emptyDir: {} }],
      },
    });
  }
  const stateOf = async (name: string) =>
    (await kube.get({ resource: KINDS.Pod, namespace: "default", name }))?.status?.containerStatuses?.[0];
  await until("the talker runs", () => stateOf("talker"), (it) => it?.state.running !== undefined);
  await until(
    "the crasher lives again",
    () => stateOf("crasher"),
    (it) => it?.restartCount === 1 && it.state.running !== undefined,
  );
  await until("the third waits", () => stateOf("waiting"), (it) => it?.state.waiting !== undefined);
  await new Promise((resolve) => setTimeout(resolve, 2_000)); // some lines
}

/** Kinds of which set-up writes objects. */
const WRITTEN = [
  "Namespace",
  "ConfigMap",
  "Secret",
  "ServiceAccount",
  "Service",
  "Deployment",
  "ClusterRole",
  "ClusterRoleBinding",
  "NetworkPolicy",
  "ResourceQuota",
  "StorageClass",
  "CustomResourceDefinition",
  "OCIRepository",
  "Kustomization",
] as const;

async function changesNothing(appliance: Appliance, kube: KubeClient): Promise<void> {
  const before = await written(kube);
  await appliance.loseMemory();
  await appliance.setUp(120);
  await healthy(appliance, NOTICE_SEC);
  assert.deepEqual(await written(kube), before);
}

/** When our field manager last changed each object; its status changes all the time. */
async function written(kube: KubeClient): Promise<Record<string, string>> {
  const versions: Record<string, string> = {};
  for (const kind of WRITTEN) {
    for (const it of (await kube.list(KINDS[kind])).items) {
      const managers = (it.metadata.managedFields ?? []) as {
        manager: string;
        time: string;
        subresource?: string;
      }[];
      const ours = managers.find((m) => m.manager === "alga-agent" && m.subresource === undefined);
      if (ours) versions[`${kind}/${it.metadata.namespace ?? ""}/${it.metadata.name}`] = ours.time;
    }
  }
  assert.ok(Object.keys(versions).length > 20, "the set-up wrote these objects");
  return versions;
}
