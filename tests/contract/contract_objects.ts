import type { KubeObject } from "../../k8s/client/kube_client.ts";

/** A namespace. */
export function namespace(name: string): KubeObject {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name } };
}

/** A ConfigMap of the namespace that the contracts write to. */
export function configMap(
  name: string,
  data: Record<string, string>,
  labels?: Record<string, string>,
): KubeObject {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace: "contract", ...(labels ? { labels } : {}) },
    data,
  };
}
