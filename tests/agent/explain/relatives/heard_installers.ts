import type { BlockerId } from "../../../../agent/causes/cause.ts";
import { part, release, source } from "./installers.ts";
import type { Relative } from "./relative.ts";

type WithReason = readonly [
  id: BlockerId,
  reason: string,
  text: string,
  sentences?: Pick<Relative, "says" | "never">,
];

const OF_SOURCES: readonly (readonly [...WithReason])[] = [
  [
    "flux.source-tls",
    "OCIArtifactPullFailed",
    'failed to determine artifact digest: Get "https://ghcr.io/v2/": tls: failed to verify certificate: x509: certificate signed by unknown authority',
  ],
  [
    "flux.verify",
    "VerificationError",
    "failed to verify the signature using provider 'cosign': no matching signatures were found for 'ghcr.io/nine-minds/alga-appliance@sha256:aa'",
  ],
  ["flux.source-failed", "URLInvalid", "invalid URL 'oci://': parsing reference"],
  ["flux.source-notfound", "OCIArtifactPullFailed", "no match found for semver: >=2.0.0"],
  [
    "flux.source-notfound",
    "OCIArtifactPullFailed",
    "failed to determine the artifact tag for 'oci://ghcr.io/nine-minds/alga-appliance': GET https://ghcr.io/v2/nine-minds/alga-appliance/tags/list?n=1000: NAME_UNKNOWN: repository name not known to registry",
  ],
  [
    "flux.source-failed",
    "AuthenticationFailed",
    "failed to get credential from 'generic': failed to configure authentication options: auth secret 'alga-system/ghcr-pull' does not contain a .dockerconfigjson",
    { never: /connection ends/ },
  ],
  [
    "flux.source-failed",
    "AuthenticationFailed",
    "failed to generate transport for 'oci://ghcr.io/x': failed to parse CA certificate",
    { never: /connection ends/ },
  ],
  [
    "flux.source-failed",
    "OCILayerOperationFailed",
    "failed to extract layer contents from artifact: no layers found in artifact",
  ],
  [
    "dns.failed",
    "OCIArtifactPullFailed",
    "failed to pull artifact from 'oci://ghcr.io/nine-minds/alga-appliance': Get \"https://ghcr.io/v2/\": dial tcp: lookup ghcr.io on 10.43.0.10:53: read udp 10.42.0.9:44323->10.43.0.10:53: read: connection refused",
  ],
  [
    "net.proxy-down",
    "OCIArtifactPullFailed",
    'failed to determine artifact digest: Get "https://ghcr.io/v2/": proxyconnect tcp: dial tcp 10.0.0.9:3128: connect: no route to host',
  ],
  [
    "flux.source-failed",
    "StorageOperationFailed",
    "unable to copy artifact to storage: open /data/ocirepository/x/sha256:aa.tar.gz.tmp: permission denied",
    { never: /connection ends/ },
  ],
  [
    "flux.source-auth",
    "OCIArtifactPullFailed",
    "failed to determine artifact digest: GET https://ghcr.io/token?scope=repository%3Anine-minds%2Falga-appliance%3Apull&service=ghcr.io: DENIED: requested access to the resource is denied",
  ],
  [
    "reg.unavailable",
    "OCIArtifactPullFailed",
    "failed to determine artifact digest: GET https://ghcr.io/v2/nine-minds/alga-appliance/manifests/1: unexpected status code 503 Service Unavailable: <html><body>503 Service Unavailable</body></html>",
  ],
  [
    "flux.source-failed",
    "OCIArtifactPullFailed",
    "failed to pull artifact from 'oci://ghcr.io/x': context deadline exceeded",
  ],
  [
    "flux.source-failed",
    "OCIArtifactPullFailed",
    'failed to pull artifact from \'oci://ghcr.io/x\': error verifying sha256 checksum after reading 1234 bytes; got "sha256:bb", want "sha256:aa"',
  ],
];

const OF_PARTS: readonly WithReason[] = [
  [
    "flux.build",
    "ReconciliationFailed",
    'Deployment/msp/email-service dry-run failed: Deployment.apps "email-service" is invalid: spec.selector: Invalid value: {"matchLabels":{"a":"b"}}: field is immutable',
  ],
  [
    "flux.not-ready",
    "ReconciliationFailed",
    'Deployment/msp/x dry-run failed: deployments.apps "x" is forbidden: User "system:serviceaccount:flux-system:kustomize-controller" cannot patch resource "deployments" in API group "apps" in the namespace "msp"',
    { never: /faulty content|Choose another/ },
  ],
  ["flux.build", "ReconciliationFailed", 'ConfigMap/msp/x dry-run failed: namespaces "msp" not found'],
  [
    "cfg.namespace-ending",
    "ReconciliationFailed",
    'ConfigMap/msp/x dry-run failed: configmaps "x" is forbidden: unable to create new content in namespace msp because it is being terminated',
    { says: /being deleted/, never: /Choose another release/ },
  ],
  [
    "cfg.webhook",
    "ReconciliationFailed",
    'HelmRelease/alga-system/x dry-run failed: Internal error occurred: failed calling webhook "validate.kyverno.svc": failed to call webhook: Post "https://kyverno-svc.kyverno.svc:443/validate?timeout=10s": no endpoints available for service "kyverno-svc"',
    { says: /webhook/, never: /faulty content/ },
  ],
  [
    "flux.build",
    "BuildFailed",
    "kustomize build failed: accumulating resources: accumulation err='accumulating resources from 'x.yaml': open /tmp/kustomization-1/x.yaml: no such file or directory'",
  ],
  [
    "flux.build",
    "BuildFailed",
    "post build failed for 'x': envsubst error: variable substitution failed: missing closing brace",
  ],
  [
    "flux.build",
    "BuildFailed",
    "substitute from 'ConfigMap/alga-release' error: configmaps \"alga-release\" not found",
  ],
  ["flux.not-ready", "ReconciliationFailed", "etcdserver: leader changed", {
    never: /faulty content|Choose another/,
  }],
  [
    "flux.not-ready",
    "ReconciliationFailed",
    "HelmRelease/alga-system/x dry-run failed: rpc error: code = Unknown desc = database is locked",
    { never: /faulty content|Choose another/ },
  ],
  [
    "flux.health-check",
    "HealthCheckFailed",
    "health check failed after 30.05s: failed early due to stalled resources: [HelmRelease/alga-system/x status: 'Failed']",
  ],
  [
    "flux.health-check",
    "ReconciliationFailed",
    "client rate limiter Wait returned an error: context deadline exceeded",
  ],
  ["flux.build", "PruneFailed", "delete failed, errors: ConfigMap/msp/x delete failed: Internal error"],
  [
    "flux.dependency",
    "ArtifactFailed",
    "failed to download archive: GET http://source-controller.flux-system.svc.cluster.local./ocirepository/alga-system/alga/x.tar.gz giving up after 10 attempt(s)",
  ],
  ["flux.dependency", "ArtifactFailed", "artifact not found, retrying in 30s"],
];

const OF_RELEASES: readonly WithReason[] = [
  [
    "flux.source-notfound",
    "SourceNotReady",
    "HelmChart 'alga-system/alga-system-email-service' is not ready: chart pull error: failed to get chart version for remote reference: could not get tags for \"email-service\": unable to locate any tags in provided repository: oci://ghcr.io/nine-minds/charts",
  ],
  [
    "flux.stalled",
    "InstallFailed",
    "Helm install failed for release msp/email-service with chart email-service@1: cannot re-use a name that is still in use",
  ],
  [
    "flux.stalled",
    "InstallFailed",
    'Helm install failed for release msp/x with chart x@1: Unable to continue with install: Secret "x" in namespace "msp" exists and cannot be imported into the current release: invalid ownership metadata; label validation error: missing key "app.kubernetes.io/managed-by": must be set to "Helm"',
  ],
  [
    "flux.stalled",
    "InstallFailed",
    "Helm install failed for release msp/x with chart x@1: failed pre-install: 1 error occurred:\n\t* job db-migrate failed: BackoffLimitExceeded\n\n",
  ],
  [
    "flux.helm-timeout",
    "UpgradeFailed",
    "Helm upgrade failed for release msp/x with chart x@1: pre-upgrade hooks failed: 1 error occurred:\n\t* timed out waiting for the condition\n\n",
  ],
  [
    "flux.stalled",
    "InstallFailed",
    "Helm install failed for release msp/x with chart x@1: values don't meet the specifications of the schema(s) in the following chart(s):\nx:\n- (root): Additional property foo is not allowed\n",
  ],
  [
    "flux.stalled",
    "UpgradeFailed",
    'Helm upgrade failed for release msp/x with chart x@1: cannot patch "x-init" with kind Job: Job.batch "x-init" is invalid: spec.template: Invalid value: field is immutable',
  ],
  [
    "flux.stalled",
    "UpgradeFailed",
    "Helm upgrade failed for release msp/x with chart x@1: cannot patch \"db\" with kind StatefulSet: StatefulSet.apps \"db\" is invalid: spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template' are forbidden",
  ],
  [
    "flux.stalled",
    "InstallFailed",
    'Helm install failed: Kubernetes cluster unreachable: Get "https://10.43.0.1:443/version": dial tcp 10.43.0.1:443: connect: connection refused',
  ],
  [
    "flux.stalled",
    "InstallFailed",
    'Helm install failed: create: failed to create: Secret "sh.helm.release.v1.x.v1" is invalid: data: Too long: must have at most 1048576 bytes',
  ],
  ["flux.source-failed", "ArtifactFailed", "could not load chart: chart.metadata.version is invalid"],
  [
    "cfg.namespace-ending",
    "InstallFailed",
    'Helm install failed: create: failed to create: secrets "sh.helm.release.v1.x.v1" is forbidden: unable to create new content in namespace msp because it is being terminated',
    { says: /being deleted/, never: /Choose another release/ },
  ],
  [
    "flux.helm-timeout",
    "InstallFailed",
    "Helm install failed for release msp/x with chart x@1: timeout waiting for: [StatefulSet/msp/db status: 'InProgress']",
  ],
  [
    "flux.helm-timeout",
    "InstallFailed",
    "Helm install failed for release msp/x with chart x@1: resource StatefulSet/msp/db not ready. status: InProgress, message: Ready: 0/1\ncontext deadline exceeded",
  ],
  [
    "flux.stalled",
    "InstallFailed",
    "Helm install failed: YAML parse error on email-service/templates/deployment.yaml: error converting YAML to JSON: yaml: line 33: did not find expected key",
  ],
  [
    "flux.stalled",
    "InstallFailed",
    'Helm install failed: Service "x" is invalid: spec.ports[0].nodePort: Invalid value: 30080: provided port is already allocated',
  ],
  [
    "cfg.quota",
    "InstallFailed",
    'Helm install failed: services "x" is forbidden: exceeded quota: q, requested: services=1, used: services=5, limited: services=5',
  ],
  [
    "flux.stalled",
    "RollbackFailed",
    "Helm rollback to previous release msp/x.v3 with chart x@1 failed: release has no 0 version",
  ],
  [
    "flux.stalled",
    "UninstallFailed",
    "Helm uninstall for release msp/x with chart x@1 failed: failed to delete release: x",
  ],
  [
    "flux.values",
    "ValuesError",
    "could not resolve ConfigMap chart values reference 'alga-system/appliance-values-email-service' with key 'email-service.single-node.yaml': key not found",
    {
      says: /written again \(sudo alga-agent update retry-part email-service/,
      never: /Choose/,
    },
  ],
  [
    "flux.build",
    "ValuesError",
    "could not resolve ConfigMap chart values reference 'alga-system/extra' with key 'values.yaml': key not found",
  ],
  [
    "flux.helm-pending",
    "UpgradeFailed",
    'Helm upgrade failed for release msp/email-service with chart email-service@1.2.0: "email-service" has no deployed releases',
    { says: /no state to go on from/, never: /busy|locked/ },
  ],
  [
    "flux.helm-pending",
    "UpgradeFailed",
    "Helm upgrade failed for release msp/email-service with chart email-service@1.2.0: another operation (install/upgrade/rollback) is in progress",
    { says: /marked as busy/ },
  ],
  [
    "flux.stalled",
    "InstallFailed",
    "Helm install failed for release msp/x with chart x@1.0.0: chart requires kubeVersion: >=1.99.0-0 which is incompatible with Kubernetes v1.36.3+k3s1",
  ],
  [
    "flux.stalled",
    "InstallFailed",
    'Helm install failed for release msp/x with chart x@1.0.0: create: failed to create: Secret "sh.helm.release.v1.x.v1" is invalid: data: Too long: must have at most 1048576 bytes',
    { never: /disk|space/ },
  ],
  [
    "flux.stalled",
    "UpgradeFailed",
    'Helm upgrade failed for release msp/x with chart x@1.0.0: cannot patch "x-migrations" with kind Job: Job.batch "x-migrations" is invalid: spec.template: Invalid value: core.PodTemplateSpec{ObjectMeta:v1.ObjectMeta{Name:""}}: field is immutable',
  ],
  [
    "flux.stalled",
    "InstallFailed",
    'Helm install failed for release msp/x with chart x@1.0.0: template: x/templates/deployment.yaml:12:20: executing "x/templates/deployment.yaml" at <.Values.image.tag>: nil pointer evaluating interface {}.tag',
    { never: /reached|DNS/ },
  ],
  [
    "flux.helm-timeout",
    "UpgradeFailed",
    "Helm upgrade failed for release msp/x with chart x@1.0.0: client rate limiter Wait returned an error: context deadline exceeded",
    { never: /registry|limits downloads/ },
  ],
  [
    "flux.stalled",
    "TestFailed",
    "Helm test failed for release msp/x with chart x@1: 1 error occurred: * pod x-test failed",
  ],
];

/** What the source, kustomize and helm controllers say. */
export const HEARD_INSTALLERS: readonly Relative[] = ([
  [OF_SOURCES, source],
  [OF_PARTS, part],
  [OF_RELEASES, release],
] as const).flatMap(([rows, show]) =>
  rows.map(([id, reason, text, sentences = {}]): Relative => ({
    name: `heard: ${reason}, ${text.slice(-80)}`,
    id,
    snapshot: show(reason, text),
    ...sentences,
  }))
);
