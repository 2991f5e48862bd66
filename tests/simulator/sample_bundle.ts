import { stringify } from "yaml";
import { SAMPLE_CHARTS } from "./sample_release.ts";
import { HELM_RELEASES, type HelmReleaseName, valuesKey } from "../../agent/product/helm_releases.ts";

const CHARTS: Record<HelmReleaseName, { chart: string; dependsOn: string[]; layer: "core" | "background" }> =
  {
    "alga-core": { chart: "sebastian", dependsOn: [], layer: "core" },
    pgbouncer: { chart: "pgbouncer", dependsOn: ["alga-core"], layer: "core" },
    temporal: { chart: "temporal", dependsOn: ["alga-core"], layer: "background" },
    "email-service": { chart: "email-service", dependsOn: ["alga-core", "pgbouncer"], layer: "background" },
    "workflow-worker": {
      chart: "workflow-worker",
      dependsOn: ["alga-core", "pgbouncer", "temporal"],
      layer: "background",
    },
    "temporal-worker": {
      chart: "temporal-worker",
      dependsOn: ["alga-core", "pgbouncer", "temporal"],
      layer: "background",
    },
  };

/** Files of a sample config bundle in the shape of published ones; a real kustomize-controller builds it too. */
export function sampleBundle(chartVersion = SAMPLE_CHARTS): Record<string, string> {
  const files: Record<string, string> = {};
  const put = (path: string, ...objects: unknown[]) =>
    files[path] = objects.map((it) => stringify(it)).join("---\n");
  const kustomization = (dir: string, resources: string[]) =>
    put(`${dir}/kustomization.yaml`, {
      apiVersion: "kustomize.config.k8s.io/v1beta1",
      kind: "Kustomization",
      resources,
    });

  put(
    "base/namespaces.yaml",
    ...["msp", "alga-system", "appliance-system"].map((name) => ({
      apiVersion: "v1",
      kind: "Namespace",
      metadata: {
        name,
        ...(name === "alga-system" ? {} : {
          labels: Object.fromEntries(
            ["enforce", "audit", "warn"].map((it) => [`pod-security.kubernetes.io/${it}`, "privileged"]),
          ),
        }),
      },
    })),
  );
  put("base/helm-repository.yaml", {
    apiVersion: "source.toolkit.fluxcd.io/v1",
    kind: "HelmRepository",
    metadata: { name: "alga-charts", namespace: "flux-system" },
    spec: { type: "oci", interval: "5m0s", url: "oci://ghcr.io/nine-minds/charts" },
  });
  put(
    "base/layers.yaml",
    layer("platform", "10m0s", []),
    layer("core", "30m0s", ["alga-platform"]),
    layer("background", "30m0s", ["alga-core"]),
  );
  kustomization("base", ["namespaces.yaml", "helm-repository.yaml", "layers.yaml"]);

  put("base/platform/appliance-status.yaml", {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "appliance-status", namespace: "appliance-system" },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: "appliance-status" } },
      template: {
        metadata: { labels: { app: "appliance-status" } },
        spec: { containers: [{ name: "appliance-status", image: "node:20-alpine" }] },
      },
    },
  });
  kustomization("base/platform", ["appliance-status.yaml"]);
  for (const layerName of ["core", "background"] as const) {
    const names = HELM_RELEASES.filter((it) => CHARTS[it].layer === layerName);
    for (const name of names) put(`base/${layerName}/${name}.yaml`, helmRelease(name, chartVersion));
    kustomization(`base/${layerName}`, names.map((it) => `${it}.yaml`));
  }
  return files;
}

function layer(name: string, timeout: string, dependsOn: string[]): unknown {
  return {
    apiVersion: "kustomize.toolkit.fluxcd.io/v1",
    kind: "Kustomization",
    metadata: { name: `alga-${name}`, namespace: "flux-system" },
    spec: {
      interval: "5m0s",
      retryInterval: "1m0s",
      timeout,
      path: `./base/${name}`,
      prune: true,
      wait: true,
      sourceRef: { kind: "OCIRepository", name: "alga-appliance" },
      ...(dependsOn.length > 0 ? { dependsOn: dependsOn.map((it) => ({ name: it })) } : {}),
    },
  };
}

function helmRelease(name: HelmReleaseName, version: string): unknown {
  const { chart, dependsOn } = CHARTS[name];
  const action = { remediation: { retries: 0 }, ...(name === "alga-core" ? { disableWait: true } : {}) };
  return {
    apiVersion: "helm.toolkit.fluxcd.io/v2",
    kind: "HelmRelease",
    metadata: { name, namespace: "alga-system" },
    spec: {
      interval: "10m0s",
      timeout: "30m0s",
      releaseName: name,
      targetNamespace: "msp",
      chart: {
        spec: {
          chart,
          version,
          interval: "10m0s",
          reconcileStrategy: "Revision",
          sourceRef: { kind: "HelmRepository", name: "alga-charts", namespace: "flux-system" },
        },
      },
      install: { createNamespace: true, ...action },
      upgrade: action,
      valuesFrom: [{
        kind: "ConfigMap",
        name: `appliance-values-${name}`,
        valuesKey: valuesKey(name, "single-node"),
      }],
      ...(dependsOn.length > 0 ? { dependsOn: dependsOn.map((it) => ({ name: it })) } : {}),
    },
  };
}
