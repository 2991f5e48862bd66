import { unpackTar } from "modern-tar";
import { parseAllDocuments } from "yaml";
import type { HelmReleaseName } from "../../agent/product/helm_releases.ts";
import { KINDS, KubeApiError, type KubeClient, type KubeObject } from "../../k8s/mod.ts";
import { SIM_WORKLOADS, type SimWorkload } from "./sim_workloads.ts";
import { parse } from "yaml";

/** Stand-ins for source- and kustomize-controller; they read the real artifact from the registry. */
export class SimFlux {
  #files: { digest: string; files: Map<string, string> } | undefined;
  constructor(readonly kube: KubeClient, readonly registryUrl: string, readonly now: () => string) {}

  async tick(): Promise<void> {
    const sources = await listOrNothing(this.kube, KINDS.OCIRepository);
    for (const source of sources) await this.#source(source);
    const layers = await listOrNothing(this.kube, KINDS.Kustomization);
    for (const layer of layers) await this.#layer(layer, layers);
  }

  async #source(source: KubeObject): Promise<void> {
    const digest = source.spec.ref.digest as string;
    const ref = {
      resource: KINDS.OCIRepository,
      namespace: source.metadata.namespace ?? "",
      name: source.metadata.name,
    };
    if (
      source.status?.artifact?.revision === digest &&
      source.status?.observedGeneration === source.metadata.generation
    ) return;
    try {
      this.#files = { digest, files: await this.#fetchArtifact(String(source.spec.url), digest) };
      const artifact = {
        revision: digest,
        digest,
        url: "http://source-controller/artifact.tar.gz",
        path: "x",
        lastUpdateTime: this.now(),
      };
      await this.#patch(ref, {
        observedGeneration: source.metadata.generation,
        artifact,
        conditions: [
          this.#ready(true, "Succeeded", `stored artifact for digest '${digest}'`, source),
          this.#condition(
            "ArtifactInStorage",
            "True",
            "Succeeded",
            `stored artifact for digest '${digest}'`,
            source,
          ),
        ],
      });
    } catch (error) {
      await this.#patch(ref, {
        conditions: [
          this.#ready(
            false,
            "OCIArtifactPullFailed",
            `failed to determine artifact digest: ${(error as Error).message}`,
            source,
          ),
        ],
      });
    }
  }

  async #layer(layer: KubeObject, layers: readonly KubeObject[]): Promise<void> {
    const ref = {
      resource: KINDS.Kustomization,
      namespace: layer.metadata.namespace ?? "",
      name: layer.metadata.name,
    };
    const revision = this.#files?.digest;
    if (!this.#files || revision === undefined) return;
    const waitsFor = ((layer.spec.dependsOn ?? []) as { name: string }[]).find((it) =>
      !isReady(layers.find((l) => l.metadata.name === it.name))
    );
    if (waitsFor) {
      await this.#patch(ref, {
        conditions: [
          this.#ready(
            false,
            "DependencyNotReady",
            `dependency 'flux-system/${waitsFor.name}' is not ready`,
            layer,
          ),
        ],
      });
      return;
    }
    if (layer.status?.lastAttemptedRevision !== revision) {
      for (const object of this.#build(String(layer.spec.path).replace(/^\.\//, ""))) {
        await this.kube.apply({
          ...object,
          metadata: {
            ...object.metadata,
            labels: {
              ...object.metadata.labels,
              "kustomize.toolkit.fluxcd.io/name": layer.metadata.name,
              "kustomize.toolkit.fluxcd.io/namespace": "flux-system",
            },
          },
        }, { fieldManager: "kustomize-controller", force: true });
      }
    }
    const unhealthy = layer.spec.wait ? await this.#unhealthy(layer) : [];
    if (unhealthy.length > 0) {
      const message = `Running health checks for revision ${revision} with a timeout of 29m30s`;
      await this.#patch(ref, {
        lastAttemptedRevision: revision,
        conditions: [this.#condition("Ready", "Unknown", "Progressing", message, layer)],
      });
      return;
    }
    const isDone = layer.status?.lastAppliedRevision === revision && isReady(layer);
    const success = {
      digest: revision,
      firstReconciled: this.now(),
      lastReconciled: this.now(),
      lastReconciledDuration: "1s",
      lastReconciledStatus: "ReconciliationSucceeded",
      totalReconciliations: 1,
      metadata: { revision },
    };
    await this.#patch(ref, {
      observedGeneration: layer.metadata.generation,
      lastAppliedRevision: revision,
      lastAttemptedRevision: revision,
      history: isDone ? layer.status?.history : [success],
      conditions: [
        this.#ready(true, "ReconciliationSucceeded", `Applied revision: ${revision}`, layer),
      ],
    });
  }

  async #unhealthy(layer: KubeObject): Promise<string[]> {
    const bad: string[] = [];
    for (const object of this.#build(String(layer.spec.path).replace(/^\.\//, ""))) {
      const kind = object.kind === "HelmRelease"
        ? KINDS.HelmRelease
        : object.kind === "Deployment"
        ? KINDS.Deployment
        : undefined;
      if (!kind) continue;
      const found = await this.kube.get({
        resource: kind,
        namespace: object.metadata.namespace ?? "",
        name: object.metadata.name,
      });
      const ok = object.kind === "HelmRelease" ? isReady(found) : (found?.status?.readyReplicas ?? 0) >= 1;
      if (!ok) bad.push(`${object.kind}/${object.metadata.namespace}/${object.metadata.name}`);
    }
    return bad;
  }

  #build(dir: string): KubeObject[] {
    const files = this.#files?.files ?? new Map<string, string>();
    const { resources } = parse(files.get(`${dir}/kustomization.yaml`) ?? "resources: []") as {
      resources: string[];
    };
    return resources.flatMap((it) =>
      parseAllDocuments(files.get(`${dir}/${it}`) ?? "").map((document) => document.toJS() as KubeObject)
    );
  }

  async #fetchArtifact(url: string, digest: string): Promise<Map<string, string>> {
    const [, ...path] = url.replace("oci://", "").split("/");
    const base = `${this.registryUrl}/v2/${path.join("/")}`;
    const manifest = await fetch(`${base}/manifests/${digest}`);
    if (!manifest.ok) {
      throw new Error(
        `GET ${url}: MANIFEST_UNKNOWN: manifest unknown (${manifest.status} ${await manifest.text()})`,
      );
    }
    const layer = (await manifest.json()).layers[0].digest;
    const blob = await fetch(`${base}/blobs/${layer}`);
    const tar = new Uint8Array(
      await new Response(
        (blob.body as ReadableStream<Uint8Array<ArrayBuffer>>).pipeThrough(new DecompressionStream("gzip")),
      ).arrayBuffer(),
    );
    const decoder = new TextDecoder();
    return new Map(
      (await unpackTar(tar)).map((it) => [it.header.name, decoder.decode(it.data as Uint8Array)]),
    );
  }

  #ready(ok: boolean, reason: string, message: string, object: KubeObject): Condition {
    return this.#condition("Ready", ok ? "True" : "False", reason, message, object);
  }

  #condition(type: string, status: string, reason: string, message: string, object: KubeObject): Condition {
    const old = (object.status?.conditions as Condition[] | undefined)?.find((it) => it.type === type);
    const lastTransitionTime = old?.status === status ? old.lastTransitionTime : this.now();
    return {
      type,
      status,
      reason,
      message,
      observedGeneration: object.metadata.generation ?? 1,
      lastTransitionTime,
    };
  }

  async #patch(ref: Parameters<KubeClient["patch"]>[0], status: Record<string, unknown>): Promise<void> {
    await this.kube.patch(ref, { status }, { subresource: "status", fieldManager: "stand-in-flux" });
  }
}

/** A stand-in for helm-controller: creates their workloads in place of the real charts. */
export class SimHelm {
  constructor(readonly kube: KubeClient, readonly now: () => string, readonly claimsSize = "1Gi") {}

  async tick(): Promise<void> {
    const releases = await listOrNothing(this.kube, KINDS.HelmRelease);
    for (const release of releases) await this.#release(release, releases);
  }

  async #release(release: KubeObject, all: readonly KubeObject[]): Promise<void> {
    const name = release.metadata.name as HelmReleaseName;
    const ref = { resource: KINDS.HelmRelease, namespace: release.metadata.namespace ?? "", name };
    const condition = (type: string, status: string, reason: string, message: string) => {
      const old = (release.status?.conditions as Condition[] | undefined)?.find((it) => it.type === type);
      return {
        type,
        status,
        reason,
        message,
        observedGeneration: release.metadata.generation ?? 1,
        lastTransitionTime: old?.status === status ? old.lastTransitionTime : this.now(),
      };
    };
    const patch = (status: Record<string, unknown>) =>
      this.kube.patch(ref, { status }, { subresource: "status", fieldManager: "stand-in-helm" });
    if (release.spec.suspend === true) return;
    const chartVersion = release.spec.chart.spec.version as string;
    const requestedAt = release.metadata.annotations?.["reconcile.fluxcd.io/requestedAt"];
    const isAsked = requestedAt !== undefined && requestedAt !== release.status?.lastHandledReconcileAt;
    const isSeen = release.status?.observedGeneration === release.metadata.generation;
    if (isReady(release) && !isAsked && isSeen) return;
    const waitsFor = ((release.spec.dependsOn ?? []) as { name: string }[]).find((it) =>
      !isReady(all.find((r) => r.metadata.name === it.name))
    );
    if (waitsFor) {
      await patch({
        conditions: [
          condition(
            "Ready",
            "False",
            "DependencyNotReady",
            `dependency 'alga-system/${waitsFor.name}' is not ready`,
          ),
        ],
      });
      return;
    }
    const workloads = SIM_WORKLOADS[name] ?? [];
    const values = await this.#values(name);
    for (const it of workloads) await this.#create(it, values);
    const pending = name === "alga-core" ? [] : await this.#pending(workloads);
    if (pending.length > 0) {
      await patch({
        conditions: [
          condition("Reconciling", "True", "Progressing", "Running 'install' action with timeout of 30m0s"),
          condition("Ready", "Unknown", "Progressing", "Running 'install' action with timeout of 30m0s"),
        ],
      });
      return;
    }
    const message =
      `Helm install succeeded for release msp/${name}.v1 with chart ${release.spec.chart.spec.chart}@${chartVersion}`;
    await patch({
      observedGeneration: release.metadata.generation,
      ...(requestedAt === undefined ? {} : { lastHandledReconcileAt: requestedAt }),
      lastAttemptedRevision: chartVersion,
      history: [{
        name,
        namespace: "msp",
        version: 1,
        status: "deployed",
        chartName: release.spec.chart.spec.chart,
        chartVersion,
        digest: `sha256:${"0".repeat(64)}`,
        configDigest: `sha256:${"0".repeat(64)}`,
        firstDeployed: this.now(),
        lastDeployed: this.now(),
      }],
      conditions: [
        condition("Ready", "True", "InstallSucceeded", message),
        condition("Released", "True", "InstallSucceeded", message),
      ],
    });
  }

  async #values(name: string): Promise<Record<string, unknown>> {
    const map = await this.kube.get({
      resource: KINDS.ConfigMap,
      namespace: "alga-system",
      name: `appliance-values-${name}`,
    });
    return parse(Object.values((map?.data ?? {}) as Record<string, string>)[0] ?? "") as Record<
      string,
      unknown
    > ?? {};
  }

  async #create(workload: SimWorkload, values: Record<string, unknown>): Promise<void> {
    // deno-lint-ignore no-explicit-any -- values files have no schema of ours
    const v = values as any;
    const tag = v.server?.image?.tag ?? v.image?.tag;
    const image = workload.image.includes(":") || tag === undefined
      ? workload.image
      : `${workload.image}:${tag}`;
    const template = {
      metadata: { labels: workload.labels },
      spec: {
        ...(workload.kind === "Job" ? { restartPolicy: "Never" } : {}),
        ...(workload.dnsPolicy ? { dnsPolicy: workload.dnsPolicy } : {}),
        containers: [{ name: workload.container, image, ...envOf(workload.name, v) }],
        volumes: (workload.claims ?? []).map((it) => ({
          name: "data",
          persistentVolumeClaim: { claimName: it },
        })),
      },
    };
    const selector = { matchLabels: workload.labels };
    const spec = workload.kind === "Job"
      ? { backoffLimit: 6, template }
      : workload.kind === "StatefulSet"
      ? { replicas: 1, serviceName: workload.name, selector, template }
      : { replicas: 1, selector, template };
    for (const secret of ["db-credentials", "redis-credentials"]) {
      if (workload.name === secret.split("-")[0]) {
        await this.#apply({
          apiVersion: "v1",
          kind: "Secret",
          metadata: { name: secret, namespace: "msp" },
          stringData: { PASSWORD: "simulated" },
        });
      }
    }
    for (const claim of workload.claims ?? []) {
      await this.#apply({
        apiVersion: "v1",
        kind: "PersistentVolumeClaim",
        metadata: { name: claim, namespace: "msp" },
        spec: {
          accessModes: ["ReadWriteOnce"],
          storageClassName: "local-path",
          resources: { requests: { storage: this.claimsSize } },
        },
      });
    }
    const annotations = { "simulator/start-sec": String(workload.startSec) };
    await this.#apply({
      apiVersion: workload.kind === "Job" ? "batch/v1" : "apps/v1",
      kind: workload.kind,
      metadata: { name: workload.name, namespace: "msp", labels: workload.labels, annotations },
      spec,
    });
  }

  async #apply(object: KubeObject): Promise<void> {
    await this.kube.apply(object, { fieldManager: "helm", force: true });
  }

  async #pending(workloads: readonly SimWorkload[]): Promise<string[]> {
    const pending: string[] = [];
    for (const it of workloads) {
      const found = await this.kube.get<KubeObject>({
        resource: KINDS[it.kind],
        namespace: "msp",
        name: it.name,
      });
      if ((found?.status?.readyReplicas ?? 0) < 1) pending.push(it.name);
    }
    return pending;
  }
}

/** The address in the pods that read it. */
// deno-lint-ignore no-explicit-any -- values files have no schema of ours
function envOf(name: string, values: any): { env?: { name: string; value: string }[] } {
  const url = name === "alga-core-sebastian"
    ? values.appUrl
    : name === "temporal-worker"
    ? values.publicBaseUrl
    : undefined;
  return url === undefined ? {} : { env: [{ name: "NEXTAUTH_URL", value: String(url) }] };
}

interface Condition {
  type: string;
  status: string;
  reason: string;
  message: string;
  observedGeneration: number;
  lastTransitionTime: string;
}

function isReady(object: KubeObject | undefined): boolean {
  return (object?.status?.conditions as Condition[] | undefined)?.some((it) =>
    it.type === "Ready" && it.status === "True"
  ) ?? false;
}

/** Flux's kinds do not exist before Flux was installed. */
async function listOrNothing(
  kube: KubeClient,
  resource:
    | (typeof KINDS)["Pod"]
    | (typeof KINDS)["OCIRepository"]
    | (typeof KINDS)["Kustomization"]
    | (typeof KINDS)["HelmRelease"],
): Promise<KubeObject[]> {
  try {
    return (await kube.list(resource)).items;
  } catch (error) {
    if (error instanceof KubeApiError && error.status === 404) return [];
    throw error;
  }
}
