import type { KubeObject } from "../../../k8s/mod.ts";

export const NOW_MS = Date.parse("2026-11-21T12:00:00Z");
const BEFORE = "2026-11-21T11:50:00Z";

/** A HelmRelease as helm-controller leaves it after its one try ran out of time. */
export function failedRelease(
  over: {
    stalled?: string;
    suspend?: boolean;
    deleted?: boolean;
    observed?: number;
    last?: string;
    message?: string;
  } = {},
): KubeObject {
  const message = over.message ??
    "Helm upgrade failed for release msp/email-service with chart email-service@0.1.0: resource Deployment/msp/email-service not ready. status: InProgress, message: Available: 0/1\ncontext deadline exceeded";
  const condition = (type: string, status: string, reason: string, text: string) => ({
    type,
    status,
    reason,
    message: text,
    lastTransitionTime: BEFORE,
    observedGeneration: 2,
  });
  return {
    apiVersion: "helm.toolkit.fluxcd.io/v2",
    kind: "HelmRelease",
    metadata: {
      name: "email-service",
      namespace: "alga-system",
      generation: 2,
      ...(over.deleted ? { deletionTimestamp: BEFORE } : {}),
    },
    spec: { suspend: over.suspend ?? false },
    status: {
      observedGeneration: over.observed ?? 2,
      lastAttemptedRevision: "0.1.0",
      lastAttemptedConfigDigest: "sha256:1",
      history: [{ status: over.last ?? "failed", version: 2 }],
      conditions: [
        condition(
          "Stalled",
          over.stalled ?? "True",
          "RetriesExceeded",
          "Failed to upgrade after 1 attempt(s)",
        ),
        condition("Released", "False", "UpgradeFailed", message),
        condition("Ready", "False", "UpgradeFailed", message),
      ],
    },
  };
}

export function workload(
  name: string,
  over: { ready?: number; updated?: number; observed?: number } = {},
): KubeObject {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: {
      name,
      namespace: "msp",
      generation: 3,
      labels: {
        "helm.toolkit.fluxcd.io/name": name,
        "helm.toolkit.fluxcd.io/namespace": "alga-system",
      },
    },
    spec: { replicas: 1 },
    status: {
      observedGeneration: over.observed ?? 3,
      replicas: 1,
      updatedReplicas: over.updated ?? 1,
      readyReplicas: over.ready ?? 1,
    },
  };
}

export function job(name: string, state: "complete" | "running" | "failed"): KubeObject {
  const type = state === "complete" ? "Complete" : "Failed";
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: {
      name,
      namespace: "msp",
      labels: {
        "helm.toolkit.fluxcd.io/name": "email-service",
        "helm.toolkit.fluxcd.io/namespace": "alga-system",
      },
    },
    spec: { template: { spec: { restartPolicy: "Never", containers: [{ name: "c", image: "i" }] } } },
    status: state === "running" ? { active: 1 } : { conditions: [{ type, status: "True" }] },
  };
}
