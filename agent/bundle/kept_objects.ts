import type { KubeObject } from "../../k8s/mod.ts";
import { bundleText, type ReadBundle } from "./read_bundle.ts";

/** Kinds that are looked up, each with its file. */
const FILES = {
  Pod: "kube/pods.json",
  PersistentVolumeClaim: "kube/persistentvolumeclaims.json",
  PersistentVolume: "kube/persistentvolumes.json",
} as const;

/** Finds objects of a bundle by kind and name; a file is read when something of it is wanted first. Never throws. */
export function keptObjects(
  bundle: ReadBundle,
): (kind: keyof typeof FILES, namespace: string, name: string) => KubeObject | undefined {
  const known = new Map<string, ReadonlyMap<string, KubeObject>>();
  return (kind, namespace, name) => {
    const path = FILES[kind];
    const objects = known.get(path) ??
      new Map(readObjects(bundle, path).map((it) => [keyOf(it.metadata.namespace, it.metadata.name), it]));
    known.set(path, objects);
    return objects.get(keyOf(namespace, name));
  };
}

/** One JSON document behind the other; what cannot be read is left out. */
function readObjects(bundle: ReadBundle, path: string): KubeObject[] {
  // The brace that ends a document is the only one that begins a line and ends it.
  return (bundleText(bundle, path) ?? "").split(/(?<=^\})\n/m).flatMap((text) => {
    try {
      const object = JSON.parse(text);
      return typeof object?.metadata?.name === "string" ? [object as KubeObject] : [];
    } catch {
      return [];
    }
  });
}

function keyOf(namespace: string | undefined, name: string): string {
  return `${namespace ?? ""}/${name}`;
}
