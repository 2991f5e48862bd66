/** The agent's way to a Kubernetes API. */
export { createKubeClient, FIELD_MANAGER, type KubeClientOptions } from "./client/http_kube_client.ts";
export { kindOf, KINDS } from "./client/kinds.ts";
export * from "./client/kube_client.ts";
export { conditionOf } from "./client/kube_object.ts";
export { type Kubeconfig, parseKubeconfig, readKubeconfig } from "./client/kubeconfig.ts";
export { WatchCache, type WatchState } from "./client/watch_cache.ts";
