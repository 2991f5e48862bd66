import type { HelmReleaseName } from "../../agent/product/helm_releases.ts";

/** One workload that a stand-in for a chart creates; names, labels and containers are those of the real ones. */
export interface SimWorkload {
  kind: "Deployment" | "StatefulSet" | "Job";
  name: string;
  container: string;
  image: string;
  labels: Record<string, string>;
  claims?: readonly string[];
  /** Kubernetes' own default unless given. */
  dnsPolicy?: string;
  /** Seconds from start to ready in an undisturbed world. */
  startSec: number;
}

const labels = (name: string, instance: string, component: string) => ({
  "app.kubernetes.io/name": name,
  "app.kubernetes.io/instance": instance,
  "app.kubernetes.io/component": component,
});

/** What each release brings. Images that carry a tag of the release have none here. */
export const SIM_WORKLOADS: Record<HelmReleaseName, readonly SimWorkload[]> = {
  "alga-core": [
    {
      kind: "StatefulSet",
      name: "db",
      container: "db",
      image: "ankane/pgvector:latest",
      labels: { app: "db" },
      claims: ["alga-core-sebastian-postgres-data"],
      startSec: 8,
    },
    {
      kind: "StatefulSet",
      name: "redis",
      container: "redis",
      image: "redis:latest",
      labels: { app: "redis" },
      claims: ["alga-core-sebastian-redis-data"],
      startSec: 6,
    },
    {
      kind: "Job",
      name: "alga-core-sebastian-bootstrap",
      container: "bootstrap",
      image: "ghcr.io/nine-minds/alga-psa-ee",
      labels: { "job-name": "alga-core-sebastian-bootstrap" },
      startSec: 25,
    },
    {
      kind: "Deployment",
      name: "alga-core-sebastian",
      dnsPolicy: "ClusterFirstWithHostNet",
      container: "sebastian",
      image: "ghcr.io/nine-minds/alga-psa-ee",
      labels: labels("sebastian", "alga-core", "main"),
      claims: ["alga-core-sebastian-storage"],
      startSec: 30,
    },
  ],
  pgbouncer: [{
    kind: "Deployment",
    name: "pgbouncer",
    container: "pgbouncer",
    image: "edoburu/pgbouncer:latest",
    labels: labels("pgbouncer", "pgbouncer", "pgbouncer"),
    startSec: 5,
  }],
  temporal: [
    {
      kind: "Deployment",
      name: "temporal",
      container: "temporal",
      image: "temporalio/auto-setup:1.27.2",
      labels: labels("temporal", "temporal", "server"),
      startSec: 10,
    },
    {
      kind: "Deployment",
      name: "temporal-ui",
      container: "temporal-ui",
      image: "temporalio/ui:2.30.0",
      labels: labels("temporal", "temporal", "ui"),
      startSec: 5,
    },
  ],
  "email-service": [{
    kind: "Deployment",
    name: "email-service",
    container: "email-service",
    image: "ghcr.io/nine-minds/email-service",
    labels: labels("email-service", "email-service", "email-service"),
    startSec: 8,
  }],
  "workflow-worker": [{
    kind: "Deployment",
    name: "workflow-worker",
    container: "workflow-worker",
    image: "ghcr.io/nine-minds/workflow-worker",
    labels: labels("workflow-worker", "workflow-worker", "workflow-worker"),
    startSec: 8,
  }],
  "temporal-worker": [{
    kind: "Deployment",
    name: "temporal-worker",
    container: "temporal-worker",
    image: "ghcr.io/nine-minds/temporal-worker",
    labels: labels("temporal-worker", "temporal-worker", "temporal-worker"),
    startSec: 12,
  }],
};
