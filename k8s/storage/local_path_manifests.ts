import { BUSYBOX_IMAGE, LOCAL_PATH_IMAGE } from "../../agent/product/pins.ts";
import { LOCAL_PATH_NAMES, NAMESPACES } from "../../agent/product/names.ts";
import { PATHS } from "../../agent/state/paths.ts";
import type { KubeObject } from "../client/kube_client.ts";
import type { Deployment, Job, Namespace, PersistentVolumeClaim, StorageClass } from "../client/models.ts";

/** Names that published releases and tools expect. */
export const LOCAL_PATH = {
  namespace: NAMESPACES.storage,
  ...LOCAL_PATH_NAMES,
  image: LOCAL_PATH_IMAGE,
  helperImage: BUSYBOX_IMAGE,
  smokeNamespace: NAMESPACES.storageSmoke,
} as const;

const PRIVILEGED = Object.fromEntries(
  ["enforce", "audit", "warn"].map((it) => [`pod-security.kubernetes.io/${it}`, "privileged"]),
);

/** A namespace whose pods may use host paths. */
export function privilegedNamespace(name: string): Namespace {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name, labels: PRIVILEGED } };
}

/** The provisioner and its storage class, in the order of applying. */
export function localPathObjects(): KubeObject[] {
  const { namespace, deployment, image } = LOCAL_PATH;
  const account = "local-path-provisioner-service-account";
  const subjects = [{ kind: "ServiceAccount", name: account, namespace }];
  const role = "local-path-provisioner-role";
  const clusterRole = "alga-local-path-provisioner-role";
  const all = ["get", "list", "watch", "create", "patch", "update", "delete"];
  return [
    privilegedNamespace(namespace),
    { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: account, namespace } },
    rbac("Role", role, [{ apiGroups: [""], resources: ["pods"], verbs: all }], namespace),
    rbac("ClusterRole", clusterRole, [
      {
        apiGroups: [""],
        resources: ["nodes", "persistentvolumeclaims", "configmaps", "pods", "pods/log"],
        verbs: ["get", "list", "watch"],
      },
      { apiGroups: [""], resources: ["persistentvolumes"], verbs: all },
      { apiGroups: [""], resources: ["events"], verbs: ["create", "patch"] },
      { apiGroups: ["storage.k8s.io"], resources: ["storageclasses"], verbs: ["get", "list", "watch"] },
    ]),
    binding("RoleBinding", "local-path-provisioner-bind", "Role", role, subjects, namespace),
    binding("ClusterRoleBinding", "alga-local-path-provisioner-bind", "ClusterRole", clusterRole, subjects),
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "local-path-config", namespace },
      data: {
        "config.json": JSON.stringify({
          nodePathMap: [{ node: "DEFAULT_PATH_FOR_NON_LISTED_NODES", paths: [PATHS.localPathData] }],
        }),
        setup: '#!/bin/sh\nset -eu\nmkdir -m 0777 -p "$VOL_DIR"\n',
        teardown: '#!/bin/sh\nset -eu\nrm -rf "$VOL_DIR"\n',
        "helperPod.yaml": HELPER_POD,
      },
    },
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: deployment, namespace, labels: { app: deployment } },
      spec: {
        replicas: 1,
        strategy: { type: "Recreate" },
        selector: { matchLabels: { app: deployment } },
        template: {
          metadata: { labels: { app: deployment } },
          spec: {
            priorityClassName: "system-node-critical",
            serviceAccountName: account,
            containers: [{
              name: deployment,
              image,
              command: ["local-path-provisioner", "--debug", "start", "--config", "/etc/config/config.json"],
              env: [
                { name: "POD_NAMESPACE", valueFrom: { fieldRef: { fieldPath: "metadata.namespace" } } },
                { name: "CONFIG_MOUNT_PATH", value: "/etc/config/" },
              ],
              volumeMounts: [{ name: "config-volume", mountPath: "/etc/config/" }],
            }],
            volumes: [{ name: "config-volume", configMap: { name: "local-path-config" } }],
          },
        },
      },
    } satisfies Deployment,
    {
      apiVersion: "storage.k8s.io/v1",
      kind: "StorageClass",
      metadata: { name: LOCAL_PATH.storageClass },
      provisioner: LOCAL_PATH.provisioner,
      volumeBindingMode: "WaitForFirstConsumer",
      reclaimPolicy: "Retain",
    } satisfies StorageClass,
  ];
}

/** A claim and a job that writes a random text into a volume and reads it back. */
export function storageSmokeObjects(token: string): KubeObject[] {
  const namespace = LOCAL_PATH.smokeNamespace;
  return [
    privilegedNamespace(namespace),
    {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name: "storage-smoke-pvc", namespace },
      spec: {
        accessModes: ["ReadWriteOnce"],
        storageClassName: LOCAL_PATH.storageClass,
        resources: { requests: { storage: "1Gi" } },
      },
    } satisfies PersistentVolumeClaim,
    {
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: { name: "storage-smoke", namespace },
      spec: {
        backoffLimit: 0,
        template: {
          spec: {
            restartPolicy: "Never",
            containers: [{
              name: "smoke",
              image: LOCAL_PATH.helperImage,
              // The container's own shell; TOKEN is an argument, not text of the script.
              command: [
                "sh",
                "-c",
                'set -e; printf %s "$1" > /data/probe; sync; test "$(cat /data/probe)" = "$1"',
                "smoke",
                token,
              ],
              volumeMounts: [{ name: "data", mountPath: "/data" }],
            }],
            volumes: [{ name: "data", persistentVolumeClaim: { claimName: "storage-smoke-pvc" } }],
          },
        },
      },
    } satisfies Job,
  ];
}

const HELPER_POD = `apiVersion: v1
kind: Pod
metadata:
  name: helper-pod
spec:
  priorityClassName: system-node-critical
  tolerations:
    - key: node.kubernetes.io/disk-pressure
      operator: Exists
      effect: NoSchedule
  containers:
    - name: helper-pod
      image: ${LOCAL_PATH.helperImage}
      imagePullPolicy: IfNotPresent
`;

function rbac(kind: "Role" | "ClusterRole", name: string, rules: unknown[], namespace?: string): KubeObject {
  return {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind,
    metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
    rules,
  };
}

function binding(
  kind: string,
  name: string,
  roleKind: string,
  role: string,
  subjects: unknown[],
  namespace?: string,
): KubeObject {
  const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: roleKind, name: role };
  return {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind,
    metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
    roleRef,
    subjects,
  };
}
