/** How often work reads a field of what it is given, however deep: its cost on any machine. */
export function countReads<T extends object>(given: T, work: (given: T) => unknown): number {
  let reads = 0;
  for (const count of readsByPath(given, work).values()) reads += count;
  return reads;
}

/** The same by the path of each field ("appValues.appUrl"). */
export function readsByPath<T extends object>(given: T, work: (given: T) => unknown): Map<string, number> {
  const reads = new Map<string, number>();
  const watched = new WeakMap<object, object>();
  const watch = (target: object, path: string): object => {
    const known = watched.get(target);
    if (known) return known;
    const proxy = new Proxy(target, {
      get(it, key, receiver) {
        const at = path === "" ? String(key) : `${path}.${String(key)}`;
        reads.set(at, (reads.get(at) ?? 0) + 1);
        const value = Reflect.get(it, key, receiver);
        return isPlain(value) ? watch(value, at) : value;
      },
    });
    watched.set(target, proxy);
    return proxy;
  };
  work(watch(given, "") as T);
  return reads;
}

/** Built-in classes such as Map want their own objects. */
function isPlain(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === Array.prototype || prototype === null;
}
