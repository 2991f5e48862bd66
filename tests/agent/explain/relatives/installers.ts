import type { Snapshot } from "../../../../agent/facts/snapshot.ts";
import { flux, healthyCluster, notReady, snapshotOf, workingMore } from "../../status/objects.ts";
import type { Relative } from "./relative.ts";

function installer(kind: string, name: string, reason: string, message: string): Snapshot {
  const conditions = [notReady(reason, message)];
  const cluster = healthyCluster();
  return snapshotOf({
    ...cluster,
    flux: cluster.flux.map((it) =>
      it.kind === kind && it.metadata.name === name ? flux(kind, name, conditions) : it
    ),
  }, workingMore());
}
/** A HelmRelease that is refused. */
export const release = (reason: string, message: string) =>
  installer("HelmRelease", "email-service", reason, message);
/** A part of the release that is refused. */
export const part = (reason: string, message: string) =>
  installer("Kustomization", "alga-background", reason, message);
export const source = (reason: string, message: string) =>
  installer("OCIRepository", "alga-appliance", reason, message);

/** What Flux' controllers say. @see fluxcd/helm-controller v1.4, source-controller v1.7, kustomize-controller v1.7 */
export const INSTALLERS: readonly Relative[] = [
  {
    name: "what is not found in a release that came is no release",
    snapshot: source(
      "OCILayerOperationFailed",
      "failed to extract layer contents from artifact: layer with media type not found",
    ),
    id: "flux.source-failed",
    never: /does not exist/,
  },
  {
    name: "a full disk is no faulty content",
    snapshot: part("ReconciliationFailed", "Deployment/msp/x apply failed: no space left on device"),
    id: "disk.pressure",
    never: /faulty/,
  },
  {
    name: "a disk that fails is no release that was given up",
    snapshot: release("InstallFailed", "Helm install failed: write /tmp/x: input/output error"),
    id: "disk.io-error",
  },
  {
    name: "a release that is marked as busy is no faulty content",
    snapshot: release(
      "StateError",
      "could not determine release state: unable to determine state for release with status 'pending-install'",
    ),
    id: "flux.helm-pending",
  },
  {
    name: "the source within the cluster is nobody's firewall",
    snapshot: release(
      "ArtifactFailed",
      'failed to download chart: GET http://source-controller.flux-system.svc.cluster.local./x giving up after 10 attempt(s): Get "http://source-controller.flux-system.svc.cluster.local./x": dial tcp 10.43.1.1:80: connect: connection refused',
    ),
    id: "flux.not-ready",
    never: /network administrator|port 443/,
  },
  {
    name: "a login that is missing is no missing release",
    snapshot: source(
      "AuthenticationFailed",
      "failed to get credential from 'generic': secrets \"ghcr-login\" not found",
    ),
    id: "cfg.missing-secret",
    says: /"ghcr-login"/,
    never: /does not exist|Choose another/,
  },
  {
    name: "a full disk of the installer is no way out of the network",
    snapshot: source(
      "ArchiveOperationFailed",
      "unable to archive artifact to storage: write /data/x: no space left on device",
    ),
    id: "disk.pressure",
  },
  ...["i/o timeout", "no such host", "server misbehaving"].map((end): Relative => ({
    name: `the name service of the cluster is nothing for a network administrator to open: ${end}`,
    snapshot: source(
      "OCIArtifactPullFailed",
      `failed to determine artifact digest: Get "https://ghcr.io/v2/": dial tcp: lookup ghcr.io on 10.43.0.10:53: ${
        end === "i/o timeout" ? "read udp 10.42.0.5:1->10.43.0.10:53: i/o timeout" : end
      }`,
    ),
    id: end === "i/o timeout" ? "dns.failed" : end === "no such host" ? "dns.nxdomain" : "dns.servfail",
    never: /10\.43\.0\.10/,
  })),
  {
    name: "a chart of which nothing is known waits for what is not there",
    snapshot: release(
      "DependencyNotReady",
      "unable to get 'alga-system/nothing' dependency: helmreleases.helm.toolkit.fluxcd.io \"nothing\" not found",
    ),
    id: "flux.dependency",
    says: /"nothing"/,
  },
  ...["AccessDenied", "DecryptionFailed", "SomethingNew"].map((reason): Relative => ({
    name:
      `a reason of the installer that nobody knows is told, and nothing is fully healthy beside it: ${reason}`,
    snapshot: part(reason, "a thing"),
    id: "flux.not-ready",
    says: /The details quote/,
  })),
];
