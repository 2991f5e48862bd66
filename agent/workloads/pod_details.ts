import type { ConditionView } from "../facts/snapshot.ts";
import { projectConditions } from "../observe/projections/condition.ts";
import { readMessage, readRecord, readRecords, readText } from "../observe/projections/read_field.ts";
import type { KubeObject } from "../../k8s/mod.ts";
import { parseQuantity } from "./quantity.ts";
import type { Usage } from "./usage.ts";

/** What a pod's own object tells beyond what is remembered of every pod. Nothing of commands and environment. */
export interface PodDetails {
  conditions: readonly ConditionView[];
  restartPolicy: string;
  containers: Readonly<Record<string, { requests: Usage; limits: Usage }>>;
  volumes: readonly PodVolume[];
}

/** Where a volume comes from. */
export type VolumeKind =
  | "claim"
  | "secret"
  | "config"
  | "empty"
  | "host-path"
  | "projected"
  | "other";

/** A volume of a pod and the places where its containers see it. */
export interface PodVolume {
  name: string;
  kind: VolumeKind;
  /** Name of the claim, Secret or ConfigMap; "" when there is none. */
  source: string;
  /** On the machine, where the pod's own object tells it; "" when it does not. */
  hostPath: string;
  /** Kept in memory, not on the disk. */
  isMemory: boolean;
  sizeLimitBytes: number | null;
  mounts: readonly { container: string; path: string; subPath: string; isReadOnly: boolean }[];
}

/** Reads a pod's own object. Never throws. */
export function projectPodDetails(object: KubeObject): PodDetails {
  const spec = readRecord(object.spec);
  const containers = [...readRecords(spec.initContainers), ...readRecords(spec.containers)];
  return {
    conditions: projectConditions(readRecord(object.status).conditions),
    restartPolicy: readText(spec.restartPolicy, 30),
    containers: Object.fromEntries(
      containers.map((it) => [readText(it.name, 80), {
        requests: amountsOf(readRecord(it.resources).requests),
        limits: amountsOf(readRecord(it.resources).limits),
      }]),
    ),
    volumes: readRecords(spec.volumes).map((it) =>
      projectVolume(it, containers, readText(object.metadata?.uid, 60))
    ),
  };
}

function projectVolume(
  volume: Record<string, unknown>,
  containers: readonly Record<string, unknown>[],
  podUid: string,
): PodVolume {
  const name = readText(volume.name, 253);
  const empty = readRecord(volume.emptyDir);
  const isMemory = empty.medium === "Memory";
  const kind = kindOf(volume);
  const known: Record<VolumeKind, string> = {
    claim: readText(readRecord(volume.persistentVolumeClaim).claimName, 253),
    secret: readText(readRecord(volume.secret).secretName, 253),
    config: readText(readRecord(volume.configMap).name, 253),
    empty: "",
    "host-path": "",
    projected: "",
    other: Object.keys(volume).find((it) => it !== "name") ?? "",
  };
  return {
    name,
    kind,
    source: known[kind],
    hostPath: kind === "host-path"
      ? readMessage(readRecord(volume.hostPath).path, 300)
      : kind === "empty" && !isMemory && podUid !== ""
      ? `/var/lib/kubelet/pods/${podUid}/volumes/kubernetes.io~empty-dir/${name}`
      : "",
    isMemory,
    sizeLimitBytes: parseQuantity(empty.sizeLimit),
    mounts: containers.flatMap((container) =>
      readRecords(container.volumeMounts).filter((it) => it.name === volume.name).map((it) => ({
        container: readText(container.name, 80),
        path: readMessage(it.mountPath, 300),
        subPath: readMessage(it.subPath ?? it.subPathExpr, 200),
        isReadOnly: it.readOnly === true,
      }))
    ),
  };
}

function kindOf(volume: Record<string, unknown>): VolumeKind {
  if ("persistentVolumeClaim" in volume) return "claim";
  if ("secret" in volume) return "secret";
  if ("configMap" in volume) return "config";
  if ("emptyDir" in volume) return "empty";
  if ("hostPath" in volume) return "host-path";
  return "projected" in volume || "downwardAPI" in volume ? "projected" : "other";
}

function amountsOf(value: unknown): Usage {
  const { cpu, memory } = readRecord(value);
  return { cpuCores: parseQuantity(cpu), memoryBytes: parseQuantity(memory) };
}
