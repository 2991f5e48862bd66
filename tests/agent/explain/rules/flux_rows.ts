import type { Snapshot } from "../../../../agent/facts/snapshot.ts";
import {
  ago,
  flux,
  healthyCluster,
  notReady,
  ready,
  snapshotOf,
  stalled,
  workingMore,
} from "../../status/objects.ts";
import { HEALTHY, type Row } from "../rule_row.ts";
import { PULLS } from "./pull_texts.ts";

function release(name: string, conditions: Record<string, unknown>[], options = {}): Snapshot {
  const cluster = healthyCluster();
  return snapshotOf({
    ...cluster,
    flux: cluster.flux.map((it) =>
      it.kind === "HelmRelease" && it.metadata.name === name
        ? flux("HelmRelease", name, conditions, options)
        : it
    ),
  }, workingMore());
}

const unknown = (minutes: number) => ({
  type: "Ready",
  status: "Unknown",
  reason: "Progressing",
  message: "Running 'install' action with timeout of 30m0s",
  lastTransitionTime: ago(minutes * 60),
  observedGeneration: 1,
});

function fluxObject(
  kind: string,
  name: string,
  conditions: Record<string, unknown>[],
  options = {},
): Snapshot {
  const cluster = healthyCluster();
  return snapshotOf({
    ...cluster,
    flux: cluster.flux.map((it) =>
      it.kind === kind && it.metadata.name === name ? flux(kind, name, conditions, options) : it
    ),
  });
}

/** Of a source these have a name of their own. */
const OF_A_SOURCE: readonly string[] = ["net.tls-intercept", "reg.auth"];

/** Every way in which the rules of this family find something. */
export const FLUX_ROWS: readonly Row[] = [
  {
    name: "busy for ever",
    id: "flux.not-ready",
    red: release("email-service", [unknown(50)]),
    green: release("email-service", [unknown(40)]),
  },
  {
    name: "a step that is not ready, without a reason that is known",
    id: "flux.not-ready",
    red: fluxObject("Kustomization", "alga-background", [
      notReady("SomethingNew", "nobody has seen this", { lastTransitionTime: ago(13 * 60) }),
    ]),
    green: fluxObject("Kustomization", "alga-background", [
      notReady("SomethingNew", "nobody has seen this", { lastTransitionTime: ago(50) }),
    ]),
  },
  // The next look, at the object's own interval, makes these good.
  ...["SourceNotReady", "ProgressingWithRetry"].map((reason): Row => ({
    name: `a step that is looked at again, ${reason}`,
    id: "flux.not-ready",
    red: fluxObject("Kustomization", "alga-background", [
      notReady(reason, "nobody has seen this", { lastTransitionTime: ago(13 * 60) }),
    ]),
    green: fluxObject("Kustomization", "alga-background", [
      notReady(reason, "nobody has seen this", { lastTransitionTime: ago(150) }),
    ]),
  })),
  {
    name: "never looked at",
    id: "flux.not-ready",
    red: fluxObject("HelmRelease", "email-service", []),
    green: fluxObject("HelmRelease", "email-service", [ready()]),
  },
  ...(
    [
      [
        "cfg.namespace-ending",
        "unable to create new content in namespace msp because it is being terminated",
      ],
      ["cfg.quota", "exceeded quota: small, requested: services=1, used: services=5, limited: services=5"],
      ["cfg.webhook", 'admission webhook "policy.example.com" denied the request: no'],
    ] as const
  ).flatMap(([id, end]): Row[] => [
    {
      name: `a release that is not let in, ${end.slice(0, 30)}`,
      id,
      red: release("email-service", [notReady("InstallFailed", `Helm install failed: ${end}`)]),
      green: release("email-service", [ready()]),
    },
    {
      name: `a part that is not let in, ${end.slice(0, 30)}`,
      id,
      red: fluxObject("Kustomization", "alga-background", [
        notReady("ReconciliationFailed", `ConfigMap/msp/x dry-run failed: ${end}`),
      ]),
      green: fluxObject("Kustomization", "alga-background", [ready()]),
    },
  ]),
  ...(
    [
      ["disk.pressure", "no space left on device"],
      ["disk.readonly", "read-only file system"],
      ["disk.io-error", "input/output error"],
      ["mem.oom-host", "cannot allocate memory"],
    ] as const
  ).map(([id, end]): Row => ({
    name: `the installer's own folder, ${end}`,
    id,
    red: fluxObject("OCIRepository", "alga-appliance", [
      notReady("ArchiveOperationFailed", `unable to archive artifact to storage: mkdir /var/x: ${end}`),
    ]),
    green: fluxObject("OCIRepository", "alga-appliance", [ready()]),
  })),
  ...PULLS.filter(([id]) => /^(dns|net|time|reg)\./.test(id) && !OF_A_SOURCE.includes(id))
    .map(([id, text], index): Row => ({
      name: `release source, text ${index}`,
      id,
      component: "network",
      red: fluxObject("OCIRepository", "alga-appliance", [
        notReady("OCIArtifactPullFailed", `failed to determine artifact digest: ${text}`),
      ]),
      green: HEALTHY,
    })),
  {
    name: "source 401",
    id: "flux.source-auth",
    red: fluxObject("OCIRepository", "alga-appliance", [
      notReady(
        "OCIArtifactPullFailed",
        "failed to determine artifact digest: GET https://ghcr.io/token?scope=x: DENIED: requested access to the resource is denied",
      ),
    ]),
    green: HEALTHY,
  },
  {
    name: "source TLS",
    id: "flux.source-tls",
    red: fluxObject("OCIRepository", "alga-appliance", [
      notReady(
        "OCIArtifactPullFailed",
        'failed to determine artifact digest: Get "https://ghcr.io/v2/": tls: failed to verify certificate: x509: certificate signed by unknown authority',
      ),
    ]),
    green: HEALTHY,
  },
  {
    name: "source missing",
    id: "flux.source-notfound",
    red: fluxObject("OCIRepository", "alga-appliance", [
      notReady(
        "OCIArtifactPullFailed",
        "failed to determine artifact digest: GET https://ghcr.io/v2/nine-minds/x/manifests/sha256:11: MANIFEST_UNKNOWN: manifest unknown",
      ),
    ]),
    green: HEALTHY,
  },
  {
    name: "source DNS",
    id: "dns.nxdomain",
    red: fluxObject("OCIRepository", "alga-appliance", [
      notReady(
        "OCIArtifactPullFailed",
        'failed to determine artifact digest: Get "https://ghcr.io/v2/": dial tcp: lookup ghcr.io on 10.43.0.10:53: no such host',
      ),
    ]),
    green: HEALTHY,
  },
  {
    name: "source odd",
    id: "flux.source-failed",
    red: fluxObject("OCIRepository", "alga-appliance", [
      notReady(
        "OCIArtifactLayerOperationFailed",
        "failed to extract layer contents from artifact: gzip: invalid header",
      ),
    ]),
    green: HEALTHY,
  },
  {
    name: "keys missing",
    id: "cfg.missing-secret",
    red: fluxObject("OCIRepository", "alga-appliance", [
      notReady(
        "VerificationError",
        `failed to verify the signature using provider 'cosign': secrets "alga-release-keys" not found`,
      ),
    ]),
    green: HEALTHY,
  },
  {
    name: "signature",
    id: "flux.verify",
    red: fluxObject("OCIRepository", "alga-appliance", [
      notReady(
        "VerificationError",
        "failed to verify the signature using provider 'cosign': no matching signatures were found",
      ),
    ]),
    green: HEALTHY,
  },
  {
    name: "build",
    id: "flux.build",
    red: fluxObject("Kustomization", "alga-core", [
      notReady("BuildFailed", "kustomize build failed: accumulating resources: x"),
    ]),
    green: HEALTHY,
  },
  {
    name: "kind missing",
    id: "flux.crd-missing",
    red: fluxObject("Kustomization", "alga-core", [
      notReady(
        "ReconciliationFailed",
        'HelmRelease/alga-system/alga-core dry-run failed: no matches for kind "HelmRelease" in version "helm.toolkit.fluxcd.io/v2"',
      ),
    ]),
    green: HEALTHY,
  },
  {
    name: "kinds missing",
    id: "flux.crd-missing",
    red: { ...HEALTHY, missingFluxKinds: ["HelmRelease"] },
    green: HEALTHY,
  },
  {
    name: "dependency that nothing moves",
    id: "flux.dependency",
    hard: false,
    red: fluxObject("Kustomization", "alga-core", [
      notReady("DependencyNotReady", "dependency 'flux-system/alga-platform' is not ready", {
        lastTransitionTime: ago(46 * 60),
      }),
    ]),
    // The parts come one after the other.
    green: fluxObject("Kustomization", "alga-core", [
      notReady("DependencyNotReady", "dependency 'flux-system/alga-platform' is not ready", {
        lastTransitionTime: ago(44 * 60),
      }),
    ]),
  },
  {
    name: "dependency that is not there",
    id: "flux.dependency",
    red: fluxObject("Kustomization", "alga-core", [
      notReady("DependencyNotReady", "dependency 'flux-system/alga-nothing' is not ready", {
        lastTransitionTime: ago(130),
      }),
    ]),
    green: fluxObject("Kustomization", "alga-core", [
      notReady("DependencyNotReady", "dependency 'flux-system/alga-nothing' is not ready", {
        lastTransitionTime: ago(60),
      }),
    ]),
  },
  {
    name: "health check",
    id: "flux.health-check",
    red: fluxObject("Kustomization", "alga-core", [
      notReady(
        "HealthCheckFailed",
        "health check failed after 30m: timeout waiting for: [Deployment/msp/part status: 'InProgress']",
      ),
    ]),
    green: HEALTHY,
  },
  {
    name: "suspended",
    id: "flux.suspended",
    red: release("pgbouncer", [ready()], { suspend: true }),
    green: HEALTHY,
  },
  {
    name: "values that are not there",
    id: "flux.values",
    component: "temporal",
    red: release("temporal", [
      notReady(
        "ValuesError",
        `could not resolve ConfigMap chart values reference 'alga-system/appliance-values-temporal' with key 'values.yaml': configmaps "appliance-values-temporal" not found`,
      ),
    ]),
    green: HEALTHY,
  },
  {
    name: "values that somebody changed",
    id: "flux.values",
    red: release("temporal", [
      notReady(
        "ValuesError",
        "could not resolve ConfigMap chart values reference 'alga-system/appliance-values-temporal' with key 'temporal.single-node.yaml': unable to parse values",
      ),
    ]),
    green: HEALTHY,
  },
  {
    name: "values that are not values",
    id: "flux.build",
    red: release("temporal", [
      notReady(
        "ValuesError",
        "could not resolve ConfigMap chart values reference 'alga-system/x' with key 'y': unable to parse values",
      ),
    ]),
    green: HEALTHY,
  },
  {
    name: "release that the API refused for a moment",
    id: "flux.not-ready",
    hard: false,
    red: release("temporal", [
      notReady("StateError", "Could not determine release state: etcdserver: leader changed"),
    ]),
    green: HEALTHY,
  },
  {
    name: "what is to go and does not",
    id: "flux.build",
    red: fluxObject("Kustomization", "alga-core", [
      notReady("PruneFailed", "Deployment/msp/x delete failed: admission denied"),
    ]),
    green: HEALTHY,
  },
  {
    name: "stalled",
    id: "flux.stalled",
    red: release("temporal", [notReady("UpgradeFailed", "Helm upgrade failed: cannot patch"), stalled()]),
    green: HEALTHY,
  },
  {
    name: "helm timeout",
    id: "flux.helm-timeout",
    red: release("temporal", [
      notReady(
        "InstallFailed",
        "Helm install failed for release msp/temporal with chart temporal@0.1.0: context deadline exceeded",
      ),
      stalled(),
    ]),
    green: HEALTHY,
  },
  {
    name: "helm timeout of a busy node",
    id: "flux.helm-timeout",
    red: release("temporal", [
      notReady(
        "InstallFailed",
        "Helm install failed for release msp/temporal with chart temporal@0.1.0: client rate limiter Wait returned an error: rate: Wait(n=1) would exceed context deadline",
      ),
      stalled(),
    ]),
    green: HEALTHY,
  },
  {
    name: "helm timeout of an older generation",
    id: "flux.stalled",
    red: release("temporal", [notReady("UpgradeFailed", "cannot patch"), stalled()]),
    green: release("temporal", [notReady("UpgradeFailed", "cannot patch"), stalled()], {
      generation: 2,
      observedGeneration: 1,
    }),
  },
  {
    name: "helm pending",
    id: "flux.helm-pending",
    red: release("temporal", [
      notReady(
        "UpgradeFailed",
        "Helm upgrade failed: another operation (install/upgrade/rollback) is in progress",
      ),
    ]),
    green: HEALTHY,
  },
  {
    name: "old data",
    id: "app.db-auth",
    component: "db",
    red: release("alga-core", [
      notReady(
        "InstallFailed",
        "execution error at (sebastian/templates/postgres/secrets.yaml): Refusing to generate db-credentials because PVC alga-core-sebastian-postgres-data already exists",
      ),
    ]),
    green: HEALTHY,
  },
];
