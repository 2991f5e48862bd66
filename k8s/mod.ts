/** The agent's way to a Kubernetes API. */
export { createKubeClient, FIELD_MANAGER, type KubeClientOptions } from "./http_kube_client.ts";
export { kindOf, KINDS } from "./kinds.ts";
export * from "./kube_client.ts";
export { type Kubeconfig, parseKubeconfig } from "./kubeconfig.ts";
export { WatchCache, type WatchState } from "./watch_cache.ts";
