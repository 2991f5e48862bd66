import assert from "node:assert/strict";
import { HELM_RELEASES, type HelmReleaseName } from "../../agent/product/helm_releases.ts";
import { renderValues } from "../../agent/release/render_values.ts";
import { sourceObjects } from "../../flux/source_objects.ts";
import { KINDS, type KubeClient, type KubeObject } from "../../k8s/mod.ts";
import { fluxTest } from "./flux_case.ts";
import { pushSampleRelease } from "../release/sample_release_push.ts";

await fluxTest(
  "the topology on real Flux, Helm and API server: core is installed although a background service never gets ready",
  ["source-controller", "kustomize-controller", "helm-controller"],
  async ({ flux, kube, registry }) => {
    const { manifest } = await pushSampleRelease(registry.url);
    await kube.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: "alga-system" } }, {
      force: true,
    });
    for (const { release, key, text } of renderValues(manifest, "http://10.0.0.5:3000")) {
      const metadata = { name: `appliance-values-${release}`, namespace: "alga-system" };
      await kube.apply({ apiVersion: "v1", kind: "ConfigMap", metadata, data: { [key]: text } }, {
        force: true,
      });
    }
    for (const object of sourceObjects(manifest.config, { "ghcr.io": registry.url })) {
      await kube.apply(object, { force: true });
    }

    const links: Record<string, boolean | undefined> = {};
    const wanted = HELM_RELEASES.filter((it) => it !== "email-service");
    const deadlineMs = Date.now() + 240_000;
    for (;;) {
      await playKubelet(kube, "email-service", links);
      await hurry(kube);
      const ready = (await list(kube, KINDS.HelmRelease)).filter(isReady).map((it) => it.metadata.name);
      if (wanted.every((it) => ready.includes(it))) break;
      if (Date.now() > deadlineMs) {
        throw new Error(`Ready are only ${ready}: ${await flux.log("helm-controller")}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 500));
    }

    const layers = Object.fromEntries(
      (await list(kube, KINDS.Kustomization)).map((it) => [it.metadata.name, isReady(it)]),
    );
    assert.deepEqual(layers, {
      "alga-appliance": true,
      "alga-platform": true,
      "alga-core": true,
      "alga-background": false,
    });
    // Temporal's own chart leaves the links on; so does every other one here but PgBouncer's.
    assert.deepEqual(links, {
      "alga-core-sebastian": undefined,
      pgbouncer: false,
      temporal: false,
      "temporal-ui": false,
      "temporal-namespace-init": false,
      "workflow-worker": undefined,
      "temporal-worker": undefined,
    });
    for (const it of await list(kube, KINDS.Deployment)) {
      const isCore = ["alga-core-sebastian", "pgbouncer"].includes(it.metadata.name);
      assert.equal(it.spec.progressDeadlineSeconds, isCore ? 2700 : 1800, it.metadata.name);
    }
    const topology = await kube.get({
      resource: KINDS.ConfigMap,
      namespace: "alga-system",
      name: "appliance-topology",
    });
    assert.deepEqual(topology?.data, { releaseVersion: "1.4.0", profile: "single-node" });
    const claims = (await list(kube, KINDS.PersistentVolumeClaim)).map((it) => it.metadata.name);
    assert.deepEqual(claims.sort(), [
      "alga-core-sebastian-postgres-data",
      "alga-core-sebastian-redis-data",
      "alga-core-sebastian-storage",
    ]);
  },
);

type Kind = typeof KINDS[keyof typeof KINDS];

async function list(kube: KubeClient, kind: Kind): Promise<KubeObject[]> {
  return (await kube.list(kind)).items;
}

function isReady({ status }: KubeObject): boolean {
  const conditions = (status?.conditions ?? []) as { type: string; status: string }[];
  return conditions.some((it) => it.type === "Ready" && it.status === "True");
}

/** Stand-in for controller manager and kubelet: every Deployment but one gets ready, and the hook Job ends well. */
async function playKubelet(
  kube: KubeClient,
  neverReady: HelmReleaseName,
  links: Record<string, boolean | undefined>,
): Promise<void> {
  const condition = (type: string, why: string) => ({ type, status: "True", reason: why, message: why });
  for (const { metadata, spec, status } of await list(kube, KINDS.Deployment)) {
    if (metadata.name === neverReady || status?.readyReplicas) continue;
    links[metadata.name] = spec.template.spec.enableServiceLinks;
    await kube.patch({ resource: KINDS.Deployment, namespace: "msp", name: metadata.name }, {
      status: {
        observedGeneration: metadata.generation,
        ...{ replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1 },
        conditions: [
          condition("Available", "MinimumReplicasAvailable"),
          condition("Progressing", "NewReplicaSetAvailable"),
        ],
      },
    }, { subresource: "status" });
  }
  for (const { metadata, spec, status } of await list(kube, KINDS.Job)) {
    if (metadata.name !== "temporal-namespace-init" || status?.succeeded) continue;
    links[metadata.name] = spec.template.spec.enableServiceLinks;
    const now = new Date().toISOString().replace(/\.\d+/, "");
    await kube.patch({ resource: KINDS.Job, namespace: "msp", name: metadata.name }, {
      status: {
        ...{ startTime: now, completionTime: now, succeeded: 1, uncountedTerminatedPods: {} },
        conditions: ["SuccessCriteriaMet", "Complete"].map((it) => ({
          ...condition(it, "CompletionsReached"),
          lastTransitionTime: now,
        })),
      },
    }, { subresource: "status" });
  }
}

/** Flux looks at unmet dependencies again after 30 s; an annotation makes it look now. */
async function hurry(kube: KubeClient): Promise<void> {
  for (const kind of [KINDS.Kustomization, KINDS.HelmRelease]) {
    for (const { metadata, status } of await list(kube, kind)) {
      const conditions = (status?.conditions ?? []) as { reason: string }[];
      if (!conditions.some((it) => it.reason === "DependencyNotReady")) continue;
      const annotations = { "reconcile.fluxcd.io/requestedAt": new Date().toISOString() };
      const ref = { resource: kind, namespace: metadata.namespace ?? "", name: metadata.name };
      await kube.patch(ref, { metadata: { annotations } });
    }
  }
}
