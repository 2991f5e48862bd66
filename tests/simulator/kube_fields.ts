/** Plain JSON with an object at its root. */
export type Json = Record<string, unknown>;

/** RFC 7386. Gives a new value; neither argument is changed. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isMap(patch)) return structuredClone(patch);
  const result: Json = isMap(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = mergePatch(result[key], value);
  }
  return result;
}

/** Every leaf of an object as a path; lists count as one leaf (an API server knows some lists by key, this one does not). */
export function leafPaths(value: unknown, prefix: readonly string[] = []): Map<string, unknown> {
  const leaves = new Map<string, unknown>();
  if (!isMap(value) || (Object.keys(value).length === 0 && prefix.length > 0)) {
    leaves.set(JSON.stringify(prefix), value);
    return leaves;
  }
  for (const [key, inner] of Object.entries(value)) {
    for (const [path, leaf] of leafPaths(inner, [...prefix, key])) leaves.set(path, leaf);
  }
  return leaves;
}

/** Sets one leaf in place, making maps on the way. */
export function setPath(target: Json, path: string, value: unknown): void {
  const keys = JSON.parse(path) as string[];
  let at = target;
  for (const key of keys.slice(0, -1)) {
    if (!isMap(at[key])) at[key] = {};
    at = at[key] as Json;
  }
  const last = keys.at(-1);
  if (last !== undefined) at[last] = structuredClone(value);
}

/** Removes one leaf in place, and the maps that it leaves empty. */
export function removePath(target: Json, path: string): void {
  const keys = JSON.parse(path) as string[];
  const trail: Json[] = [target];
  for (const key of keys.slice(0, -1)) {
    const next = trail.at(-1)?.[key];
    if (!isMap(next)) return;
    trail.push(next);
  }
  for (let i = keys.length - 1; i >= 0; i--) {
    const parent = trail[i] as Json;
    const key = keys[i] as string;
    if (i === keys.length - 1 || (isMap(parent[key]) && Object.keys(parent[key] as Json).length === 0)) {
      delete parent[key];
    }
  }
}

/** Same JSON, whatever the order of keys. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((it, i) => sameJson(it, b[i]));
  }
  if (!isMap(a) || !isMap(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => key in b && sameJson(a[key], b[key]));
}

export function isMap(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
