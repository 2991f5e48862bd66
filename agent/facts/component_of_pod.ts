import { NAMESPACES } from "../product/names.ts";
import { type Component, componentByName, componentByObject } from "../product/components.ts";
import type { PodView } from "./snapshot.ts";

/** The component that a pod works for; an unknown pod stands for itself in the background tier. */
export function componentOfPod(pod: PodView): Component {
  const owner = pod.owner;
  const known = owner && componentByObject(pod.namespace, owner.kind, owner.name);
  if (known) return known;
  if (
    pod.namespace === NAMESPACES.app && owner?.kind === "Job" &&
    owner.name.startsWith("temporal-namespace-init")
  ) {
    return componentByName("temporal") as Component;
  }
  const name = owner?.name ?? pod.name;
  return {
    name,
    title: `"${name}"`,
    loss: `"${name}" does not work`,
    tier: "background",
    namespace: pod.namespace,
    kind: "Deployment",
    object: name,
    dependsOn: [],
  };
}
