import type { KubeObject } from "../../../k8s/client/kube_client.ts";
import { readMeta } from "./cluster.ts";
import { projectConditions, projectImages } from "./condition.ts";
import {
  readMessage,
  readNumber,
  readOptionalText,
  readRecord,
  readRecords,
  readText,
  readTime,
} from "./read_field.ts";
import type { ContainerStateView, ContainerView, PodView } from "../../facts/snapshot.ts";

const NO_STATE: ContainerStateView = {
  kind: "none",
  reason: "",
  message: "",
  exitCode: undefined,
  startedAt: undefined,
  finishedAt: undefined,
};

/** A pod with the state of each of its containers; containers that the kubelet has not reported yet are left out. */
export function projectPod(object: KubeObject): PodView {
  const { name, namespace, createdAt } = readMeta(object);
  const metadata = readRecord(object.metadata);
  const spec = readRecord(object.spec);
  const status = readRecord(object.status);
  const ports = new Map(readRecords(spec.containers).map((it) => [it.name, portOf(it)]));
  const images = { ...projectImages(spec.initContainers), ...projectImages(spec.containers) };
  const sidecars = new Set(
    readRecords(spec.initContainers).filter((it) => it.restartPolicy === "Always").map((it) => it.name),
  );
  const conditions = projectConditions(status.conditions);
  const containers = [
    ...readRecords(status.initContainerStatuses).map((it) => ({
      ...projectContainer(it, true, images),
      ...(sidecars.has(it.name) ? { sidecar: true as const } : {}),
    })),
    ...readRecords(status.containerStatuses).map((it) => ({
      ...projectContainer(it, false, images),
      port: ports.get(it.name),
    })),
  ];
  return {
    namespace,
    name,
    createdAt,
    uid: readText(metadata.uid, 60),
    phase: readText(status.phase, 30),
    nodeName: readText(spec.nodeName, 253),
    owner: ownerOf(metadata),
    conditions: conditions.filter((it) => it.status !== "True"),
    containers,
    podIp: readOptionalText(status.podIP, 60),
    hostIp: readOptionalText(status.hostIP, 60),
    reason: readText(status.reason, 80),
    message: readMessage(status.message),
    deletedAt: readTime(metadata.deletionTimestamp),
    sandboxReadyAt: conditions.find((it) => it.type === "PodReadyToStartContainers" && it.status === "True")
      ?.since,
    ...hostPortsOf(spec),
    claims: readRecords(spec.volumes).flatMap((it) =>
      readOptionalText(readRecord(it.persistentVolumeClaim).claimName, 253) ?? []
    ),
  };
}

function projectContainer(
  status: Record<string, unknown>,
  init: boolean,
  images: Record<string, string>,
): ContainerView {
  const name = readText(status.name, 80);
  return {
    name,
    init,
    // The image as written in the pod: the status may show another name of the same image.
    image: images[name] ?? readText(status.image, 300),
    imageId: readText(status.imageID, 300),
    ready: status.ready === true,
    restartCount: readNumber(status.restartCount),
    state: projectState(status.state),
    lastState: projectState(status.lastState),
    port: undefined,
  };
}

function projectState(value: unknown): ContainerStateView {
  const state = readRecord(value);
  for (const kind of ["waiting", "running", "terminated"] as const) {
    if (typeof state[kind] !== "object" || state[kind] === null) continue;
    const it = readRecord(state[kind]);
    return {
      kind,
      reason: readText(it.reason, 80),
      message: readMessage(it.message, 2_000),
      exitCode: typeof it.exitCode === "number" ? it.exitCode : undefined,
      startedAt: readTime(it.startedAt),
      finishedAt: readTime(it.finishedAt),
    };
  }
  return NO_STATE;
}

function ownerOf(metadata: Record<string, unknown>): PodView["owner"] {
  const owners = readRecords(metadata.ownerReferences);
  const owner = owners.find((it) => it.controller === true) ?? owners[0];
  if (!owner) return undefined;
  const kind = readText(owner.kind, 60);
  const name = readText(owner.name, 253);
  if (kind !== "ReplicaSet") return { kind, name };
  // A ReplicaSet of a Deployment is named after it plus the hash of its template.
  const hash = readText(readRecord(metadata.labels)["pod-template-hash"], 60);
  const end = hash !== "" && name.endsWith(`-${hash}`)
    ? name.length - hash.length - 1
    : name.lastIndexOf("-");
  return { kind: "Deployment", name: end > 0 ? name.slice(0, end) : name };
}

function hostPortsOf(spec: Record<string, unknown>): Pick<PodView, "hostPorts"> {
  const hostPorts = readRecords(spec.containers).flatMap((it) => readRecords(it.ports))
    .flatMap((it) => typeof it.hostPort === "number" ? [it.hostPort] : []);
  return hostPorts.length === 0 ? {} : { hostPorts };
}

function portOf(container: Record<string, unknown>): number | undefined {
  const port = readRecords(container.ports)[0]?.containerPort;
  return typeof port === "number" ? port : undefined;
}
