import type { KubeObject } from "../k8s/client/kube_client.ts";
import { NAMESPACES } from "../agent/product/names.ts";

/** Where the charts of a release are, unless its site has a mirror. @see contract.md 2.5 */
const CHARTS = { name: "alga-charts", host: "ghcr.io", path: "nine-minds/charts" };

/** Name of our OCIRepository and Kustomization. */
export const SOURCE_NAME = "alga-appliance";

/**
 * The two objects that make Flux install a release. @see contract.md 2.5
 * Flux does not read k3s' registries.yaml, so a mirror of the registry is written into the URL.
 */
export function sourceObjects(
  config: { repository: string; digest: string },
  mirrors: { readonly [host: string]: string },
): [source: KubeObject, kustomization: KubeObject] {
  const [host = "", ...path] = config.repository.split("/");
  const mirror = mirrors[host] === undefined ? undefined : new URL(mirrors[host]);
  return [
    {
      apiVersion: "source.toolkit.fluxcd.io/v1",
      kind: "OCIRepository",
      metadata: { name: SOURCE_NAME, namespace: NAMESPACES.flux },
      spec: {
        interval: "1m0s",
        url: `oci://${[mirror?.host ?? host, ...path].join("/")}`,
        ref: { digest: config.digest },
        ...(mirror?.protocol === "http:" ? { insecure: true } : {}),
      },
    },
    {
      apiVersion: "kustomize.toolkit.fluxcd.io/v1",
      kind: "Kustomization",
      metadata: { name: SOURCE_NAME, namespace: NAMESPACES.flux },
      spec: {
        interval: "5m0s",
        path: "./base",
        prune: true,
        sourceRef: { kind: "OCIRepository", name: SOURCE_NAME },
        ...chartPatches(mirrors[CHARTS.host]),
      },
    },
  ];
}

/** The release names its chart repository itself, so a mirror is put in its place while Flux applies it. */
function chartPatches(mirror: string | undefined): { patches?: object[] } {
  if (mirror === undefined) return {};
  const { host, protocol } = new URL(mirror);
  const operations = [
    { op: "replace", path: "/spec/url", value: `oci://${host}/${CHARTS.path}` },
    ...(protocol === "http:" ? [{ op: "add", path: "/spec/insecure", value: true }] : []),
  ];
  const target = { kind: "HelmRepository", name: CHARTS.name };
  return { patches: [{ target, patch: JSON.stringify(operations) }] };
}
