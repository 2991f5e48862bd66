import assert from "node:assert/strict";
import type { BlockerId } from "../../../agent/causes/cause.ts";
import type { KubeObject } from "../../../k8s/client/kube_client.ts";
import { evaluate } from "../../../agent/status/evaluate.ts";
import {
  broken,
  type Cluster,
  crashed,
  event,
  NOW_MS,
  podOf,
  snapshotOf,
  unplacedPod,
  waiting,
  workingMore,
} from "../status/objects.ts";
import { CONTEXTS } from "./contexts.ts";
import { SENTENCE_RULES } from "./sentence_rules.ts";

/** One fault of one part, as it adds to a cluster. */
interface Fault {
  id: BlockerId;
  component: "db" | "redis" | "alga-core" | "email-service" | "temporal" | "workflow-worker";
  pod: KubeObject;
  events?: KubeObject[];
  line?: string;
}

const unplaced = unplacedPod("redis", "1 Insufficient memory.");
const mounting = podOf("db", waiting("ContainerCreating"));

const FAULTS: readonly Fault[] = [
  {
    id: "stor.mount",
    component: "db",
    pod: mounting,
    events: [
      event(
        mounting,
        "FailedMount",
        'MountVolume.SetUp failed for volume "v" : hostPath type check failed: /var/mnt/alga-data is not a directory',
        { firstSecAgo: 300 },
      ),
    ],
  },
  { id: "sched.resources", component: "redis", pod: unplaced },
  {
    id: "cfg.missing-secret",
    component: "alga-core",
    pod: podOf("alga-core", waiting("CreateContainerConfigError", 'secret "alga-psa-shared" not found')),
  },
  {
    id: "img.not-found",
    component: "email-service",
    pod: podOf("email-service", waiting("ErrImagePull", "R/email:1: not found")),
  },
  {
    id: "app.temporal-schema",
    component: "temporal",
    pod: podOf("temporal", crashed("waiting", { restarts: 6 })),
    line: "sql schema version compatibility check failed",
  },
  {
    id: "node.cpu-too-old",
    component: "workflow-worker",
    pod: podOf("workflow-worker", crashed("waiting", { restarts: 6, exitCode: 132 })),
  },
];

function withBoth(a: Fault, b: Fault) {
  const faults = [a, b];
  const first = broken(a.component, {});
  const second = broken(b.component, {});
  const notReady = (list: "deployments" | "statefulSets") =>
    first[list].map((it, index) => it.status.readyReplicas === 1 ? second[list][index] ?? it : it);
  const cluster: Cluster = {
    ...first,
    deployments: notReady("deployments"),
    statefulSets: notReady("statefulSets"),
    pods: faults.map((it) => it.pod),
    events: faults.flatMap((it) => it.events ?? []),
  };
  const logs = faults.flatMap(({ pod, line }) =>
    line === undefined ? [] : [{
      namespace: pod.metadata.namespace ?? "",
      pod: pod.metadata.name,
      container: pod.spec.containers[0].name,
      restartCount: 6,
      lines: [line],
    }]
  );
  return snapshotOf(cluster, { ...workingMore(), logs });
}

const PAIRS = FAULTS.flatMap((a, index) => FAULTS.slice(index + 1).map((b) => [a, b] as const));

for (const [a, b] of PAIRS) {
  Deno.test(`${a.id} beside ${b.id}: both are told, the one that keeps people out first`, () => {
    for (const context of CONTEXTS) {
      const snapshot = context.of(withBoth(a, b));
      const document = evaluate(snapshot, NOW_MS);
      const ids = document.topBlockers.flatMap((it) => [it.id, ...it.suppressed]);
      for (const { id } of [a, b]) assert.ok(ids.includes(id), `${context.name}: ${id} is not in ${ids}`);
      const [first] = document.topBlockers;
      const isWorse = ["stor.mount", "sched.resources", "cfg.missing-secret"].includes(a.id);
      if (isWorse) assert.equal(first?.loginBlocking, true, context.name);
      for (const rule of SENTENCE_RULES) {
        assert.deepEqual(rule.broken({ snapshot, document }), [], `${context.name}: ${rule.name}`);
      }
      assert.deepEqual(evaluate(context.of(withBoth(b, a)), NOW_MS), document, "in whatever order");
    }
  });
}
