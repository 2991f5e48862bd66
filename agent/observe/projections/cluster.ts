import { NAMESPACES } from "../../product/names.ts";
import type { KubeObject } from "../../../k8s/client/kube_client.ts";
import { projectConditions, projectImages } from "./condition.ts";
import { readNumber, readOptionalText, readRecord, readRecords, readText, readTime } from "./read_field.ts";
import type {
  JobView,
  NodeView,
  PvcView,
  SecretView,
  StorageClassView,
  WorkloadView,
} from "../../facts/snapshot.ts";

const DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class";
/** Namespaces whose Secrets the tiers ask for by name. */
const SECRET_NAMESPACES: readonly string[] = [NAMESPACES.app, NAMESPACES.status];

interface Meta {
  name: string;
  namespace: string;
  generation: number;
  createdAt: string | undefined;
}

/** Name, namespace and age of any object. */
export function readMeta(object: KubeObject): Meta {
  const metadata = readRecord(object?.metadata);
  return {
    name: readText(metadata.name, 253),
    namespace: readText(metadata.namespace, 63),
    generation: readNumber(metadata.generation),
    createdAt: readTime(metadata.creationTimestamp),
  };
}

/** A node. */
export function projectNode(object: KubeObject): NodeView {
  const { name, createdAt } = readMeta(object);
  const status = readRecord(object.status);
  const spec = readRecord(object.spec);
  const address = readRecords(status.addresses).find((it) => it.type === "InternalIP");
  return {
    name,
    createdAt,
    conditions: projectConditions(status.conditions),
    unschedulable: spec.unschedulable === true,
    internalIp: readOptionalText(address?.address, 60),
    machineId: readText(readRecord(status.nodeInfo).machineID, 60),
    kubeletVersion: readText(readRecord(status.nodeInfo).kubeletVersion, 60),
    taints: readRecords(spec.taints).map((it) => readText(it.key, 120)),
  };
}

/** A Deployment or StatefulSet. */
export function projectWorkload(kind: WorkloadView["kind"]): (object: KubeObject) => WorkloadView {
  return (object) => {
    const { name, namespace, generation, createdAt } = readMeta(object);
    const status = readRecord(object.status);
    const spec = readRecord(object.spec);
    return {
      kind,
      namespace,
      name,
      generation,
      createdAt,
      desired: readNumber(spec.replicas, 1),
      replicas: readNumber(status.replicas),
      updated: readNumber(status.updatedReplicas),
      ready: readNumber(status.readyReplicas),
      observedGeneration: readNumber(status.observedGeneration),
      conditions: projectConditions(status.conditions),
      images: projectImages(readRecord(readRecord(spec.template).spec).containers),
      release: releaseOf(object),
    };
  };
}

/** A Job. */
export function projectJob(object: KubeObject): JobView {
  const { name, namespace, createdAt } = readMeta(object);
  const status = readRecord(object.status);
  return {
    namespace,
    name,
    createdAt,
    uid: readText(readRecord(object.metadata).uid, 60),
    active: readNumber(status.active),
    succeeded: readNumber(status.succeeded),
    failed: readNumber(status.failed),
    conditions: projectConditions(status.conditions),
    images: projectImages(readRecord(readRecord(readRecord(object.spec).template).spec).containers),
    release: releaseOf(object),
    startedAt: readTime(status.startTime),
    finishedAt: readTime(status.completionTime),
  };
}

/** A claim for storage. */
export function projectPvc(object: KubeObject): PvcView {
  const { name, namespace, createdAt } = readMeta(object);
  return {
    namespace,
    name,
    createdAt,
    phase: readText(readRecord(object.status).phase, 30),
    storageClass: readOptionalText(readRecord(object.spec).storageClassName, 253),
  };
}

/** A storage class. */
export function projectStorageClass(object: KubeObject): StorageClassView {
  return {
    name: readMeta(object).name,
    provisioner: readText(object.provisioner, 253),
    isDefault: readRecord(readRecord(object.metadata).annotations)[DEFAULT_CLASS] === "true",
  };
}

/** That a Secret exists, in the few namespaces that matter. */
export function projectSecret(object: KubeObject): SecretView | undefined {
  const { name, namespace } = readMeta(object);
  return SECRET_NAMESPACES.includes(namespace) ? { namespace, name } : undefined;
}

/** helm-controller marks everything that it creates with its release. */
function releaseOf(object: KubeObject): string | undefined {
  const labels = readRecord(readRecord(object.metadata).labels);
  const name = readOptionalText(labels["helm.toolkit.fluxcd.io/name"], 253);
  const namespace = readOptionalText(labels["helm.toolkit.fluxcd.io/namespace"], 63);
  return name === undefined || namespace === undefined ? undefined : `${namespace}/${name}`;
}
