import type {
  V1ClusterRole,
  V1ClusterRoleBinding,
  V1ConfigMap,
  V1CustomResourceDefinition,
  V1Deployment,
  V1Job,
  V1Namespace,
  V1NetworkPolicy,
  V1Node,
  V1PersistentVolume,
  V1PersistentVolumeClaim,
  V1Pod,
  V1ReplicaSet,
  V1ResourceQuota,
  V1Role,
  V1RoleBinding,
  V1Secret,
  V1Service,
  V1ServiceAccount,
  V1StatefulSet,
  V1StorageClass,
} from "@kubernetes/client-node";
import type { ObjectMeta } from "./kube_client.ts";

/**
 * Kubernetes' own objects as the API sends them. The library's models say what its parser makes of them: times are then Dates,
 * and names that are words of the language begin with "_". We read the wire itself, so both are undone here.
 */
type Wire<T> = T extends Date ? string
  : T extends readonly (infer Item)[] ? Wire<Item>[]
  : T extends object ? { [Key in keyof T as Key extends `_${infer Name}` ? Name : Key]: Wire<T[Key]> }
  : T;

/** An object of a kind: the library's model on the wire; what the server sends always has a name. */
type Model<T> = Wire<Omit<T, "metadata">> & { metadata: ObjectMeta };

export type ClusterRole = Model<V1ClusterRole>;
export type ClusterRoleBinding = Model<V1ClusterRoleBinding>;
export type ConfigMap = Model<V1ConfigMap>;
export type CustomResourceDefinition = Model<V1CustomResourceDefinition>;
export type Deployment = Model<V1Deployment>;
export type Job = Model<V1Job>;
export type Namespace = Model<V1Namespace>;
export type NetworkPolicy = Model<V1NetworkPolicy>;
export type Node = Model<V1Node>;
export type PersistentVolume = Model<V1PersistentVolume>;
export type PersistentVolumeClaim = Model<V1PersistentVolumeClaim>;
export type Pod = Model<V1Pod>;
export type ReplicaSet = Model<V1ReplicaSet>;
export type ResourceQuota = Model<V1ResourceQuota>;
export type Role = Model<V1Role>;
export type RoleBinding = Model<V1RoleBinding>;
export type Secret = Model<V1Secret>;
export type Service = Model<V1Service>;
export type ServiceAccount = Model<V1ServiceAccount>;
export type StatefulSet = Model<V1StatefulSet>;
export type StorageClass = Model<V1StorageClass>;
