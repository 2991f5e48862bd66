import { readMessage, readRecord, readText } from "../observe/projections/read_field.ts";
import { KINDS, type KubeClient, type KubeObject } from "../../k8s/mod.ts";
import { parseQuantity } from "./quantity.ts";

/** A volume claim and what stands behind it. */
export interface ClaimDetails {
  phase: string;
  storageClass: string;
  /** What it was promised; `null` until it has a volume. */
  sizeBytes: number | null;
  /** Name of the volume; "" until it has one. */
  volume: string;
  /** Folder on the machine; "" where the volume is none. */
  hostPath: string;
}

/** A pod with more claims than this shows the first ones. */
const MOST_CLAIMS = 20;

/** Reads the claims of a pod and their volumes; one that there is not is left out. @throws {KubeApiError} */
export async function readClaims(
  kube: KubeClient,
  namespace: string,
  names: readonly string[],
  signal: AbortSignal,
): Promise<Readonly<Record<string, ClaimDetails>>> {
  const found = await Promise.all(
    [...new Set(names)].slice(0, MOST_CLAIMS).map(async (name) => {
      const claim = await kube.get({ resource: KINDS.PersistentVolumeClaim, namespace, name }, { signal });
      if (claim === undefined) return [];
      const volumeName = readText(readRecord(claim.spec).volumeName, 253);
      const volume = volumeName === ""
        ? undefined
        : await kube.get({ resource: KINDS.PersistentVolume, name: volumeName }, { signal });
      return [[name, projectClaim(claim, volume)] as const];
    }),
  );
  return Object.fromEntries(found.flat());
}

/** Reads the objects of a claim and its volume. Never throws. */
export function projectClaim(claim: KubeObject, volume: KubeObject | undefined): ClaimDetails {
  const spec = readRecord(claim.spec);
  const status = readRecord(claim.status);
  const behind = readRecord(volume?.spec);
  const asked = readRecord(readRecord(spec.resources).requests).storage;
  return {
    phase: readText(status.phase, 30),
    storageClass: readText(spec.storageClassName, 253),
    sizeBytes: parseQuantity(readRecord(status.capacity).storage ?? asked),
    volume: readText(spec.volumeName, 253),
    hostPath: readMessage(readRecord(behind.hostPath).path ?? readRecord(behind.local).path, 300),
  };
}
