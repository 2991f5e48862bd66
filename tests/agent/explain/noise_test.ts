import assert from "node:assert/strict";
import type { Snapshot } from "../../../agent/facts/snapshot.ts";
import { evaluate } from "../../../agent/status/evaluate.ts";
import {
  ago,
  type Cluster,
  crashed,
  event,
  healthyCluster,
  node,
  NOW_MS,
  object,
  pod,
  podOf,
  pvc,
  snapshotOf,
  waiting,
  workingMore,
} from "../status/objects.ts";

const RUNS = {
  ready: true,
  restartCount: 0,
  imageID: "R/x@sha256:11",
  state: { running: { startedAt: ago(50_000) } },
  lastState: {},
};
const old = podOf("email-service", { ...RUNS, restartCount: 12 }, { phase: "Running", conditions: [] });
const own = podOf("alga-core", RUNS, { phase: "Running", conditions: [] });
const rebooted = podOf("db", {
  ...RUNS,
  restartCount: 3,
  state: { running: { startedAt: ago(3_600) } },
  lastState: {
    terminated: { exitCode: 255, reason: "Unknown", startedAt: ago(90_000), finishedAt: ago(3_700) },
  },
}, { phase: "Running", conditions: [] });
const foreign = pod("monitoring", "grafana-5d9-x", {
  owner: { kind: "ReplicaSet", name: "grafana", hash: "5d9" },
  containers: [{ name: "grafana", ...crashed("waiting", { restarts: 400 }) }],
});
const foreignPull = pod("tools", "thing-5d9-x", {
  owner: { kind: "ReplicaSet", name: "thing", hash: "5d9" },
  containers: [{ name: "thing", ready: false, restartCount: 0, ...waiting("ErrImagePull", "x: not found") }],
});
const evicted = podOf("email-service", {}, { containers: [], phase: "Failed", createdSecAgo: 40_000 });
Object.assign(evicted.status, { reason: "Evicted", message: "The node was low on resource: memory." });
const done = podOf("bootstrap", {
  state: { terminated: { exitCode: 0, reason: "Completed", startedAt: ago(9_000), finishedAt: ago(8_900) } },
}, { phase: "Succeeded" });

const with_ = (more: Partial<Cluster>, rest: Partial<Snapshot> = {}): Snapshot =>
  snapshotOf({ ...healthyCluster(), ...more }, { ...workingMore(), ...rest });
const journal = (...texts: string[]): Snapshot => {
  const snapshot = with_({});
  return { ...snapshot, host: { ...snapshot.host, journal: texts.map((text) => ({ at: ago(60), text })) } };
};

/** Appliances that are well, with what is seen on such ones all the time. */
const NOISE: readonly [name: string, snapshot: Snapshot][] = [
  ["a pod that was restarted often, long ago", with_({ pods: [old] })],
  ["a pod that came back after a reboot", with_({ pods: [rebooted] })],
  ["a pod of somebody else that crashes", with_({ pods: [foreign] })],
  ["an image of somebody else that is missing", with_({ pods: [foreignPull] })],
  ["a pod that was evicted half a day ago", with_({ pods: [evicted, own] })],
  ["the pod of a finished setup", with_({ pods: [done] })],
  [
    "a probe that failed once while it runs",
    with_({
      pods: [own],
      events: [event(own, "Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 503")],
    }),
  ],
  [
    "events of a pull that came in the end",
    with_({
      pods: [own],
      events: [
        event(own, "Failed", 'Failed to pull image "x": i/o timeout', { secondsAgo: 500 }),
        event(own, "FailedMount", 'MountVolume.SetUp failed for volume "v" : secret "x" not found', {
          secondsAgo: 500,
        }),
        event(own, "FailedScheduling", "0/1 nodes are available: 1 Insufficient memory.", {
          secondsAgo: 550,
        }),
        event(own, "FailedCreatePodSandBox", "Failed to create pod sandbox: x", { secondsAgo: 520 }),
        event(own, "Pulled", "Successfully pulled image", { type: "Normal", secondsAgo: 100 }),
      ],
    }),
  ],
  [
    "events of the machine itself",
    with_({
      events: [
        event(node(), "ImageGCFailed", "Failed to garbage collect required amount of images"),
        event(node(), "InvalidDiskCapacity", "invalid capacity 0 on image filesystem"),
        event(node(), "CIDRAssignmentFailed", "Failed to assign CIDR"),
        event(
          node(),
          "DNSConfigForming",
          "Nameserver limits were exceeded, some nameservers have been omitted",
        ),
      ],
    }),
  ],
  [
    "a claim of somebody else that waits for its first user",
    with_({
      pvcs: [...healthyCluster().pvcs, {
        ...pvc("x", "Pending"),
        metadata: { ...pvc("x", "Pending").metadata, namespace: "tools" },
      }],
    }),
  ],
  [
    "a job of somebody else that failed",
    with_({
      jobs: [object("Job", "tools", "nightly", {
        status: {
          failed: 3,
          conditions: [{ type: "Failed", status: "True", reason: "BackoffLimitExceeded" }],
        },
      })],
    }),
  ],
  [
    "a node with a condition of its own that is good",
    with_({
      nodes: [node([
        {
          type: "EtcdIsVoter",
          status: "True",
          reason: "MemberNotLearner",
          message: "Node is a voting member",
        },
        { type: "MemoryPressure", status: "False", reason: "KubeletHasSufficientMemory" },
        { type: "PIDPressure", status: "False", reason: "KubeletHasSufficientPID" },
        { type: "KernelDeadlock", status: "False", reason: "KernelHasNoDeadlock" },
        { type: "Ready", status: "True", reason: "KubeletReady", lastTransitionTime: ago(3_000) },
      ])],
    }),
  ],
  [
    "what k3s says of itself on a good day",
    journal(
      'time="2026-11-21T11:59:00Z" level=error msg="Remotedialer proxy error; reconnecting..." error="websocket: close 1006 (abnormal closure): unexpected EOF"',
      'E1121 11:59:00.000000 1 upgradeaware.go:427] "Error proxying data from client to backend" err="write tcp 127.0.0.1:1->127.0.0.1:10250: write: connection reset by peer"',
      'E1121 11:59:00.000000 1 watcher.go:152] "Unhandled Error" err="failed to watch: context canceled"',
      'W1121 11:59:00.000000 1 dns.go:1] "Nameserver limits exceeded"',
      'time="2026-11-21T11:59:00Z" level=info msg="Slow SQL (started: x) (total time: 1.2s)"',
      'I1121 11:59:00.000000 1 trace.go:236] Trace[1]: "List" (total time: 600ms)',
      'E1121 11:59:00.000000 1 pod_workers.go:1] "Error syncing pod, skipping" err="failed to pull image: dial tcp: connection refused" pod="tools/x"',
    ),
  ],
];

for (const [name, snapshot] of NOISE) {
  Deno.test(`an appliance that is well stays so with ${name}`, () => {
    const { rollup, topBlockers, tiers } = evaluate(snapshot, NOW_MS);
    assert.deepEqual(topBlockers.map((it) => it.id), []);
    assert.equal(rollup.state, "fully_healthy", rollup.message);
    assert.equal(tiers.login.ready, true);
  });
}
