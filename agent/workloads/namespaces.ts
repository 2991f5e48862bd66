import { NAMESPACES } from "../product/names.ts";

/** Namespaces of the appliance as people know them; Alga itself first. */
export const NAMESPACE_TITLES: readonly (readonly [name: string, title: string])[] = [
  [NAMESPACES.app, "Alga PSA"],
  [NAMESPACES.flux, "Delivery"],
  [NAMESPACES.settings, "Settings"],
  [NAMESPACES.status, "Status service"],
  [NAMESPACES.storage, "Storage"],
  [NAMESPACES.storageSmoke, "Test of storage"],
  [NAMESPACES.system, "Kubernetes"],
];

const OWN = new Map(NAMESPACE_TITLES.map(([name], index) => [name, index]));

/** Whether a namespace belongs to what was asked for: one, "" for the appliance's, "all". */
export function isInScope(namespace: string, wanted: string): boolean {
  return wanted === "all" || (wanted === "" ? OWN.has(namespace) : namespace === wanted);
}

/** For sorting: Alga's own first, what is none of the appliance's last. */
export function namespaceRank(namespace: string): number {
  return OWN.get(namespace) ?? OWN.size;
}
