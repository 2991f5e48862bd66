/**
 * The items in the order of their keys: the order in which an API server or a watch names objects means nothing, and must not
 * show in a verdict. Keys are asked for once each. What is in order already is given back as it is.
 */
export function inOrder<T>(items: readonly T[], keyOf: (item: T) => string): readonly T[] {
  const keyed = items.map((item) => ({ item, key: keyOf(item) }));
  if (keyed.every((it, index) => index === 0 || (keyed[index - 1]?.key ?? "") <= it.key)) return items;
  return keyed.sort((a, b) => a.key < b.key ? -1 : a.key > b.key ? 1 : 0).map((it) => it.item);
}

/** Sorts objects of Kubernetes as its API server does. */
export function objectKey({ kind = "", namespace = "", name }: {
  kind?: string;
  namespace?: string;
  name: string;
}): string {
  return `${kind}/${namespace}/${name}`;
}
