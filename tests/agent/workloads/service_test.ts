import assert from "node:assert/strict";
import { systemClock } from "../../../agent/clock.ts";
import type { Snapshot } from "../../../agent/facts/snapshot.ts";
import { createWorkloadsService, replayWorkloads } from "../../../agent/workloads/mod.ts";
import { ALL_WORKLOADS } from "../../../agent/workloads/query.ts";
import { type SimKubeApi, startSimKubeApi } from "../../simulator/kube_api.ts";
import { until } from "../../until.ts";
import { ago, deployment, event, NOW_MS, pod, snapshotOf } from "../status/objects.ts";

const NODE = "appliance-01";

/** A pod with one volume of each kind, as its object is on a server. */
function podWithVolumes() {
  const made = pod("msp", "worker-7d9c5-x2x8p", {
    owner: { kind: "ReplicaSet", name: "worker", hash: "7d9c5" },
    phase: "Running",
    conditions: [{ type: "Ready", status: "True", lastTransitionTime: ago(60) }],
    containers: [{
      name: "worker",
      restartCount: 0,
      ready: true,
      state: { running: { startedAt: ago(60) } },
      lastState: {},
    }],
    init: [{
      name: "wait",
      restartCount: 0,
      state: { terminated: { exitCode: 0, reason: "Completed", startedAt: ago(70), finishedAt: ago(66) } },
    }],
  });
  made.apiVersion = "v1";
  Object.assign(made.spec.containers[0], {
    env: [{ name: "DB_PASSWORD", value: "hunter2hunter2" }],
    resources: { requests: { cpu: "500m", memory: "512Mi" }, limits: { memory: "1Gi" } },
    volumeMounts: [
      { name: "data", mountPath: "/app/data", subPath: "data" },
      { name: "scratch", mountPath: "/tmp" },
      { name: "keys", mountPath: "/keys", readOnly: true },
    ],
  });
  made.spec.volumes = [
    { name: "data", persistentVolumeClaim: { claimName: "worker-data" } },
    { name: "scratch", emptyDir: { sizeLimit: "1Gi" } },
    { name: "keys", secret: { secretName: "worker-keys" } },
    { name: "host", hostPath: { path: "/var/lib/alga-appliance/x" } },
  ];
  return made;
}

const SUMMARY = {
  pods: [{
    podRef: { name: "worker-7d9c5-x2x8p", namespace: "msp", uid: "x" },
    cpu: { usageNanoCores: 250_000_000 },
    memory: { workingSetBytes: 96 * 1024 ** 2 },
    containers: [{
      name: "worker",
      cpu: { usageNanoCores: 250_000_000 },
      memory: { workingSetBytes: 95 * 1024 ** 2 },
    }],
    volume: [{ name: "scratch", usedBytes: 4_096, capacityBytes: 200_000_000_000 }],
  }],
};

async function withApi(body: (api: SimKubeApi) => Promise<void>): Promise<void> {
  const api = await startSimKubeApi({ now: () => NOW_MS });
  const kube = api.client();
  try {
    for (const name of ["msp"]) await kube.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
    await kube.create({ apiVersion: "v1", kind: "Node", metadata: { name: NODE } });
    await body(api);
  } finally {
    kube.close();
    await api.close();
  }
}

function serviceOf(api: SimKubeApi, snapshot: () => Snapshot) {
  const kube = api.client();
  const clock = { ...systemClock, nowMs: () => NOW_MS };
  const service = createWorkloadsService({ snapshot, clock, connectKube: () => Promise.resolve(kube) });
  return { service, [Symbol.dispose]: () => kube.close() };
}

Deno.test("a pod is shown with its volumes, their paths and sizes, events of every kind, and what the kubelet measures", () =>
  withApi(async (api) => {
    const made = podWithVolumes();
    const kube = api.client();
    await kube.create(made);
    const claim = { name: "worker-data", namespace: "msp" };
    await kube.create({
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: claim,
      spec: {
        volumeName: "pvc-1",
        storageClassName: "local-path",
        resources: { requests: { storage: "10Gi" } },
      },
      status: { phase: "Bound" },
    });
    await kube.create({
      apiVersion: "v1",
      kind: "PersistentVolume",
      metadata: { name: "pvc-1" },
      spec: { hostPath: { path: "/var/lib/rancher/k3s/storage/pvc-1" } },
    });
    const told = event(made, "Started", "Container started", { type: "Normal" });
    delete told.involvedObject.uid;
    await kube.create({ ...told, apiVersion: "v1" });
    kube.close();
    api.setStats(NODE, SUMMARY);
    const snapshot = snapshotOf({ pods: [made], deployments: [deployment("msp", "worker")] });
    using it = serviceOf(api, () => snapshot);
    const page = await it.service.pod("msp", "worker-7d9c5-x2x8p");
    assert.ok(page);
    assert.deepEqual([page.lookProblem, page.usageProblem, page.row.state], ["", "", "running"]);
    assert.deepEqual(
      page.volumes?.map((
        one,
      ) => [one.kind, one.source, one.hostPath.replace(made.metadata.uid ?? "-", "UID"), one.sizeBytes]),
      [
        ["claim", "worker-data", "/var/lib/rancher/k3s/storage/pvc-1", 10 * 1024 ** 3],
        ["empty", "", page.volumes?.[1]?.hostPath, 1024 ** 3],
        ["secret", "worker-keys", "", null],
        ["host-path", "", "/var/lib/alga-appliance/x", null],
      ],
    );
    assert.match(
      page.volumes?.[1]?.hostPath ?? "",
      /^\/var\/lib\/kubelet\/pods\/[^/]+\/volumes\/kubernetes\.io~empty-dir\/scratch$/,
    );
    assert.deepEqual(page.volumes?.[0]?.mounts, [{
      container: "worker",
      path: "/app/data",
      subPath: "data",
      isReadOnly: false,
    }]);
    assert.deepEqual(page.volumes?.[1]?.usedBytes, 4_096);
    assert.deepEqual([page.row.cpuCores, page.row.memoryBytes], [0.25, 96 * 1024 ** 2]);
    assert.deepEqual(page.containers.map((one) => [one.container, one.role, one.state, one.memoryBytes]), [
      ["wait", "prepares", "done", null],
      ["worker", "main", "running", 95 * 1024 ** 2],
    ]);
    assert.deepEqual(page.containers[1]?.requests, { cpuCores: 0.5, memoryBytes: 512 * 1024 ** 2 });
    assert.deepEqual(page.events.map((one) => [one.reason, one.isWarning]), [["Started", false]]);
    assert.deepEqual(page.conditions.map((one) => [one.type, one.status]), [["Ready", "True"]]);
    assert.doesNotMatch(JSON.stringify(page), /hunter2|DB_PASSWORD/);
  }));

Deno.test("the list has CPU and memory of all pods of a workload; without a kubelet it says why not", () =>
  withApi(async (api) => {
    const made = podWithVolumes();
    const snapshot = snapshotOf({ pods: [made], deployments: [deployment("msp", "worker")] });
    {
      using silent = serviceOf(api, () => snapshot);
      const list = await until(
        "the kubelet was asked",
        () => silent.service.list(ALL_WORKLOADS),
        (one) => !one.usageProblem.includes("not answered yet"),
      );
      assert.deepEqual([list.rows[0]?.memoryBytes, list.rows[0]?.cpuCores], [null, null]);
      assert.match(list.usageProblem, /The kubelet does not tell: /);
    }
    api.setStats(NODE, SUMMARY);
    using it = serviceOf(api, () => snapshot);
    const list = await until(
      "the kubelet has answered",
      () => it.service.list(ALL_WORKLOADS),
      (one) => one.usageProblem === "",
    );
    assert.deepEqual([list.rows[0]?.name, list.rows[0]?.cpuCores, list.rows[0]?.memoryBytes], [
      "worker",
      0.25,
      96 * 1024 ** 2,
    ]);
  }));

Deno.test("a pod is shown from memory while Kubernetes does not answer, and the page says what is missing", () =>
  withApi(async (api) => {
    const snapshot: Snapshot = {
      ...snapshotOf({ pods: [podWithVolumes()] }),
      api: {
        state: "not-answering",
        since: ago(600),
        lastContactAt: ago(600),
        error: "",
        version: undefined,
      },
    };
    using it = serviceOf(api, () => snapshot);
    const page = await it.service.pod("msp", "worker-7d9c5-x2x8p");
    assert.deepEqual([page?.row.state, page?.volumes, page?.lookProblem], [
      "running",
      null,
      "Kubernetes does not answer",
    ]);
    assert.match(page?.freshness.problem ?? "", /not answered for 10 min/);
    assert.equal(await it.service.pod("msp", "never-was"), undefined);
  }));

Deno.test("a pod that is gone is not shown as if it were there, and one that only the server knows is", () =>
  withApi(async (api) => {
    const snapshot = snapshotOf({ pods: [podWithVolumes()] });
    using it = serviceOf(api, () => snapshot);
    assert.equal(await it.service.pod("msp", "worker-7d9c5-x2x8p"), undefined);
    const kube = api.client();
    await kube.create(podWithVolumes());
    kube.close();
    assert.equal((await it.service.pod("msp", "worker-7d9c5-x2x8p"))?.row.name, "worker-7d9c5-x2x8p");
  }));

Deno.test("what was observed once gives the same list and events again, and asks nobody", async () => {
  const snapshot = snapshotOf({ pods: [podWithVolumes()], deployments: [deployment("msp", "worker")] });
  const again = replayWorkloads(snapshot, NOW_MS);
  const list = await again.list(ALL_WORKLOADS);
  assert.deepEqual(list.rows.map((it) => [it.name, it.state, it.memoryBytes]), [["worker", "running", null]]);
  assert.equal((await again.pod("msp", "worker-7d9c5-x2x8p"))?.row.state, "running");
  assert.equal(
    again.events({ namespace: "", text: "", about: "", warnings: false, since: "", until: "", page: 1 })
      .total,
    0,
  );
});
