import type { KubeObject, ResourceKind } from "./kube_client.ts";

function kind(apiVersion: string, kindName: string, plural: string, namespaced = true): ResourceKind {
  return { apiVersion, kind: kindName, plural, namespaced };
}

/** Every kind that the agent reads or writes. Flux API versions: components.md 2.3. */
export const KINDS = {
  Namespace: kind("v1", "Namespace", "namespaces", false),
  Node: kind("v1", "Node", "nodes", false),
  Pod: kind("v1", "Pod", "pods"),
  Secret: kind("v1", "Secret", "secrets"),
  ConfigMap: kind("v1", "ConfigMap", "configmaps"),
  Service: kind("v1", "Service", "services"),
  ServiceAccount: kind("v1", "ServiceAccount", "serviceaccounts"),
  ResourceQuota: kind("v1", "ResourceQuota", "resourcequotas"),
  PersistentVolumeClaim: kind("v1", "PersistentVolumeClaim", "persistentvolumeclaims"),
  PersistentVolume: kind("v1", "PersistentVolume", "persistentvolumes", false),
  Event: kind("v1", "Event", "events"),
  Deployment: kind("apps/v1", "Deployment", "deployments"),
  StatefulSet: kind("apps/v1", "StatefulSet", "statefulsets"),
  ReplicaSet: kind("apps/v1", "ReplicaSet", "replicasets"),
  Job: kind("batch/v1", "Job", "jobs"),
  StorageClass: kind("storage.k8s.io/v1", "StorageClass", "storageclasses", false),
  Role: kind("rbac.authorization.k8s.io/v1", "Role", "roles"),
  RoleBinding: kind("rbac.authorization.k8s.io/v1", "RoleBinding", "rolebindings"),
  ClusterRole: kind("rbac.authorization.k8s.io/v1", "ClusterRole", "clusterroles", false),
  ClusterRoleBinding: kind(
    "rbac.authorization.k8s.io/v1",
    "ClusterRoleBinding",
    "clusterrolebindings",
    false,
  ),
  NetworkPolicy: kind("networking.k8s.io/v1", "NetworkPolicy", "networkpolicies"),
  CustomResourceDefinition: kind(
    "apiextensions.k8s.io/v1",
    "CustomResourceDefinition",
    "customresourcedefinitions",
    false,
  ),
  OCIRepository: kind("source.toolkit.fluxcd.io/v1", "OCIRepository", "ocirepositories"),
  HelmRepository: kind("source.toolkit.fluxcd.io/v1", "HelmRepository", "helmrepositories"),
  HelmChart: kind("source.toolkit.fluxcd.io/v1", "HelmChart", "helmcharts"),
  Kustomization: kind("kustomize.toolkit.fluxcd.io/v1", "Kustomization", "kustomizations"),
  HelmRelease: kind("helm.toolkit.fluxcd.io/v2", "HelmRelease", "helmreleases"),
} as const satisfies Record<string, ResourceKind>;

const BY_TYPE = new Map(Object.values(KINDS).map((it) => [`${it.apiVersion}/${it.kind}`, it]));

/** The kind of an object that we are about to write. @throws {TypeError} If it is none of KINDS. */
export function kindOf(object: KubeObject): ResourceKind {
  const found = BY_TYPE.get(`${object.apiVersion}/${object.kind}`);
  if (!found) throw new TypeError(`Unknown kind "${object.kind}" in "${object.apiVersion}"`);
  return found;
}
