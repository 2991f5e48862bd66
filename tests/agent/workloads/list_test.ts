import assert from "node:assert/strict";
import { listWorkloads, ROWS_ON_A_PAGE } from "../../../agent/workloads/list.ts";
import { ALL_WORKLOADS, type WorkloadQuery } from "../../../agent/workloads/query.ts";
import type { StateCode } from "../../../agent/workloads/state.ts";
import { moved, RECORDINGS, snapshotAt } from "../explain/recorded_snapshots.ts";
import {
  ago,
  type Cluster,
  crashed,
  deployment,
  NOW_MS,
  object,
  pod,
  podOf,
  snapshotOf,
  statefulSet,
  waiting,
} from "../status/objects.ts";

const RUNNING = {
  ready: true,
  state: { running: { startedAt: ago(3_000) } },
  lastState: {},
  imageID: `registry.example/x@sha256:${"a".repeat(64)}`,
};

function list(cluster: Partial<Cluster>, query: Partial<WorkloadQuery> = {}) {
  return listWorkloads(snapshotOf(cluster), { ...ALL_WORKLOADS, ...query }, NOW_MS).list;
}

/** What was recorded on a real node → the state that the list shows at its last moment. */
const RECORDED: Readonly<Record<string, StateCode>> = {
  "image-digest": "no-image",
  "image-refused": "no-image",
  "secret-missing": "no-settings",
  "configmap-key-missing": "no-settings",
  "secret-volume-missing": "cannot-start",
  "network-missing": "cannot-start",
  "too-little-memory": "no-place",
  "readiness-probe": "not-ready",
  crash: "crashing",
  "liveness-probe": "crashing",
  "binary-missing": "crashing",
};

for (const [name, expected] of Object.entries(RECORDED)) {
  Deno.test(`recorded on a real node: ${name} stands first in the list as "${expected}"`, () => {
    const recording = RECORDINGS.find((it) => it.name === name);
    const last = recording?.phases.at(-1);
    assert.ok(recording && last, "it is recorded");
    const snapshot = snapshotAt(moved(last));
    const laterMs = Math.max(recording.laterSec * 1000, 90_000);
    const { list } = listWorkloads(snapshot, ALL_WORKLOADS, NOW_MS + laterMs);
    const names = new Set(last.deployments.map((it) => it.metadata.name));
    const row = list.rows.find((it) => names.has(it.name)) ?? list.rows[0];
    assert.deepEqual([row?.state, list.needAttention > 0], [expected, true], JSON.stringify(row));
    assert.notEqual(row?.tone, "good");
  });
}

Deno.test("failed and evicted pods do not spoil the state of their owner, and are counted", () => {
  const evicted = podOf("pgbouncer", {}, { phase: "Failed" });
  evicted.metadata.name = "pgbouncer-7d9c5-gone";
  evicted.metadata.uid = "gone";
  evicted.status.reason = "Evicted";
  const { rows, needAttention } = list({
    deployments: [deployment("msp", "pgbouncer")],
    pods: [evicted, podOf("pgbouncer", RUNNING, { phase: "Running" })],
  });
  assert.deepEqual(
    rows.map((it) => [it.name, it.state, it.tone, it.pods, it.ended, it.ready, it.wanted]),
    [["pgbouncer", "running", "good", 1, 1, 1, 1]],
  );
  assert.equal(needAttention, 0);
});

Deno.test("a new pod that fails is told although the old one still serves", () => {
  const fresh = podOf("pgbouncer", crashed("waiting"), { phase: "Running" });
  fresh.metadata.name = "pgbouncer-new";
  const { rows } = list({
    deployments: [deployment("msp", "pgbouncer")],
    pods: [podOf("pgbouncer", RUNNING, { phase: "Running" }), fresh],
  });
  assert.deepEqual([rows[0]?.state, rows[0]?.pod, rows[0]?.ready], ["crashing", "pgbouncer-new", 1]);
});

Deno.test("a row tells restarts with the last reason, image, digest, age, and the tier that it counts for", () => {
  const { rows } = list({
    statefulSets: [statefulSet("db")],
    pods: [podOf("db", {
      ...crashed("running", { reason: "OOMKilled", exitCode: 137, restarts: 3, secondsAgo: 3_000 }),
      state: { running: { startedAt: ago(2_990) } },
      imageID: RUNNING.imageID,
    }, { phase: "Running", images: { db: "registry.example/db:16" } })],
  });
  const [row] = rows;
  assert.deepEqual([row?.state, row?.restarts, row?.lastEnd?.reason, row?.lastEnd?.exitCode, row?.tier], [
    "running",
    3,
    "OOMKilled",
    137,
    "core",
  ]);
  assert.deepEqual(row?.images, [{
    container: "db",
    image: "registry.example/db:16",
    digest: `sha256:${"a".repeat(64)}`,
  }]);
  assert.equal(row?.createdAt, ago(3_600));
});

Deno.test("what needs attention comes first, of equals Alga's own before the others", () => {
  const { rows } = list({
    deployments: [
      deployment("kube-system", "coredns"),
      deployment("msp", "workflow-worker", { ready: 0 }),
      deployment("msp", "email-service"),
      deployment("flux-system", "helm-controller"),
    ],
    statefulSets: [statefulSet("db", 0)],
    pods: [
      podOf("workflow-worker", waiting("ImagePullBackOff", "not found")),
      podOf("db", crashed("waiting"), { phase: "Running" }),
    ],
  });
  assert.deepEqual(rows.map((it) => `${it.name} ${it.tone}`), [
    "db bad",
    "workflow-worker warn",
    "email-service good",
    "helm-controller good",
    "coredns good",
  ]);
});

Deno.test("namespaces that are not the appliance's are left out, and what needs attention there is counted", () => {
  const cluster = {
    deployments: [deployment("msp", "pgbouncer")],
    pods: [
      pod("default", "stray", {
        containers: [{ name: "a", restartCount: 0, ...waiting("ErrImagePull", "x") }],
      }),
    ],
  };
  const usual = list(cluster);
  assert.deepEqual([usual.rows.map((it) => it.name), usual.elsewhere], [["pgbouncer"], 1]);
  const all = list(cluster, { namespace: "all" });
  assert.deepEqual([all.rows.map((it) => it.name), all.elsewhere], [["stray", "pgbouncer"], 0]);
  assert.deepEqual(list(cluster, { namespace: "default" }).rows.map((it) => it.name), ["stray"]);
  assert.deepEqual(list(cluster, { name: "BOUNCER" }).rows.map((it) => it.name), ["pgbouncer"]);
});

Deno.test("what is over is hidden and counted; a Job that failed stays", () => {
  const job = (name: string, type: string) =>
    object("Job", "msp", name, {
      spec: { template: { spec: { containers: [] } } },
      status: {
        conditions: [{ type, status: "True", reason: type, message: "m", lastTransitionTime: ago(60) }],
      },
    });
  const cluster = { jobs: [job("fine", "Complete"), job("broken", "Failed")] };
  const usual = list(cluster);
  assert.deepEqual([usual.rows.map((it) => [it.name, it.state]), usual.hiddenEnded], [
    [["broken", "failed"]],
    1,
  ]);
  assert.deepEqual(list(cluster, { ended: true }).rows.map((it) => it.name), ["broken", "fine"]);
});

Deno.test("a workload without the pods that it wants says what the cluster says of that", () => {
  const { rows } = list({ deployments: [deployment("msp", "pgbouncer", { ready: 0 })] });
  assert.deepEqual([rows[0]?.state, rows[0]?.reason, rows[0]?.pod], [
    "no-pod",
    "MinimumReplicasUnavailable",
    null,
  ]);
  const stopped = list({ deployments: [deployment("msp", "pgbouncer", { ready: 0, replicas: 0 })] });
  assert.deepEqual([stopped.rows[0]?.state, stopped.needAttention], ["stopped", 0]);
});

Deno.test("a pod with a sidecar is running; while it is prepared it says so", () => {
  const sidecar = { name: "proxy", restartCount: 0, ...RUNNING };
  const made = podOf("pgbouncer", RUNNING, { phase: "Running", init: [sidecar] });
  made.spec.initContainers[0].restartPolicy = "Always";
  const { rows } = list({ pods: [made] });
  assert.deepEqual([rows[0]?.state, rows[0]?.ready, rows[0]?.wanted], ["running", 1, 1]);
  const preparing = podOf("pgbouncer", waiting("PodInitializing"), {
    init: [{
      name: "wait",
      restartCount: 0,
      ready: false,
      state: { running: { startedAt: ago(5) } },
      lastState: {},
    }],
  });
  assert.equal(list({ pods: [preparing] }).rows[0]?.state, "preparing");
});

Deno.test("the pods of one workload come a page at a time, those that need attention first", () => {
  const pods = Array.from({ length: 101 }, (_, i) => {
    const it = podOf("pgbouncer", i === 90 ? waiting("ImagePullBackOff", "x") : RUNNING, {
      phase: i === 90 ? "Pending" : "Running",
    });
    it.metadata.name = `pgbouncer-${String(i).padStart(3, "0")}`;
    return it;
  });
  const of = "Deployment/msp/pgbouncer";
  const first = list({ pods }, { of });
  assert.deepEqual([first.rows.length, first.pages, first.total], [ROWS_ON_A_PAGE, 3, 101]);
  assert.deepEqual([first.rows[0]?.name, first.rows[1]?.name], ["pgbouncer-090", "pgbouncer-000"]);
  const beyond = list({ pods }, { of, page: 99 });
  assert.deepEqual([beyond.page, beyond.rows.length], [3, 21]);
});

Deno.test("without Kubernetes, and while it does not answer, the list says so, with what is remembered and the next step", () => {
  const at = (state: "absent" | "not-answering" | "connecting", lastContactAt?: string) =>
    listWorkloads(
      {
        ...snapshotOf({ deployments: [deployment("msp", "pgbouncer")] }),
        api: { state, since: ago(600), lastContactAt, error: "", version: undefined },
      },
      ALL_WORKLOADS,
      NOW_MS,
    ).list;
  assert.deepEqual([at("absent").freshness.next, at("absent").freshness.isCurrent], ["setup", false]);
  const silent = at("not-answering", ago(600));
  assert.deepEqual([silent.freshness.next, silent.rows.length], ["see-status", 1]);
  assert.match(silent.freshness.problem, /not answered for 10 min; what is shown is of 2026-11-21 11:50 UTC/);
  assert.match(
    listWorkloads(
      {
        ...snapshotOf({}),
        api: {
          ...silent,
          state: "not-answering",
          since: ago(600),
          lastContactAt: undefined,
          error: "",
          version: undefined,
        } as never,
        knowledge: { ...snapshotOf({}).knowledge, pods: "unknown" },
      },
      ALL_WORKLOADS,
      NOW_MS,
    ).list.freshness.problem,
    /nothing is remembered/,
  );
});
