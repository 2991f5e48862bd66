import type { Snapshot } from "../../../../agent/facts/snapshot.ts";
import {
  ago,
  deployment,
  healthyCluster,
  object,
  podOf,
  snapshotOf,
  workingMore,
} from "../../status/objects.ts";
import { HEALTHY, type Row } from "../rule_row.ts";

const probe = (statusCode: number | undefined, location: string | undefined, error = "") => ({
  at: ago(2),
  url: "http://192.0.2.7:3000/auth/signin",
  statusCode,
  location,
  error,
  privateCertificate: false,
});

const appRuns = [
  podOf("alga-core", { state: { running: { startedAt: ago(600) } }, ready: true, imageID: "sha256:1" }, {
    phase: "Running",
    conditions: [],
  }),
];

const withApp = (local: ReturnType<typeof probe>, open?: ReturnType<typeof probe>): Snapshot =>
  snapshotOf({ ...healthyCluster(), pods: appRuns }, {
    ...workingMore(),
    probes: { local, public: open, registry: undefined },
  });

function ending(minutes: number): Snapshot {
  const made = podOf("email-service", { state: { running: { startedAt: ago(9_000) } }, ready: true });
  made.metadata.deletionTimestamp = ago(minutes * 60);
  return snapshotOf({ ...healthyCluster(), pods: [made] });
}

function task(conditions: Record<string, unknown>[]): Snapshot {
  const job = object("Job", "msp", "temporal-namespace-init-1", { status: { failed: 6, conditions } });
  return snapshotOf({ ...healthyCluster(), jobs: [job] });
}

/** Every way in which the rules of this family find something. */
export const APP_ROWS: readonly Row[] = [
  {
    name: "a pod that does not end",
    id: "app.not-ending",
    red: ending(30),
    green: ending(3),
  },
  ...["BackoffLimitExceeded", "DeadlineExceeded"].map((reason): Row => ({
    name: `a task that failed, ${reason}`,
    id: "app.task-failed",
    component: "temporal",
    red: task([{
      type: "Failed",
      status: "True",
      reason,
      message: "Job has failed",
      lastTransitionTime: ago(60),
    }]),
    green: task([]),
  })),
  {
    name: "app silent",
    id: "app.probe",
    red: withApp(probe(undefined, undefined, "Connection refused")),
    green: withApp(probe(200, undefined)),
  },
  {
    name: "placeholder address",
    id: "app.url",
    hard: true,
    red: withApp(probe(307, "https://alga.local/auth/signin")),
    green: withApp(probe(307, "https://psa.example.com/auth/signin")),
  },
  {
    name: "address elsewhere",
    id: "app.url",
    hard: false,
    red: withApp(probe(200, undefined), {
      ...probe(undefined, undefined, "Its name is not known to DNS"),
      url: "https://psa.example.com",
    }),
    green: withApp(probe(200, undefined), {
      ...probe(302, "/msp/dashboard"),
      url: "https://psa.example.com",
    }),
  },
  {
    name: "untrusted address",
    id: "app.certificate",
    hard: false,
    red: withApp(probe(200, undefined), {
      ...probe(302, "/msp/dashboard", "Its certificate has expired"),
      url: "https://psa.example.com",
      privateCertificate: true,
    }),
    green: withApp(probe(200, undefined), {
      ...probe(302, "/msp/dashboard"),
      url: "https://psa.example.com",
    }),
  },
  {
    name: "controller",
    id: "flux.controller-down",
    red: snapshotOf({
      ...healthyCluster(),
      deployments: [deployment("flux-system", "helm-controller", { ready: 0, createdSecAgo: 300 })],
    }),
    green: snapshotOf({
      ...healthyCluster(),
      deployments: [deployment("flux-system", "helm-controller", { ready: 0, createdSecAgo: 30 })],
    }),
  },
  {
    name: "name service",
    id: "platform.part-down",
    component: "coredns",
    red: snapshotOf({
      ...healthyCluster(),
      deployments: [deployment("kube-system", "coredns", { ready: 0, createdSecAgo: 300 })],
    }),
    green: snapshotOf({
      ...healthyCluster(),
      deployments: [deployment("flux-system", "helm-controller", { ready: 0, createdSecAgo: 300 })],
    }),
  },
  {
    name: "connection pool for long",
    id: "core.degraded",
    component: "pgbouncer",
    red: snapshotOf({
      ...healthyCluster(),
      deployments: [deployment("msp", "pgbouncer", { ready: 0, createdSecAgo: 1_200 })],
    }),
    green: snapshotOf({
      ...healthyCluster(),
      deployments: [deployment("msp", "pgbouncer", { ready: 0, createdSecAgo: 300 })],
    }),
  },
  {
    name: "application for long",
    id: "login.degraded",
    component: "alga-core",
    red: snapshotOf({
      ...healthyCluster(),
      deployments: [deployment("msp", "alga-core-sebastian", { ready: 0, createdSecAgo: 1_200 })],
    }),
    green: snapshotOf({
      ...healthyCluster(),
      deployments: [deployment("msp", "email-service", { ready: 0, createdSecAgo: 1_200 })],
    }),
  },
  {
    name: "background for long",
    id: "bg.degraded",
    red: snapshotOf({
      ...healthyCluster(),
      deployments: [deployment("msp", "email-service", { ready: 0, createdSecAgo: 1_200 })],
    }),
    green: snapshotOf({
      ...healthyCluster(),
      deployments: [deployment("msp", "email-service", { ready: 0, createdSecAgo: 300 })],
    }),
  },
  {
    name: "background switched off",
    id: "bg.degraded",
    red: snapshotOf({
      ...healthyCluster(),
      deployments: [deployment("msp", "email-service", { ready: 0, replicas: 0, createdSecAgo: 300 })],
    }),
    green: HEALTHY,
  },
];
