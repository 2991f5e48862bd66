import type { KubeObject } from "./kube_client.ts";

/** Whether it is an object of Kubernetes at all: what has no name cannot be known again. */
export function isObject(value: unknown): boolean {
  return typeof (value as KubeObject | null | undefined)?.metadata?.name === "string";
}
