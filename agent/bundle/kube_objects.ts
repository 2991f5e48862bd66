import type { KubeObject } from "../../k8s/mod.ts";

/** Environment variables whose values tell how a program runs, and nothing else. */
const PLAIN_VARIABLES = new Set(
  "NODE_ENV LOG_LEVEL PORT HOST HOSTNAME TZ LANG APP_ENV DB_HOST DB_PORT DB_NAME DB_NAME_SERVER REDIS_HOST REDIS_PORT EDITION"
    .split(" "),
);
const LONGEST_ANNOTATION = 300;

/** An object without what nobody reads, and without the values of environment variables that are not known to be plain. */
export function bundledObject(object: KubeObject): KubeObject {
  const { managedFields: _, annotations, ...metadata } = object.metadata;
  const kept = Object.entries(annotations ?? {}).map(([name, value]) => [
    name,
    // The whole object as it was applied, Secrets and all.
    name.endsWith("last-applied-configuration") || value.length > LONGEST_ANNOTATION ? "[left out]" : value,
  ]);
  const rest = withoutValues(object) as KubeObject;
  return {
    ...rest,
    metadata: { ...metadata, ...(kept.length > 0 ? { annotations: Object.fromEntries(kept) } : {}) },
  };
}

/** A ConfigMap as names and sizes; whole only where `isWhole`. */
export function bundledConfigMap(object: KubeObject, isWhole: boolean): KubeObject {
  if (isWhole) return bundledObject(object);
  const sizes = (values: Record<string, string> | undefined) =>
    Object.fromEntries(Object.entries(values ?? {}).map(([name, it]) => [name, `${it.length} characters`]));
  return { ...bundledObject(object), data: sizes(object.data), binaryData: sizes(object.binaryData) };
}

/** A Secret as its names: values never, not even masked. */
export function bundledSecret(object: KubeObject): Record<string, unknown> {
  const { namespace, name, creationTimestamp, labels } = object.metadata;
  return {
    namespace,
    name,
    creationTimestamp,
    labels,
    type: object.type,
    keys: Object.keys(object.data ?? {}),
  };
}

/** A Flux object without what it puts into texts of others. */
export function bundledFlux(object: KubeObject): KubeObject {
  const spec = object.spec ?? {};
  const { substitute: _, ...postBuild } = spec.postBuild ?? {};
  return bundledObject({ ...object, spec: { ...spec, ...(spec.postBuild ? { postBuild } : {}) } });
}

function withoutValues(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutValues);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map((
      [name, it],
    ) => [name, name === "env" && Array.isArray(it) ? it.map(bundledVariable) : withoutValues(it)]),
  );
}

function bundledVariable(variable: unknown): unknown {
  const { name, value, valueFrom } = Object(variable);
  if (value === undefined) return { name, valueFrom };
  return { name, value: PLAIN_VARIABLES.has(name) ? value : "[left out]" };
}
