import { KINDS, type KubeClient } from "../../../k8s/mod.ts";

/** The values of a Secret in plain text; `undefined` when there is no such Secret. */
export async function readSecret(
  kube: KubeClient,
  namespace: string,
  name: string,
): Promise<Record<string, string> | undefined> {
  const found = await kube.get({ resource: KINDS.Secret, namespace, name });
  if (!found) return undefined;
  const data = (found.data ?? {}) as Record<string, string>;
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, decode(value)]));
}

/** Gives a Secret just these values; without values it goes. */
export async function applySecret(
  kube: KubeClient,
  { type, ...metadata }: { namespace: string; name: string; type?: string },
  values: Readonly<Record<string, string>> | undefined,
): Promise<void> {
  if (!values) {
    await kube.delete({ resource: KINDS.Secret, ...metadata });
    return;
  }
  await kube.apply({
    apiVersion: "v1",
    kind: "Secret",
    ...(type && { type }),
    metadata,
    data: encodeSecret(values),
  }, { force: true });
}

/** `data` of a Secret. (`stringData` is write-only: what was applied by it cannot be compared or taken back.) */
export function encodeSecret(values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, new TextEncoder().encode(value).toBase64()]),
  );
}

function decode(value: string): string {
  return new TextDecoder().decode(Uint8Array.fromBase64(value));
}
