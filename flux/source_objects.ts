import type { KubeObject } from "../k8s/kube_client.ts";
import { FLUX_NAMESPACE } from "./controllers.ts";

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
      metadata: { name: SOURCE_NAME, namespace: FLUX_NAMESPACE },
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
      metadata: { name: SOURCE_NAME, namespace: FLUX_NAMESPACE },
      spec: {
        interval: "5m0s",
        path: "./base",
        prune: true,
        sourceRef: { kind: "OCIRepository", name: SOURCE_NAME },
      },
    },
  ];
}
