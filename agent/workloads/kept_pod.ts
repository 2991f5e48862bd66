import type { KubeObject } from "../../k8s/mod.ts";
import { type ClaimDetails, projectClaim } from "./claims.ts";
import { projectPodDetails } from "./pod_details.ts";
import { noLook, type PodLook } from "./read_pod.ts";

/** An object that was kept; `namespace` "" for what has none. */
export type ReadObject = (
  kind: "Pod" | "PersistentVolumeClaim" | "PersistentVolume",
  namespace: string,
  name: string,
) => KubeObject | undefined;

/** What a kept object tells of a pod beyond what was observed of it; how it stands is told by what was observed. Never throws. */
export function lookAtKept(readObject: ReadObject, namespace: string, name: string): PodLook {
  const object = readObject("Pod", namespace, name);
  if (object === undefined) return noLook("Its own object was not kept");
  const details = projectPodDetails(object);
  const claims = details.volumes.filter((it) => it.kind === "claim").flatMap(({ source }) => {
    const claim = readObject("PersistentVolumeClaim", namespace, source);
    if (claim === undefined) return [];
    const volume = readObject("PersistentVolume", "", projectClaim(claim, undefined).volume);
    return [[source, projectClaim(claim, volume)] as [string, ClaimDetails]];
  });
  return { ...noLook(""), details, claims: Object.fromEntries(claims) };
}
