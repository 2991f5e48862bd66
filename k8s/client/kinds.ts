import type { KubeObject, ResourceKind } from "./kube_client.ts";
import type * as models from "./models.ts";

function kind<T extends KubeObject = KubeObject>(
  apiVersion: string,
  kindName: string,
  plural: string,
  namespaced = true,
): ResourceKind<T> {
  return { apiVersion, kind: kindName, plural, namespaced };
}

/** Every kind that the agent reads or writes, with the type of its objects where the library has one. */
export const KINDS = {
  Namespace: kind<models.Namespace>("v1", "Namespace", "namespaces", false),
  Node: kind<models.Node>("v1", "Node", "nodes", false),
  Pod: kind<models.Pod>("v1", "Pod", "pods"),
  Secret: kind<models.Secret>("v1", "Secret", "secrets"),
  ConfigMap: kind<models.ConfigMap>("v1", "ConfigMap", "configmaps"),
  Service: kind<models.Service>("v1", "Service", "services"),
  ServiceAccount: kind<models.ServiceAccount>("v1", "ServiceAccount", "serviceaccounts"),
  ResourceQuota: kind<models.ResourceQuota>("v1", "ResourceQuota", "resourcequotas"),
  PersistentVolumeClaim: kind<models.PersistentVolumeClaim>(
    "v1",
    "PersistentVolumeClaim",
    "persistentvolumeclaims",
  ),
  PersistentVolume: kind<models.PersistentVolume>("v1", "PersistentVolume", "persistentvolumes", false),
  Event: kind("v1", "Event", "events"),
  Deployment: kind<models.Deployment>("apps/v1", "Deployment", "deployments"),
  StatefulSet: kind<models.StatefulSet>("apps/v1", "StatefulSet", "statefulsets"),
  ReplicaSet: kind<models.ReplicaSet>("apps/v1", "ReplicaSet", "replicasets"),
  DaemonSet: kind("apps/v1", "DaemonSet", "daemonsets"),
  Job: kind<models.Job>("batch/v1", "Job", "jobs"),
  StorageClass: kind<models.StorageClass>("storage.k8s.io/v1", "StorageClass", "storageclasses", false),
  EndpointSlice: kind("discovery.k8s.io/v1", "EndpointSlice", "endpointslices"),
  Ingress: kind("networking.k8s.io/v1", "Ingress", "ingresses"),
  LimitRange: kind("v1", "LimitRange", "limitranges"),
  PriorityClass: kind("scheduling.k8s.io/v1", "PriorityClass", "priorityclasses", false),
  PodDisruptionBudget: kind("policy/v1", "PodDisruptionBudget", "poddisruptionbudgets"),
  HorizontalPodAutoscaler: kind("autoscaling/v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers"),
  Role: kind<models.Role>("rbac.authorization.k8s.io/v1", "Role", "roles"),
  RoleBinding: kind<models.RoleBinding>("rbac.authorization.k8s.io/v1", "RoleBinding", "rolebindings"),
  ClusterRole: kind<models.ClusterRole>("rbac.authorization.k8s.io/v1", "ClusterRole", "clusterroles", false),
  ClusterRoleBinding: kind<models.ClusterRoleBinding>(
    "rbac.authorization.k8s.io/v1",
    "ClusterRoleBinding",
    "clusterrolebindings",
    false,
  ),
  NetworkPolicy: kind<models.NetworkPolicy>("networking.k8s.io/v1", "NetworkPolicy", "networkpolicies"),
  CustomResourceDefinition: kind<models.CustomResourceDefinition>(
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
