import assert from "node:assert/strict";
import { evaluate } from "../../../agent/status/evaluate.ts";
import { NO_MEMORY, remember } from "../../../agent/status/memory.ts";
import type { KubeObject } from "../../../k8s/client/kube_client.ts";
import { campaignCount, campaignSeed } from "../../campaign_size.ts";
import { Random } from "../../fakes/random.ts";
import { countReads } from "./count_reads.ts";
import {
  ago,
  bootstrapJob,
  broken,
  type Cluster,
  crashed,
  event,
  healthyCluster,
  NOW_MS,
  podOf,
  pvc,
  snapshotOf,
  waiting,
  workingMore,
} from "./objects.ts";
import { StatusSchema } from "./status_schema.ts";

/** Names that projections look for, so that arbitrary objects reach deep into them. */
const KEYS = (
  "metadata name namespace uid generation creationTimestamp deletionTimestamp labels ownerReferences kind controller spec " +
  "status conditions type reason message lastTransitionTime observedGeneration phase nodeName containers initContainers " +
  "containerStatuses initContainerStatuses state lastState waiting running terminated exitCode startedAt finishedAt " +
  "restartCount ready image imageID volumes persistentVolumeClaim claimName replicas readyReplicas template active " +
  "succeeded failed startTime completionTime involvedObject regarding fieldPath count series lastObservedTime eventTime " +
  "firstTimestamp lastTimestamp note addresses address nodeInfo kubeletVersion machineID unschedulable taints key suspend " +
  "artifact revision url dependsOn provisioner annotations storageClassName data ports containerPort __proto__ constructor"
).split(" ");
const WORDS = [
  "",
  "True",
  "False",
  "Unknown",
  "Ready",
  "Pending",
  "Running",
  "Failed",
  "msp",
  "db-0",
  "db",
  "alga-core-sebastian",
  "appliance-01",
  "CrashLoopBackOff",
  "ImagePullBackOff",
  "CreateContainerConfigError",
  "Pulling",
  "FailedMount",
  "OOMKilled",
  "Stalled",
  "DependencyNotReady",
  "2026-11-21T11:59:00Z",
  "2026-11-21T11:59:00.123456Z",
  "+275760-09-13T00:00:00Z",
  "0001-01-01T00:00:00Z",
  "1969-12-31T23:59:59Z",
  "Sat, 21 Nov 2026 11:00:00 GMT",
  'Back-off pulling image "x": ErrImagePull: dial tcp: lookup a on 1.1.1.1:53: no such host',
  "x".repeat(5_000),
  "\u202e<script>\u0000",
];

function json(random: Random, depth: number): unknown {
  switch (depth <= 0 ? random.below(6) : random.below(12)) {
    case 0:
      return null;
    case 1:
      return random.pick([0, -1, 1, 137, 1e308, -1e-9, 2 ** 53, NaN, Infinity]);
    case 2:
      return random.next() < 0.5;
    case 3:
      return random.text(40);
    case 4:
    case 5:
      return random.pick(WORDS);
    case 6:
    case 7:
      return Array.from({ length: random.below(5) }, () => json(random, depth - 1));
    default: {
      const made: Record<string, unknown> = {};
      for (let i = random.below(8); i >= 0; i--) made[random.pick(KEYS)] = json(random, depth - 1);
      return made;
    }
  }
}

/** A copy in which some values at any depth are arbitrary JSON. */
function spoil(value: unknown, random: Random, share: number): unknown {
  if (random.next() < share) return json(random, 3);
  if (Array.isArray(value)) return value.map((it) => spoil(it, random, share));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, it]) => [key, spoil(it, random, share)]));
}

/** An object as a client hands it on: there is always something called metadata, whatever is in it. */
function handed(value: unknown): KubeObject {
  const object = typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
  return { ...object, metadata: (object as KubeObject).metadata ?? {} } as KubeObject;
}

function troubled(): Cluster {
  const pods = [
    podOf("db", waiting("ErrImagePull", "dial tcp 10.0.0.1:443: i/o timeout")),
    podOf("alga-core", crashed("waiting")),
    podOf("redis", waiting("ContainerCreating")),
    podOf("temporal", waiting("CreateContainerConfigError", 'secret "a" not found')),
  ];
  const about = pods[2] as KubeObject;
  return {
    ...broken("db", {}),
    pods,
    pvcs: [pvc("alga-core-sebastian-postgres-data", "Pending")],
    jobs: [bootstrapJob({ active: 1 })],
    events: [
      event(about, "Pulling", 'Pulling image "x"', { type: "Normal", container: "redis", secondsAgo: 700 }),
      event(about, "FailedMount", 'MountVolume.SetUp failed: secret "absent" not found', { newer: true }),
      event(about, "BackOff", "Back-off restarting failed container"),
    ],
  };
}

function judge(cluster: Cluster, seed: string): void {
  const snapshot = snapshotOf(cluster, workingMore());
  const first = evaluate(snapshot, NOW_MS);
  const again = evaluate(snapshot, NOW_MS + 60_000, remember(NO_MEMORY, first));
  for (const status of [first, again]) {
    // As it leaves the process: what JSON cannot carry would be lost on the way.
    const result = StatusSchema.safeParse(JSON.parse(JSON.stringify(status)));
    assert.ok(result.success, `${seed}: ${JSON.stringify(result.error?.issues.slice(0, 3))}`);
  }
}

Deno.test("the document of ordinary clusters fits its schema", () => {
  judge(healthyCluster(), "healthy");
  judge(troubled(), "troubled");
  judge({ ...healthyCluster(), nodes: [], deployments: [], configs: [], flux: [] }, "bare");
});

const FIRST = campaignSeed(1);
const CLUSTERS = campaignCount(300);

Deno.test(`whatever the API sends, evaluate() gives a valid document: ${CLUSTERS} clusters of spoilt objects`, () => {
  for (let seed = FIRST; seed < FIRST + CLUSTERS; seed++) {
    const random = new Random(seed);
    const share = random.pick([0.01, 0.03, 0.1, 0.3]);
    const cluster = Object.fromEntries(
      Object.entries(troubled()).map(([kind, objects]) => [
        kind,
        objects.map((it: KubeObject) => ({ ...handed(spoil(it, random, share)), kind: it.kind })),
      ]),
    ) as unknown as Cluster;
    judge(cluster, `seed ${seed}`);
  }
});

Deno.test(`whatever the API sends, evaluate() gives a valid document: ${CLUSTERS} clusters of arbitrary JSON`, () => {
  for (let seed = FIRST; seed < FIRST + CLUSTERS; seed++) {
    const random = new Random(1_000 + seed);
    const cluster = Object.fromEntries(
      Object.keys(troubled()).map((kind) => [
        kind,
        Array.from({ length: random.below(12) }, () => ({
          ...handed(json(random, 6)),
          ...(kind === "flux"
            ? { kind: random.pick(["HelmRelease", "Kustomization", "OCIRepository"]) }
            : {}),
        })),
      ]),
    ) as unknown as Cluster;
    judge(cluster, `seed ${1_000 + seed}`);
  }
});

const CAUSES: ((index: number) => Record<string, unknown>)[] = [
  (i) => waiting("ErrImagePull", `failed to pull image "r${i}.example/x:${i}": not found`),
  (i) => waiting("ImagePullBackOff", `dial tcp: lookup r${i}.example on 192.0.2.${i % 250}:53: no such host`),
  (i) => waiting("ErrImagePull", `dial tcp 10.${i % 250}.0.1:443: i/o timeout`),
  (i) => waiting("CreateContainerConfigError", `secret "s${i}" not found`),
  (i) => waiting("CreateContainerConfigError", `failed to create subPath directory for volumeMount "v${i}"`),
  (i) => crashed("waiting", { message: `error ${i}: ${"x".repeat(600)}` }),
  (i) => crashed("terminated", { exitCode: 137, reason: "OOMKilled", message: `${i}` }),
  (i) => ({ state: { running: { startedAt: ago(4_000 + i) } }, ready: false, imageID: "x" }),
  () => waiting("ContainerCreating"),
];

/** Pods that fail each for a reason of its own, with events of both kinds. */
function failing(count: number): Cluster {
  const pods: KubeObject[] = [];
  const events: KubeObject[] = [];
  for (let i = 0; i < count; i++) {
    const status = (CAUSES[i % CAUSES.length] as typeof CAUSES[number])(i);
    const made = podOf("email-service", status, { images: { "email-service": `r${i}.example/x:${i}` } });
    made.metadata.name = `pod-${i}`;
    made.metadata.uid = `uid-${i}`;
    made.metadata.namespace = `team-${i % 50}`;
    made.metadata.ownerReferences = [{
      apiVersion: "apps/v1",
      kind: "StatefulSet",
      name: `set-${i}`,
      uid: `owner-${i}`,
      controller: true,
    }];
    pods.push(made);
    events.push(
      event(made, "Pulling", `Pulling image "r${i}.example/x:${i}"`, {
        type: "Normal",
        secondsAgo: 400 + i % 600,
      }),
      event(made, "FailedMount", `MountVolume.SetUp failed for volume "v" : secret "s${i}" not found`, {
        newer: true,
      }),
      event(made, "BackOff", `Back-off restarting failed container ${i}`, { secondsAgo: i % 900 }),
    );
  }
  return { ...broken("db", {}), pods, events };
}

function costOf(count: number): { reads: number; bytes: number; text: string } {
  let text = "";
  const snapshot = snapshotOf(failing(count), workingMore());
  const reads = countReads(snapshot, (it) => text = JSON.stringify(evaluate(it, NOW_MS)));
  return { reads, bytes: text.length, text };
}

Deno.test("10,000 pods that all fail differently cost ten times as much as 1,000, and give a page of the same size", () => {
  const some = costOf(1_000);
  const many = costOf(10_000);
  assert.ok(StatusSchema.safeParse(JSON.parse(many.text)).success);
  assert.ok(many.bytes < 100_000, `${many.bytes} bytes`);
  assert.ok(many.bytes < some.bytes * 1.5, `${some.bytes} → ${many.bytes} bytes`);
  // The look at each is linear but for sorting, and the ranking is not allowed to grow with them.
  assert.ok(many.reads < some.reads * 12, `${some.reads} → ${many.reads} reads`);
});

Deno.test("10,000 strangers that fail do not crowd out the one part that people need", () => {
  const cluster = failing(10_000);
  const db = podOf("db", waiting("CreateContainerConfigError", 'secret "db-credentials" not found'));
  const status = evaluate(
    snapshotOf({ ...cluster, pods: [...cluster.pods, db] }, {
      ...workingMore(),
      remembered: { bootstrap: undefined, loginReadyOnce: false, stateDamage: undefined },
    }),
    NOW_MS,
  );
  assert.equal(status.topBlockers[0]?.id, "cfg.missing-secret");
  assert.equal(status.topBlockers[0]?.component, "db");
});
