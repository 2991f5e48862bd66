import type { Snapshot } from "../../../agent/facts/snapshot.ts";
import { ago, flux, notReady, snapshotOf, stalled, workingMore } from "../status/objects.ts";

/** How long the appliance has been there in the last context. */
export const OLD_DAYS = 40;
const OLD = ago(OLD_DAYS * 86_400);
const NOTHING = { bootstrap: undefined, loginReadyOnce: false, stateDamage: undefined };
/** Nobody answers on the port of the application. */
const SILENT = {
  at: ago(2),
  url: "http://192.0.2.7:3000/auth/signin",
  statusCode: undefined,
  location: undefined,
  error: "connection refused",
  privateCertificate: false,
};

/** A moment of an appliance's life in which the same fault is seen. */
export interface Context {
  name: string;
  of(snapshot: Snapshot): Snapshot;
}

/** Installing, with nothing known of before. */
function firstInstall(snapshot: Snapshot): Snapshot {
  return {
    ...snapshot,
    setup: { ...snapshot.setup, status: "running", stepId: "login", stepTitle: "Log in", since: ago(600) },
    remembered: { ...snapshot.remembered, ...NOTHING },
    probes: { ...snapshot.probes, local: SILENT },
  };
}

/** Flux has given up on the core meanwhile, and its Kustomization has waited for it. */
function withTimeouts(snapshot: Snapshot): Snapshot {
  const { flux: late } = snapshotOf({
    flux: [
      flux("HelmRelease", "alga-core", [
        notReady("InstallFailed", "Helm install failed for release msp/alga-core: context deadline exceeded"),
        stalled(),
        {
          ...notReady(
            "InstallFailed",
            "Helm install failed for release msp/alga-core with chart sebastian@1: context deadline exceeded",
          ),
          type: "Released",
        },
      ]),
      flux("Kustomization", "alga-core", [
        notReady(
          "HealthCheckFailed",
          "health check failed after 30m0s: timeout waiting for: [HelmRelease/alga-system/alga-core status: 'InProgress']",
        ),
      ]),
    ],
  });
  // What the fixture itself says of Flux stays.
  const mine = snapshot.flux.filter((it) => it.name === "alga-core").some((it) =>
    it.suspended || it.conditions.some((one) => one.type === "Ready" && one.status !== "True")
  );
  return {
    ...firstInstall(snapshot),
    flux: mine ? snapshot.flux : [...snapshot.flux.filter((it) => it.name !== "alga-core"), ...late],
  };
}

/** People have worked with it for long: all objects are old, and the fault is new. */
function fortyDaysOld(snapshot: Snapshot): Snapshot {
  const old = <T extends { createdAt: string | undefined }>(it: T): T => ({ ...it, createdAt: OLD });
  return {
    ...snapshot,
    ...workingMore(),
    nodes: snapshot.nodes.map(old),
    workloads: snapshot.workloads.map(old),
    pods: snapshot.pods.map(old),
    flux: snapshot.flux.map(old),
    setup: { ...snapshot.setup, status: "done", since: OLD },
    probes: { ...workingMore().probes, ...snapshot.probes, local: SILENT },
  };
}

/** The moments in which every fixture is looked at. */
export const CONTEXTS: readonly Context[] = [
  { name: "first install", of: firstInstall },
  { name: "installation with time-outs of Flux", of: withTimeouts },
  { name: "forty days old", of: fortyDaysOld },
];
