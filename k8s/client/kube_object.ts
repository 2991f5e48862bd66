import type { KubeObject } from "./kube_client.ts";

/** Whether it is an object of Kubernetes at all: what has no name cannot be known again. */
export function isObject(value: unknown): boolean {
  return typeof (value as KubeObject | null | undefined)?.metadata?.name === "string";
}

/** A condition of an object, as far as the object has it. */
export function conditionOf(
  { status }: KubeObject,
  type: string,
): { status: string; reason?: string; message?: string } | undefined {
  const conditions: { type: string; status: string; reason?: string; message?: string }[] =
    status?.conditions ?? [];
  return conditions.find((it) => it.type === type);
}
