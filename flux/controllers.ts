import { NAMESPACES } from "../agent/product/names.ts";
import { CLUSTER_DOMAIN } from "../agent/product/networks.ts";
import { FLUX_IMAGES, FLUX_VERSION } from "../agent/product/pins.ts";
import { FLUX_PORTS } from "../agent/product/ports.ts";
import type { KubeObject } from "../k8s/client/kube_client.ts";
import type {
  ClusterRole,
  ClusterRoleBinding,
  Deployment,
  NetworkPolicy,
  Service,
} from "../k8s/client/models.ts";

/** Where they live. */
export const FLUX_NAMESPACE = NAMESPACES.flux;

/** Names of the controllers' Deployments. */
export const FLUX_CONTROLLERS = Object.keys(FLUX_IMAGES) as readonly (keyof typeof FLUX_IMAGES)[];

const LABELS = {
  "app.kubernetes.io/part-of": "flux",
  "app.kubernetes.io/instance": FLUX_NAMESPACE,
  "app.kubernetes.io/version": FLUX_VERSION,
};
const GROUPS = ["source", "kustomize", "helm", "notification"].map((it) => `${it}.toolkit.fluxcd.io`);

/** Secret with HTTPS_PROXY and NO_PROXY for the controllers; they start without it too. */
export const PROXY_SECRET = "alga-proxy";
/** On the pods of the controllers: the version of {@link PROXY_SECRET} that they were started with. */
export const PROXY_ANNOTATION = "alga-agent/proxy-version";

/** ConfigMap with the authorities that this machine trusts, for the controllers; they start without it too. */
export const AUTHORITIES_CONFIG_MAP = "alga-authorities";
/** Its one key; Go reads the file that the environment names in place of the image's own. */
export const AUTHORITIES_KEY = "ca-certificates.crt";
/** On the pods of the controllers: the version of {@link AUTHORITIES_CONFIG_MAP} that they were started with. */
export const AUTHORITIES_ANNOTATION = "alga-agent/authorities-version";
const AUTHORITIES_FOLDER = "/etc/alga-authorities";

/** What pods read at their start only, by the resourceVersion of the object that has it; another one must start them again. */
export interface StartVersions {
  proxyVersion?: string | undefined;
  authoritiesVersion?: string | undefined;
}

/**
 * Everything of Flux but its CRDs, for a single node, in the order of applying.
 */
export function fluxObjects(versions: StartVersions = {}): KubeObject[] {
  return [
    {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: {
        name: FLUX_NAMESPACE,
        labels: { ...LABELS, "pod-security.kubernetes.io/warn": "restricted" },
      },
    },
    {
      apiVersion: "v1",
      kind: "ResourceQuota",
      metadata: { name: "critical-pods", namespace: FLUX_NAMESPACE, labels: LABELS },
      spec: {
        hard: { pods: "1000" },
        scopeSelector: {
          matchExpressions: [{
            operator: "In",
            scopeName: "PriorityClass",
            values: ["system-node-critical", "system-cluster-critical"],
          }],
        },
      },
    },
    clusterRole("crd-controller", [
      ...GROUPS.map((it) => ({ apiGroups: [it], resources: ["*"], verbs: ["*"] })),
      {
        apiGroups: [""],
        resources: ["namespaces", "secrets", "configmaps", "serviceaccounts"],
        verbs: ["get", "list", "watch"],
      },
      { apiGroups: [""], resources: ["events"], verbs: ["create", "patch"] },
      { apiGroups: [""], resources: ["serviceaccounts/token"], verbs: ["create"] },
      {
        apiGroups: ["coordination.k8s.io"],
        resources: ["leases"],
        verbs: ["get", "list", "watch", "create", "update", "patch", "delete"],
      },
    ]),
    clusterRoleBinding("crd-controller", `crd-controller-${FLUX_NAMESPACE}`, FLUX_CONTROLLERS),
    clusterRoleBinding("cluster-reconciler", "cluster-admin", ["kustomize-controller", "helm-controller"]),
    networkPolicy("allow-egress", {
      podSelector: {},
      egress: [{}],
      ingress: [{ from: [{ podSelector: {} }] }],
      policyTypes: ["Ingress", "Egress"],
    }),
    networkPolicy("allow-scraping", {
      podSelector: {},
      ingress: [{
        from: [{ namespaceSelector: {} }],
        ports: [{ port: FLUX_PORTS.metrics, protocol: "TCP" }],
      }],
      policyTypes: ["Ingress"],
    }),
    networkPolicy("allow-webhooks", {
      podSelector: { matchLabels: { app: "notification-controller" } },
      ingress: [{ from: [{ namespaceSelector: {} }] }],
      policyTypes: ["Ingress"],
    }),
    service("source-controller", [{ name: "http", port: 80, protocol: "TCP", targetPort: "http" }]),
    service("notification-controller", [{ name: "http", port: 80, protocol: "TCP", targetPort: "http" }]),
    service(
      "webhook-receiver",
      [{ name: "http", port: 80, protocol: "TCP", targetPort: "http-webhook" }],
      "notification-controller",
    ),
    ...FLUX_CONTROLLERS.flatMap((name) => [
      {
        apiVersion: "v1",
        kind: "ServiceAccount",
        metadata: {
          name,
          namespace: FLUX_NAMESPACE,
          labels: { ...LABELS, "app.kubernetes.io/component": name },
        },
      },
      deployment(name, versions),
    ]),
  ];
}

/** Annotations of the pods. */
export function startAnnotations(
  { proxyVersion, authoritiesVersion }: StartVersions,
): Record<string, string> {
  return {
    ...(proxyVersion === undefined ? {} : { [PROXY_ANNOTATION]: proxyVersion }),
    ...(authoritiesVersion === undefined ? {} : { [AUTHORITIES_ANNOTATION]: authoritiesVersion }),
  };
}

function deployment(name: keyof typeof FLUX_IMAGES, versions: StartVersions): Deployment {
  const annotations = startAnnotations(versions);
  const isSource = name === "source-controller";
  const isNotification = name === "notification-controller";
  const hasDependencies = name === "kustomize-controller" || name === "helm-controller";
  const ports = [
    ...(isSource || isNotification
      ? [{ name: "http", containerPort: FLUX_PORTS.http, protocol: "TCP" }]
      : []),
    ...(isNotification ? [{ name: "http-webhook", containerPort: FLUX_PORTS.webhook, protocol: "TCP" }] : []),
    { name: "http-prom", containerPort: FLUX_PORTS.metrics, protocol: "TCP" },
    { name: "healthz", containerPort: FLUX_PORTS.health, protocol: "TCP" },
  ];
  const cluster = `${FLUX_NAMESPACE}.svc.${CLUSTER_DOMAIN}.`;
  const args = [
    ...(isNotification ? [] : [`--events-addr=http://notification-controller.${cluster}/`]),
    "--watch-all-namespaces=true",
    "--log-level=info",
    "--log-encoding=json",
    // One node has one replica: a lost lease on a slow disk would only restart it.
    "--enable-leader-election=false",
    // A part that waits for another looks again soon: by default each layer costs half a minute of setup.
    ...(hasDependencies ? ["--requeue-dependency=5s"] : []),
    // Else a layer that waits for a part which never gets ready takes no fix until its time is over. Not for helm-controller:
    // there it would make any request during an installation a failure, and with no retries the end.
    ...(name === "kustomize-controller" ? ["--feature-gates=CancelHealthCheckOnNewRevision=true"] : []),
    ...(isSource ? ["--storage-path=/data", `--storage-adv-addr=source-controller.${cluster}`] : []),
  ];
  const volumes = [
    ...(isSource ? [{ name: "data", mountPath: "/data", emptyDir: {} }] : []),
    { name: "temp", mountPath: "/tmp", emptyDir: {} },
    {
      name: "authorities",
      mountPath: AUTHORITIES_FOLDER,
      readOnly: true,
      configMap: { name: AUTHORITIES_CONFIG_MAP, optional: true },
    },
  ];
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: {
      name,
      namespace: FLUX_NAMESPACE,
      labels: { ...LABELS, "app.kubernetes.io/component": name, control_plane: "controller" },
    },
    spec: {
      replicas: 1,
      strategy: { type: "Recreate" },
      selector: { matchLabels: { app: name } },
      template: {
        metadata: {
          labels: { ...LABELS, app: name, "app.kubernetes.io/component": name },
          ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
        },
        spec: {
          serviceAccountName: name,
          priorityClassName: "system-cluster-critical",
          nodeSelector: { "kubernetes.io/os": "linux" },
          securityContext: { fsGroup: 1337 },
          terminationGracePeriodSeconds: name === "helm-controller" ? 600 : 10,
          containers: [{
            name: "manager",
            image: FLUX_IMAGES[name],
            imagePullPolicy: "IfNotPresent",
            args,
            env: [
              { name: "RUNTIME_NAMESPACE", valueFrom: { fieldRef: { fieldPath: "metadata.namespace" } } },
              { name: "SSL_CERT_FILE", value: `${AUTHORITIES_FOLDER}/${AUTHORITIES_KEY}` },
              ...(isSource ? [{ name: "TUF_ROOT", value: "/tmp/.sigstore" }] : []),
            ],
            envFrom: [{ secretRef: { name: PROXY_SECRET, optional: true } }],
            ports,
            livenessProbe: { httpGet: { path: "/healthz", port: "healthz" } },
            readinessProbe: {
              httpGet: isSource ? { path: "/", port: "http" } : { path: "/readyz", port: "healthz" },
            },
            resources: {
              requests: { cpu: isSource ? "50m" : "100m", memory: "64Mi" },
              limits: { cpu: "1", memory: "1Gi" },
            },
            securityContext: {
              allowPrivilegeEscalation: false,
              readOnlyRootFilesystem: true,
              runAsNonRoot: true,
              capabilities: { drop: ["ALL"] },
              seccompProfile: { type: "RuntimeDefault" },
            },
            volumeMounts: volumes.map(({ name, mountPath, ...it }) => ({
              name,
              mountPath,
              ...("readOnly" in it ? { readOnly: it.readOnly } : {}),
            })),
          }],
          volumes: volumes.map(({ name, ...it }) =>
            "configMap" in it ? { name, configMap: it.configMap } : { name, emptyDir: it.emptyDir }
          ),
        },
      },
    },
  };
}

function clusterRole(name: string, rules: NonNullable<ClusterRole["rules"]>): ClusterRole {
  return {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRole",
    metadata: { name: `${name}-${FLUX_NAMESPACE}`, labels: LABELS },
    rules,
  };
}

function clusterRoleBinding(name: string, role: string, accounts: readonly string[]): ClusterRoleBinding {
  return {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRoleBinding",
    metadata: { name: `${name}-${FLUX_NAMESPACE}`, labels: LABELS },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: role },
    subjects: accounts.map((it) => ({ kind: "ServiceAccount", name: it, namespace: FLUX_NAMESPACE })),
  };
}

function networkPolicy(name: string, spec: NonNullable<NetworkPolicy["spec"]>): NetworkPolicy {
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name, namespace: FLUX_NAMESPACE, labels: LABELS },
    spec,
  };
}

function service(
  name: string,
  ports: NonNullable<NonNullable<Service["spec"]>["ports"]>,
  app: string = name,
): Service {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace: FLUX_NAMESPACE, labels: LABELS },
    spec: { type: "ClusterIP", selector: { app }, ports },
  };
}
