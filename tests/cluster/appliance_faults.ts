import assert from "node:assert/strict";
import { parseDocument } from "yaml";
import { PATHS } from "../../agent/state/paths.ts";
import type { BlockerId } from "../../agent/causes/cause.ts";
import type { StatusDocument } from "../../agent/status/document.ts";
import type { TierId } from "../../agent/product/tiers.ts";
import { FLUX_NAMESPACE } from "../../flux/controllers.ts";
import { SOURCE_NAME } from "../../flux/source_objects.ts";
import { KINDS, type KubeClient, type KubeObject, type ObjectRef } from "../../k8s/mod.ts";
import { until } from "../until.ts";
import type { Appliance } from "./appliance.ts";
import { scaleToZero, stopPart, type Undo } from "./node/faults.ts";
import { NODE_NAME } from "./node/node_programs.ts";

/** A healthy appliance and a client of its cluster. */
export interface Rig {
  appliance: Appliance;
  kube: KubeClient;
  /** The bootstrap Job as setup left it; Kubernetes takes it away some minutes after its end. */
  bootstrapJob: KubeObject;
}

/** Every tier in a word: its health, and `not ready: …` before it where it is not ready. */
export type TierMap = Record<TierId, string>;

export const ALL_HEALTHY: TierMap = {
  platform: "healthy",
  core: "healthy",
  bootstrap: "healthy",
  login: "healthy",
  background: "healthy",
  fullHealth: "healthy",
};

/** One thing that breaks on a healthy appliance, what it must show, and how it is fixed. */
export interface Fault {
  name: string;
  /** The first blocker's id and component: these and no others. */
  blocker: { id: BlockerId; component: string };
  /** Tiers that are not as {@link ALL_HEALTHY} says. */
  tiers: Partial<TierMap>;
  /** Breaks it; gives what fixes it. */
  cause(rig: Rig): Promise<Undo>;
  /** Resolves once Kubernetes itself knows; nobody can before. */
  known?(rig: Rig): Promise<unknown>;
  /** Resolves once Kubernetes itself has come back; nobody can make that quicker. */
  righted?(rig: Rig): Promise<unknown>;
  /** What else the document must say while it lasts. */
  says?(status: StatusDocument): boolean;
  /** How long it lasts at least, counted from the cause. */
  lastsSec?: number;
  /** Looks at what is left when all is healthy again. */
  after?(rig: Rig): Promise<void>;
}

const BROKEN_BEHIND: Partial<TierMap> = {
  background: "not ready: degraded",
  fullHealth: "not ready: degraded",
};

const release = (name: string): ObjectRef => ({
  resource: KINDS.HelmRelease,
  namespace: "alga-system",
  name,
});
const source: ObjectRef = { resource: KINDS.OCIRepository, namespace: FLUX_NAMESPACE, name: SOURCE_NAME };
const emailService: ObjectRef = { resource: KINDS.Deployment, namespace: "msp", name: "email-service" };

export const SUSPENDED_RELEASE: Fault = {
  name: "a release that is suspended",
  blocker: { id: "flux.suspended", component: "email-service" },
  tiers: BROKEN_BEHIND,
  async cause({ kube }) {
    await kube.patch(release("email-service"), { spec: { suspend: true } });
    return async () => void await kube.patch(release("email-service"), { spec: { suspend: null } });
  },
};

/** In this order, which some rely on: the Job that one replaces is no longer Helm's. */
export const FAULTS: readonly Fault[] = [
  SUSPENDED_RELEASE,
  {
    name: "a source with a digest that is nowhere",
    blocker: { id: "flux.source-notfound", component: SOURCE_NAME },
    tiers: { platform: "not ready: degraded", fullHealth: "not ready: degraded" },
    async cause({ kube }) {
      const digest = (await kube.get(source))?.spec.ref.digest;
      await kube.patch(source, { spec: { ref: { digest: `sha256:${"0".repeat(64)}` } } });
      return async () => void await kube.patch(source, { spec: { ref: { digest } } });
    },
  },
  {
    name: "Flux's helm-controller scaled to none",
    blocker: { id: "flux.controller-down", component: "helm-controller" },
    tiers: { platform: "not ready: degraded", fullHealth: "not ready: degraded" },
    cause: ({ appliance }) => scaleToZero(appliance.node, FLUX_NAMESPACE, "helm-controller"),
  },
  {
    name: "a release that gave up on a missing image",
    blocker: { id: "img.not-found", component: "email-service" },
    // Not before the release is stalled: until then its old pod still counts.
    tiers: BROKEN_BEHIND,
    async cause({ appliance, kube }) {
      await setImageTag(kube, "email-service", "1.4.1");
      await reconcile(kube, release("email-service"));
      return () => appliance.pushImage("ghcr.io/nine-minds/email-service:1.4.1");
    },
    righted: imageIsThere,
    after: wasResetByUs,
  },
  {
    name: "a claim of the appliance that no provisioner serves",
    blocker: { id: "stor.provisioner", component: "storage" },
    tiers: {
      platform: "not ready: degraded",
      core: "not ready: degraded",
      bootstrap: "not ready: unknown",
      login: "not ready: degraded",
      fullHealth: "not ready: degraded",
    },
    async cause({ appliance, kube }) {
      const undo = await scaleToZero(appliance.node, "local-path-storage", "local-path-provisioner");
      await replaceClaim(kube, "alga-core-sebastian-redis-data", "redis-0");
      return undo;
    },
    after: ({ kube }) => dropOldVolume(kube),
  },
  {
    name: "a bootstrap Job that fails with a line in its log",
    blocker: { id: "app.migration-failed", component: "bootstrap" },
    tiers: {
      bootstrap: "not ready: unhealthy",
      login: "not ready: degraded",
      fullHealth: "not ready: degraded",
    },
    async cause({ kube, bootstrapJob }) {
      const line = 'ERROR: migration file 20260101_add.cjs failed: relation "tenants" does not exist';
      await replaceJob(kube, bootstrapJob, line);
      return () => replaceJob(kube, bootstrapJob, "");
    },
    says: ({ bootstrap, topBlockers }) =>
      bootstrap.job.failed && bootstrap.logs.detectedErrors.some((it) => it.includes('relation "tenants"')) &&
      topBlockers[0]?.reason.includes('relation "tenants" does not exist') === true,
  },
  {
    name: "the registry away for two minutes",
    blocker: { id: "net.egress", component: "network" },
    tiers: { platform: "not ready: unhealthy", fullHealth: "not ready: degraded" },
    async cause({ appliance }) {
      const undo = await appliance.node.registry.goDown();
      return () => Promise.resolve(undo());
    },
    lastsSec: 120,
  },
  {
    name: "an API server that is killed",
    blocker: { id: "k3s.api-down", component: "node" },
    tiers: {
      platform: "not ready: unhealthy",
      core: "not ready: unknown",
      bootstrap: "not ready: unknown",
      // People go on working: the page itself is asked.
      login: "degraded",
      background: "not ready: unknown",
      fullHealth: "not ready: degraded",
    },
    cause: ({ appliance }) => stopPart(appliance.node, "kube-apiserver"),
  },
  {
    name: "a node whose kubelet is silent",
    blocker: { id: "k3s.node-gone", component: "node" },
    tiers: {
      platform: "not ready: unhealthy",
      core: "not ready: unknown",
      bootstrap: "not ready: unknown",
      login: "not ready: unknown",
      background: "not ready: unknown",
      fullHealth: "not ready: degraded",
    },
    cause: ({ appliance }) => stopPart(appliance.node, "kubelet"),
    // @see --node-monitor-grace-period
    known: ({ kube }) =>
      until(
        "the node controller calls the node lost",
        () => kube.get({ resource: KINDS.Node, name: NODE_NAME }),
        (it) => conditionOf(it, "Ready")?.status === "Unknown",
        120,
      ),
  },
];

/** The kubelet has pulled the image of email-service: it waits 10, 20, 40 … s between tries. */
export function imageIsThere({ kube }: Rig): Promise<unknown> {
  return until("the kubelet has tried again", () => kube.get(emailService), isRolledOut, 200);
}

/** The status of every tier, one word each. */
export function tierMap({ tiers }: StatusDocument): TierMap {
  return Object.fromEntries(
    Object.entries(tiers).map(([id, it]) => [id, it.ready ? it.status : `not ready: ${it.status}`]),
  ) as TierMap;
}

function conditionOf(
  object: KubeObject | undefined,
  type: string,
): { status: string; reason: string } | undefined {
  return object?.status?.conditions?.find((it: { type: string }) => it.type === type);
}

/** What `flux reconcile` does: asks for a look now, not at the next interval. */
async function reconcile(kube: KubeClient, ref: ObjectRef): Promise<void> {
  const annotations = { "reconcile.fluxcd.io/requestedAt": new Date().toISOString() };
  await kube.patch(ref, { metadata: { annotations } });
}

/** What an update of the release does to the values of one part. */
async function setImageTag(kube: KubeClient, name: string, tag: string): Promise<void> {
  const ref = { resource: KINDS.ConfigMap, namespace: "alga-system", name: `appliance-values-${name}` };
  const data = (await kube.get(ref))?.data as Record<string, string>;
  const [key = "", text = ""] = Object.entries(data)[0] ?? [];
  const values = parseDocument(text);
  values.setIn(["image", "tag"], tag);
  await kube.patch(ref, { data: { [key]: String(values) } }, { fieldManager: "test" });
}

function isRolledOut(it: KubeObject | undefined): boolean {
  const { replicas, updatedReplicas, readyReplicas, observedGeneration } = it?.status ?? {};
  return observedGeneration === it?.metadata.generation && replicas === 1 && updatedReplicas === 1 &&
    readyReplicas === 1;
}

/** Flux resets nothing by itself: the release carries the token of our record, and no other one would do. */
async function wasResetByUs({ appliance, kube }: Rig): Promise<void> {
  const found = await kube.get(release("email-service"));
  assert.equal(conditionOf(found, "Ready")?.reason, "UpgradeSucceeded");
  const token = found?.metadata.annotations?.["reconcile.fluxcd.io/resetAt"];
  await until(
    "the agent has the reset on record, with its success",
    async () => JSON.parse(await Deno.readTextFile(`${appliance.node.root}${PATHS.releaseResets}`)).attempts,
    (attempts: { release: string; at: string; outcome: string }[]) => {
      const last = attempts.findLast((it) => it.release === "email-service");
      return token !== undefined && last?.at === token && last.outcome === "recovered";
    },
  );
}

/** The same claim once more, without a volume, and a pod that waits for it. */
async function replaceClaim(kube: KubeClient, name: string, pod: string): Promise<void> {
  const ref = { resource: KINDS.PersistentVolumeClaim, namespace: "msp", name };
  const claim = await kube.get(ref);
  if (!claim) throw new Error(`There is no claim ${name}`);
  await kube.delete(ref);
  await kube.delete({ resource: KINDS.Pod, namespace: "msp", name: pod });
  await until("the old claim is gone", () => kube.get(ref), (it) => it === undefined);
  const { labels, annotations = {} } = claim.metadata;
  const kept = Object.entries(annotations).filter(([key]) => !/^(pv|volume)\./.test(key));
  await kube.create({
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name, namespace: "msp", ...(labels && { labels }), annotations: Object.fromEntries(kept) },
    spec: { ...claim.spec, volumeName: undefined },
  });
}

/** The storage class keeps what a claim held; here it is nobody's. Nothing but the appliance's own volumes stays. */
async function dropOldVolume(kube: KubeClient): Promise<void> {
  const volumes = (await kube.list(KINDS.PersistentVolume)).items;
  const released = volumes.filter((it) => it.status?.phase === "Released");
  assert.equal(released.length, 1, "what the old claim held is kept");
  for (const { metadata: { name } } of released) {
    await kube.delete({ resource: KINDS.PersistentVolume, name });
  }
  await until(
    "only the appliance's volumes are left",
    () => kube.list(KINDS.PersistentVolume),
    ({ items }) => items.length === 3 && items.every((it) => it.status?.phase === "Bound"),
  );
}

/** A Job's template cannot be changed: a new one in its place, with other words in its log. */
async function replaceJob(kube: KubeClient, like: KubeObject, failWith: string): Promise<void> {
  const { metadata: { name, namespace = "", labels = {}, annotations }, spec } = like;
  const ref = { resource: KINDS.Job, namespace, name };
  await kube.delete(ref);
  await until("the old Job is gone", () => kube.get(ref), (it) => it === undefined);
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
    metadata: { name, namespace, labels: own(labels), ...(annotations && { annotations }) },
    spec: { backoffLimit: failWith === "" ? spec.backoffLimit : 0, template },
  });
}
