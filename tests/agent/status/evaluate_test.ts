import assert from "node:assert/strict";
import { evaluate, substanceOf } from "../../../agent/status/evaluate.ts";
import {
  projectJob,
  projectNode,
  projectPvc,
  projectStorageClass,
  projectWorkload,
} from "../../../agent/observe/projections/cluster.ts";
import { projectConfig } from "../../../agent/observe/projections/config.ts";
import { projectEvent } from "../../../agent/observe/projections/event.ts";
import { projectFlux } from "../../../agent/observe/projections/flux.ts";
import { projectPod } from "../../../agent/observe/projections/pod.ts";
import { emptySnapshot, type Snapshot } from "../../../agent/facts/snapshot.ts";
import { NO_MEMORY, remember } from "../../../agent/status/memory.ts";
import { TIER_IDS } from "../../../agent/product/tiers.ts";
import type { KubeObject } from "../../../k8s/client/kube_client.ts";
import { Random } from "../../fakes/random.ts";
import { countReads } from "./count_reads.ts";
import {
  ago,
  bootstrapJob,
  broken,
  crashed,
  deployment,
  event,
  flux,
  healthyCluster,
  notReady,
  NOW,
  NOW_MS,
  podOf,
  snapshotOf,
  waiting,
  workingMore,
} from "./objects.ts";

const HEALTHY = snapshotOf(healthyCluster(), workingMore());
const NOT_FOUND =
  'rpc error: code = NotFound desc = failed to pull and unpack image "R/busybox:nope": failed to resolve image: R/busybox:nope: not found';
const pullPod = (component: Parameters<typeof podOf>[0]) =>
  podOf(
    component,
    waiting("ImagePullBackOff", `Back-off pulling image "R/busybox:nope": ErrImagePull: ${NOT_FOUND}`),
  );

Deno.test("evaluate() says what to do before anything is set up", () => {
  const status = evaluate(emptySnapshot(), NOW_MS);
  assert.equal(status.rollup.state, "installing");
  assert.equal(status.rollup.message, "Not set up yet");
  assert.deepEqual(status.rollup.action, { kind: "open-setup", href: "/setup" });
  assert.deepEqual(status.topBlockers, []);
  assert.ok(TIER_IDS.every((it) => !status.tiers[it].ready && status.tiers[it].status !== "unhealthy"));
  assert.ok(TIER_IDS.flatMap((it) => status.tiers[it].proofs).every((it) => it.status !== "failed"));
});

Deno.test("evaluate() finds a healthy appliance fully healthy, with all proofs", () => {
  const status = evaluate(HEALTHY, NOW_MS);
  assert.equal(status.rollup.state, "fully_healthy");
  assert.ok(
    TIER_IDS.every((it) =>
      status.tiers[it].ready && status.tiers[it].proofs.every((p) => p.status === "ready")
    ),
  );
  assert.equal(status.urls.loginUrl, "https://psa.example.com");
  assert.deepEqual(status.release, {
    selectedReleaseVersion: "9.9.0",
    appVersion: "9.9.0",
    channel: "stable",
    selectedChannel: "stable",
    gitRevision: "sha256:11",
  });
});

for (
  const component of [
    "temporal",
    "temporal-ui",
    "workflow-worker",
    "email-service",
    "temporal-worker",
  ] as const
) {
  Deno.test(`a broken ${component} never hides that people can log in`, () => {
    const status = evaluate(
      snapshotOf(broken(component, { pods: [pullPod(component)] }), workingMore()),
      NOW_MS,
    );
    assert.equal(status.rollup.state, "ready_with_background_issues");
    assert.match(status.rollup.message, /^Ready to log in\. One background service/);
    assert.equal(status.tiers.login.ready, true);
    assert.equal(status.tiers.background.message, "1 of 5 fails");
    assert.equal(status.topBlockers[0]?.severity, "background");
    assert.equal(status.topBlockers[0]?.loginBlocking, false);
  });
}

for (
  const [component, tier] of [["db", "core"], ["redis", "core"], ["pgbouncer", "core"], [
    "alga-core",
    "login",
  ]] as const
) {
  Deno.test(`a broken ${component} keeps ${tier} from being ready`, () => {
    const status = evaluate(
      snapshotOf(broken(component, { pods: [pullPod(component)] }), workingMore()),
      NOW_MS,
    );
    assert.equal(status.tiers[tier].ready, false);
    assert.equal(status.tiers.login.ready, false);
    assert.equal(status.rollup.state, "failed_action_required");
    assert.equal(status.topBlockers[0]?.id, "img.not-found");
    assert.equal(status.topBlockers[0]?.loginBlocking, true);
  });
}

/** Takes one thing away; the named tier must notice. */
const TAKE_AWAY: [string, (typeof TIER_IDS)[number], (snapshot: Snapshot) => Snapshot][] = [
  ["the node", "platform", (it) => ({ ...it, nodes: [] })],
  ["CoreDNS", "platform", (it) => ({ ...it, workloads: it.workloads.filter((w) => w.name !== "coredns") })],
  [
    "a Flux controller",
    "platform",
    (it) => ({ ...it, workloads: it.workloads.filter((w) => w.name !== "helm-controller") }),
  ],
  ["the storage class", "platform", (it) => ({ ...it, storageClasses: [] })],
  [
    "the release source",
    "platform",
    (it) => ({ ...it, flux: it.flux.filter((f) => f.kind !== "OCIRepository") }),
  ],
  [
    "a newer generation of alga-platform",
    "platform",
    (it) => ({ ...it, flux: it.flux.map((f) => f.name === "alga-platform" ? { ...f, generation: 2 } : f) }),
  ],
  ["the database", "core", (it) => ({ ...it, workloads: it.workloads.filter((w) => w.name !== "db") })],
  [
    "database credentials",
    "core",
    (it) => ({ ...it, secrets: it.secrets.filter((s) => s.name !== "db-credentials") }),
  ],
  ["a bound volume", "core", (it) => ({ ...it, pvcs: it.pvcs.slice(1) })],
  [
    "what is remembered",
    "bootstrap",
    (it) => ({
      ...it,
      remembered: { ...it.remembered, bootstrap: undefined, loginReadyOnce: false },
      probes: { ...it.probes, local: undefined },
    }),
  ],
  [
    "the safe mode",
    "bootstrap",
    (it) => ({ ...it, appValues: { ...it.appValues, bootstrapMode: "fresh" } as Snapshot["appValues"] }),
  ],
  ["the answer of the application", "login", (it) => ({ ...it, probes: { ...it.probes, local: undefined } })],
  [
    "the newest generation of the application",
    "login",
    (it) => ({
      ...it,
      workloads: it.workloads.map((w) => w.name === "alga-core-sebastian" ? { ...w, generation: 2 } : w),
    }),
  ],
  [
    "a background HelmRelease",
    "background",
    (it) => ({ ...it, flux: it.flux.filter((f) => f.name !== "temporal") }),
  ],
  [
    "the HelmRelease alga-core",
    "fullHealth",
    (it) => ({ ...it, flux: it.flux.filter((f) => f.kind !== "HelmRelease" || f.name !== "alga-core") }),
  ],
  [
    "the chosen image",
    "fullHealth",
    (it) => ({
      ...it,
      appValues: {
        ...it.appValues,
        serverImage: "ghcr.io/nine-minds/alga-psa-ee:other",
      } as Snapshot["appValues"],
    }),
  ],
];

for (const [what, tier, take] of TAKE_AWAY) {
  Deno.test(`${tier} is not ready without ${what}`, () => {
    assert.equal(evaluate(take(HEALTHY), NOW_MS).tiers[tier].ready, false);
  });
}

Deno.test("what could not be read is unknown, not failed", () => {
  const knowledge = Object.fromEntries(
    Object.keys(HEALTHY.knowledge).map((it) => [it, "unknown"]),
  ) as Snapshot["knowledge"];
  const status = evaluate({
    ...HEALTHY,
    workloads: [],
    pods: [],
    pvcs: [],
    flux: [],
    secrets: [],
    jobs: [],
    nodes: [],
    knowledge,
  }, NOW_MS);
  assert.equal(status.tiers.core.ready, false);
  assert.equal(status.tiers.core.status, "unknown");
  assert.ok(TIER_IDS.flatMap((it) => status.tiers[it].proofs).every((it) => it.status !== "failed"));
  assert.deepEqual(status.topBlockers, []);
  assert.notEqual(status.rollup.state, "failed_action_required");
});

Deno.test("a silent API is told with the age of the data, and tiers become unknown", () => {
  const status = evaluate({
    ...HEALTHY,
    probes: { ...HEALTHY.probes, local: undefined },
    api: { ...HEALTHY.api, state: "not-answering", lastContactAt: ago(40), error: "timeout" },
  }, NOW_MS);
  assert.equal(
    status.sources[0]?.message,
    `Kubernetes has not answered for 40 s; showing data of ${ago(40).slice(11, 19)} UTC`,
  );
  assert.equal(status.tiers.core.status, "unknown");
  assert.equal(status.topBlockers[0]?.id, "k3s.api-down");
  assert.equal(status.topBlockers[0]?.since, ago(40));
});

Deno.test("people who can log in are not hidden by a silent API", () => {
  const memory = remember(NO_MEMORY, evaluate(HEALTHY, NOW_MS));
  const status = evaluate(
    { ...HEALTHY, api: { ...HEALTHY.api, state: "not-answering", lastContactAt: ago(40) } },
    NOW_MS,
    memory,
  );
  assert.equal(status.tiers.login.ready, true);
  assert.equal(status.rollup.state, "ready_with_background_issues");
  assert.match(status.rollup.message, /Ready to log in/);
  assert.equal(status.topBlockers[0]?.loginBlocking, false);
});

Deno.test("one lost answer of the API changes nothing", () => {
  const status = evaluate({
    ...HEALTHY,
    api: { ...HEALTHY.api, state: "not-answering", lastContactAt: ago(6) },
  }, NOW_MS);
  assert.equal(status.rollup.state, "fully_healthy");
});

const FAILURE = {
  category: "dns" as const,
  code: "DOWNLOAD_FAILED",
  message: "Cannot resolve ghcr.io",
  details: "",
  suggestedNextStep: "Choose another DNS server",
  retrySafe: true,
};

Deno.test("a stopped setup is the state of things before a cluster exists", () => {
  const empty = emptySnapshot();
  const status = evaluate({
    ...empty,
    setup: {
      ...empty.setup,
      status: "failed",
      stepId: "resolve",
      stepTitle: "Find the release",
      since: ago(10),
      failure: FAILURE,
      nextAttemptAt: "2026-11-21T12:03:10Z",
    },
  }, NOW_MS);
  assert.equal(status.rollup.state, "failed_action_required");
  assert.equal(status.rollup.message, "Cannot resolve ghcr.io");
  assert.equal(status.rollup.topBlockerId, "agent.setup-failed");
  assert.equal(status.topBlockers[0]?.reason, 'Setup stopped at "Find the release".');
  assert.equal(status.rollup.nextAction, "Choose another DNS server. The next attempt is at 12:03:10 UTC.");
});

Deno.test("checks that stand in the way are told with their number", () => {
  const empty = emptySnapshot();
  const status = evaluate({
    ...empty,
    setup: { ...empty.setup, status: "blocked", blockedBy: ["Memory: 8 GiB", "Disk: 20 GiB"] },
  }, NOW_MS);
  assert.equal(status.rollup.message, "Setup waits for you. 2 checks found problems");
});

Deno.test("live readiness outranks a recorded failure of setup", () => {
  const status = evaluate(
    { ...HEALTHY, setup: { ...HEALTHY.setup, status: "failed", failure: FAILURE } },
    NOW_MS,
  );
  assert.equal(status.tiers.login.ready, true);
  assert.deepEqual(status.topBlockers.filter((it) => it.id === "agent.setup-failed"), []);
});

Deno.test("setup that runs is told by its step", () => {
  const empty = emptySnapshot();
  const status = evaluate({
    ...empty,
    setup: {
      ...empty.setup,
      status: "running",
      stepId: "k3s",
      stepTitle: "Install Kubernetes",
      message: "Waiting for the node",
      since: ago(30),
    },
  }, NOW_MS);
  assert.equal(status.rollup.message, "Installing: Install Kubernetes");
  assert.deepEqual(status.activeOperations.map((it) => [it.operation, it.elapsedSeconds]), [["setup", 30]]);
});

Deno.test("a silent API is not a blocker while setup starts Kubernetes", () => {
  const status = evaluate({
    ...emptySnapshot(),
    api: {
      state: "not-answering",
      since: ago(100),
      lastContactAt: undefined,
      error: "refused",
      version: undefined,
    },
    setup: { ...emptySnapshot().setup, status: "running", stepId: "k3s", stepTitle: "Install Kubernetes" },
  }, NOW_MS);
  assert.deepEqual(status.topBlockers, []);
  assert.equal(status.rollup.state, "installing");
});

Deno.test("the first-time setup that runs is progress, not failure", () => {
  const status = evaluate(
    snapshotOf(broken("alga-core", { jobs: [bootstrapJob({ active: 1, failed: 1 })] }), {
      bootstrapLog: { pod: "p", tail: ["Running migrations"] },
    }),
    NOW_MS,
  );
  assert.equal(status.rollup.state, "installing");
  assert.match(status.rollup.message, /The database is being prepared/);
  assert.equal(status.bootstrap.job.state, "running");
  assert.equal(status.tiers.bootstrap.message, "running");
});

Deno.test("the first-time setup that failed is told by its error lines, also after its Job has gone", () => {
  const tail = ["Running migrations", "ERROR: Configured seed directory does not exist: /app/x"];
  const remembered = {
    bootstrap: { outcome: "failed" as const, at: ago(600), jobUid: "job-1", pod: "p", tail, errors: [] },
    loginReadyOnce: false,
    stateDamage: undefined,
  };
  const status = evaluate(snapshotOf(broken("alga-core", {}), { remembered }), NOW_MS);
  assert.equal(status.rollup.state, "failed_action_required");
  assert.equal(status.topBlockers[0]?.id, "app.bootstrap-failed");
  assert.match(status.topBlockers[0]?.reason ?? "", /Configured seed directory does not exist/);
  assert.deepEqual(status.bootstrap.logs.detectedErrors, [tail[1]]);
  assert.equal(status.bootstrap.job.state, "absent");
});

Deno.test("a Job that has gone after its success leaves the first-time setup done", () => {
  assert.equal(evaluate(HEALTHY, NOW_MS).tiers.bootstrap.ready, true);
  assert.equal(evaluate(HEALTHY, NOW_MS).bootstrap.job.state, "absent");
});

Deno.test("evicted pods of the past do not count against a ready Deployment", () => {
  const old = podOf("alga-core", crashed("terminated"), { phase: "Failed" });
  assert.equal(
    evaluate(snapshotOf({ ...healthyCluster(), pods: [old] }, workingMore()), NOW_MS).rollup.state,
    "fully_healthy",
  );
});

Deno.test("downloads are told with size and duration", () => {
  const pod = podOf("alga-core", waiting("ContainerCreating"), {
    images: { sebastian: "ghcr.io/nine-minds/alga-psa-ee:1" },
  });
  const pulling = event(pod, "Pulling", 'Pulling image "ghcr.io/nine-minds/alga-psa-ee:1"', {
    type: "Normal",
    secondsAgo: 180,
    container: "sebastian",
  });
  const status = evaluate(snapshotOf(broken("alga-core", { pods: [pod], events: [pulling] })), NOW_MS);
  assert.equal(status.rollup.state, "installing");
  assert.deepEqual(status.activeOperations, [{
    elapsedSeconds: 180,
    progressAvailable: false,
    progressPercent: null,
    component: "alga-core",
    operation: "image-pull",
    state: "running",
    image: "ghcr.io/nine-minds/alga-psa-ee:1",
    estimatedSizeHuman: "1.8 GB",
    startedAt: ago(180),
    message: "Downloading alga-psa-ee (about 1.8 GB), 3 min so far",
  }]);
});

Deno.test("not ready for a quarter of an hour without a cause is said openly", () => {
  const waitingLong = snapshotOf(broken("alga-core", {}));
  const first = remember(NO_MEMORY, evaluate(waitingLong, NOW_MS - 14 * 60_000));
  assert.deepEqual(
    evaluate(waitingLong, NOW_MS, first).topBlockers.filter((it) => it.id === "agent.unknown"),
    [],
  );
  const earlier = remember(NO_MEMORY, evaluate(waitingLong, NOW_MS - 16 * 60_000));
  const status = evaluate(
    {
      ...waitingLong,
      workloads: waitingLong.workloads.filter((it) => it.name !== "alga-core-sebastian"),
    },
    NOW_MS,
    earlier,
  );
  assert.equal(status.topBlockers[0]?.id, "agent.unknown");
  assert.equal(status.rollup.state, "failed_action_required");
});

Deno.test("recent tells what changed, newest first, and since stays", () => {
  const before = evaluate(snapshotOf(broken("email-service", {}), workingMore()), NOW_MS);
  const memory = remember(NO_MEMORY, before);
  const after = evaluate(HEALTHY, NOW_MS + 5_000, memory);
  assert.equal(after.tiers.login.since, NOW);
  assert.equal(after.tiers.background.since, new Date(NOW_MS + 5_000).toISOString());
  assert.deepEqual(after.recent.slice(0, 2).map((it) => it.text), [
    "Everything is healthy",
    "All background services run",
  ]);
  assert.ok(after.recent.some((it) => it.text === "Ready to log in"));
});

Deno.test("time alone is not substance", () => {
  assert.equal(
    substanceOf(evaluate(HEALTHY, NOW_MS)),
    substanceOf({ ...evaluate(HEALTHY, NOW_MS), timestamp: "later" }),
  );
});

// --- flapping -------------------------------------------------------------------------------------------------------

Deno.test("the top blocker is the same in both phases of a failing pull, and while the next try runs", () => {
  const bare = podOf("db", waiting("ErrImagePull", NOT_FOUND), { images: { db: "R/busybox:nope" } });
  const wrapped = podOf(
    "db",
    waiting("ImagePullBackOff", `Back-off pulling image "R/busybox:nope": ErrImagePull: ${NOT_FOUND}`),
    { images: { db: "R/busybox:nope" } },
  );
  const trying = podOf("db", waiting("ContainerCreating"), { images: { db: "R/busybox:nope" } });
  const oldKubelet = podOf("db", waiting("ImagePullBackOff", 'Back-off pulling image "R/busybox:nope"'), {
    images: { db: "R/busybox:nope" },
  });
  const events = [
    event(bare, "Failed", `Failed to pull image "R/busybox:nope": ${NOT_FOUND}`, {
      secondsAgo: 20,
      firstSecAgo: 200,
      container: "db",
      count: 4,
    }),
    event(bare, "Failed", "Error: ErrImagePull", {
      secondsAgo: 20,
      firstSecAgo: 200,
      container: "db",
      count: 4,
    }),
    event(bare, "Pulling", 'Pulling image "R/busybox:nope"', {
      type: "Normal",
      secondsAgo: 5,
      container: "db",
    }),
  ];
  const texts = [bare, wrapped, trying, oldKubelet].map((pod) => {
    const top = evaluate(snapshotOf(broken("db", { pods: [pod], events })), NOW_MS).topBlockers[0];
    return [top?.id, top?.title, top?.reason, top?.since];
  });
  for (const text of texts) assert.deepEqual(text, texts[0]);
  assert.deepEqual(texts[0]?.slice(0, 1), ["img.not-found"]);
});

Deno.test("the top blocker and the tiers are the same in all phases of a crash loop", () => {
  const seen = (["waiting", "terminated", "running"] as const).map((phase) => {
    // A container without a probe counts as ready as soon as it runs.
    const cluster = phase === "running" ? healthyCluster() : broken("db", {});
    const pod = podOf("db", crashed(phase), { phase: "Running" });
    const status = evaluate(snapshotOf({ ...cluster, pods: [pod] }, workingMore()), NOW_MS);
    const top = status.topBlockers[0];
    return [
      top?.id,
      top?.title,
      top?.reason,
      top?.since,
      status.tiers.core.ready,
      status.tiers.login.ready,
      status.rollup.state,
    ];
  });
  for (const it of seen) assert.deepEqual(it, seen[0]);
  assert.equal(seen[0]?.[0], "app.crash");
  assert.equal(seen[0]?.[4], false);
});

Deno.test("a container that has run longer than before is well again", () => {
  const pod = podOf("db", {
    ...crashed("running", { secondsAgo: 200 }),
    state: { running: { startedAt: ago(150) } },
  }, { phase: "Running" });
  assert.equal(
    evaluate(snapshotOf({ ...healthyCluster(), pods: [pod] }, workingMore()), NOW_MS).rollup.state,
    "fully_healthy",
  );
});

// --- totality -------------------------------------------------------------------------------------------------------

const ODD: unknown[] = [
  undefined,
  null,
  0,
  -1,
  "",
  "x",
  "2026-13-45",
  true,
  [],
  {},
  [null],
  [1, "a"],
  { a: 1 },
  NaN,
  "\u202e<b>",
  { message: 5, reason: [] },
];

/** A copy in which some fields at any depth are missing or of another type. */
function spoil(value: unknown, random: Random, depth = 0): unknown {
  if (random.next() < 0.08 && depth > 0) return random.pick(ODD);
  if (Array.isArray(value)) return value.map((it) => spoil(it, random, depth + 1));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, it]) => [key, spoil(it, random, depth + 1)]));
  }
  return value;
}

Deno.test("projections and evaluate() are total under odd objects, in 400 rounds", () => {
  const random = new Random(42);
  const pods = [
    pullPod("db"),
    podOf("alga-core", crashed("waiting")),
    podOf("temporal", waiting("CreateContainerConfigError", 'secret "a" not found')),
  ];
  const cluster = {
    ...broken("db", {}),
    pods,
    jobs: [bootstrapJob({ active: 1 })],
    events: [event(pods[0] as KubeObject, "Failed", "Failed to pull image", { newer: true })],
  };
  for (let round = 0; round < 400; round++) {
    const bad = <T>(items: KubeObject[], project: (it: KubeObject) => T | undefined): T[] =>
      items.flatMap((it) => project(spoil(it, random) as KubeObject) ?? []);
    const snapshot: Snapshot = {
      ...HEALTHY,
      nodes: bad(cluster.nodes, projectNode),
      workloads: [
        ...bad(cluster.deployments, projectWorkload("Deployment")),
        ...bad(cluster.statefulSets, projectWorkload("StatefulSet")),
      ],
      jobs: bad(cluster.jobs, projectJob),
      pods: bad(cluster.pods, projectPod),
      pvcs: bad(cluster.pvcs, projectPvc),
      storageClasses: bad(cluster.storageClasses, projectStorageClass),
      events: bad(cluster.events, projectEvent),
      flux: [
        ...bad(cluster.flux, projectFlux("HelmRelease")),
        ...bad(cluster.flux, projectFlux("Kustomization")),
      ],
    };
    bad(cluster.configs, projectConfig);
    const status = evaluate(snapshot, NOW_MS);
    JSON.stringify(status);
    for (const blocker of status.topBlockers) {
      assert.ok(!Number.isNaN(Date.parse(blocker.since)), blocker.since);
    }
    remember(NO_MEMORY, status);
  }
});

Deno.test("evaluate() is pure: the same twice, and nothing is changed", () => {
  const before = JSON.stringify(HEALTHY);
  assert.deepEqual(evaluate(HEALTHY, NOW_MS), evaluate(HEALTHY, NOW_MS));
  assert.equal(JSON.stringify(HEALTHY), before);
});

Deno.test("projections never hold secret data and bound every text", () => {
  const pod = projectPod(podOf("db", waiting("ErrImagePull", "x".repeat(100_000))));
  assert.ok(JSON.stringify(pod).length < 4_000);
  const config = projectConfig({
    kind: "ConfigMap",
    metadata: { namespace: "alga-system", name: "appliance-values-alga-core" },
    data: { "alga-core.single-node.yaml": "appUrl: https://a.example\nsecret: hunter2\n" },
  });
  assert.doesNotMatch(JSON.stringify(config), /hunter2/);
});

Deno.test("evaluate() reads less of 10,000 healthy pods than who writes them down, and ten times what it reads of 1,000", () => {
  const one = projectPod(
    podOf("redis", { state: { running: { startedAt: ago(500) } }, ready: true, imageID: "x" }, {
      phase: "Running",
    }),
  );
  const readsOf = (count: number, work: (snapshot: Snapshot) => unknown) =>
    countReads(
      { ...HEALTHY, pods: Array.from({ length: count }, (_, index) => ({ ...one, name: `p-${index}` })) },
      work,
    );
  const judge = (count: number) => readsOf(count, (it) => evaluate(it, NOW_MS));
  const [none, some, many] = [judge(0), judge(1_000), judge(10_000)];
  assert.ok(many < readsOf(10_000, (it) => JSON.stringify(it.pods)), `${many} reads`);
  assert.ok(many - none <= (some - none) * 10, `${none} → ${some} → ${many} reads`);
});

Deno.test("a Deployment scaled to several replicas counts all of them", () => {
  const cluster = healthyCluster();
  cluster.deployments = cluster.deployments.map((it) =>
    it.metadata.name === "workflow-worker"
      ? deployment("msp", "workflow-worker", { ready: 1, replicas: 3 })
      : it
  );
  assert.equal(evaluate(snapshotOf(cluster, workingMore()), NOW_MS).tiers.background.ready, false);
});

Deno.test("Flux objects of an older generation do not make a tier ready", () => {
  const cluster = healthyCluster();
  cluster.flux = cluster.flux.map((it) =>
    it.metadata.name === "email-service"
      ? flux("HelmRelease", "email-service", [{
        type: "Ready",
        status: "True",
        reason: "x",
        observedGeneration: 1,
      }], { generation: 2, observedGeneration: 1 })
      : it
  );
  assert.equal(evaluate(snapshotOf(cluster, workingMore()), NOW_MS).tiers.background.ready, false);
});

/** A Kustomization at which Flux began to look a moment ago, after a look that ended well. */
function lookedAtAgain(
  over: { status?: Record<string, unknown>; generation?: number; reason?: string } = {},
): KubeObject {
  const ready = notReady(over.reason ?? "Progressing", "Reconciliation in progress", { status: "Unknown" });
  return flux("Kustomization", "alga-platform", [ready], {
    generation: over.generation ?? 1,
    observedGeneration: 1,
    status: {
      lastAppliedRevision: "sha256:11",
      history: [
        { lastReconciled: ago(4_000), lastReconciledStatus: "HealthCheckFailed" },
        { lastReconciled: ago(600), lastReconciledStatus: "ReconciliationSucceeded" },
      ],
      ...over.status,
    },
  });
}

function platformWith(kustomization: KubeObject, events: KubeObject[] = []): boolean {
  const cluster = healthyCluster();
  cluster.flux = cluster.flux.map((it) =>
    it.kind === "Kustomization" && it.metadata.name === kustomization.metadata.name ? kustomization : it
  );
  cluster.events = events;
  return evaluate(snapshotOf(cluster, workingMore()), NOW_MS).tiers.platform.ready;
}

Deno.test("Flux that only looks again takes nothing back that it found before", () => {
  assert.equal(platformWith(lookedAtAgain()), true);
  const words =
    "health check failed after 30m: timeout waiting for: [Deployment/msp/part status: 'InProgress']";
  const long = event(lookedAtAgain(), "HealthCheckFailed", words, { secondsAgo: 4_000 });
  assert.equal(platformWith(lookedAtAgain(), [long]), true, "a failure before the last success is over");
});

const NEW_WORK: [string, KubeObject, KubeObject[]?][] = [
  ["another revision was applied", lookedAtAgain({ status: { lastAppliedRevision: "sha256:10" } })],
  ["nothing was applied yet", lookedAtAgain({ status: { lastAppliedRevision: undefined } })],
  ["its description has changed", lookedAtAgain({ generation: 2 })],
  ["it never ended well", lookedAtAgain({ status: { history: [] } })],
  [
    "its last look failed",
    lookedAtAgain({
      status: { history: [{ lastReconciled: ago(60), lastReconciledStatus: "PruneFailed" }] },
    }),
  ],
  ["it waits for something else", lookedAtAgain({ reason: "DependencyNotReady" })],
  [
    "a look failed before it came to applying, which no history tells",
    lookedAtAgain(),
    [event(lookedAtAgain(), "BuildFailed", "no such file", { secondsAgo: 60 })],
  ],
];
for (const [why, kustomization, events] of NEW_WORK) {
  Deno.test(`Flux that looks again makes no part of the release ready when ${why}`, () => {
    assert.equal(platformWith(kustomization, events), false);
  });
}

Deno.test("evaluate() counts rules that throw and tells of them; without somebody to tell, it throws", () => {
  const snapshot = snapshotOf(healthyCluster(), workingMore());
  assert.equal(evaluate(snapshot, NOW_MS).agent.ruleErrors, 0);
  const odd = {
    ...snapshot,
    pvcs: [{ ...snapshot.pvcs[0], phase: "Pending", name: undefined }],
  } as unknown as Snapshot;
  const told: string[] = [];
  const status = evaluate(odd, NOW_MS, NO_MEMORY, (rule) => told.push(rule));
  assert.deepEqual(told, ["stor.pvc-pending, stor.provisioner"]);
  assert.equal(status.agent.ruleErrors, 1);
  assert.throws(() => evaluate(odd, NOW_MS), TypeError);
});

for (
  const [what, more] of [
    ["an application address that is dead", (it: Snapshot): Partial<Snapshot> => ({
      probes: {
        ...it.probes,
        public: {
          at: NOW,
          url: "https://psa.example.com",
          statusCode: undefined,
          location: undefined,
          error: "connection refused",
          privateCertificate: false,
        },
      },
    })],
    ["a damaged record", (it: Snapshot): Partial<Snapshot> => ({
      remembered: { ...it.remembered, stateDamage: "The record of this appliance is gone" },
    })],
  ] as const
) {
  Deno.test(`nothing is called fully healthy beside ${what}`, () => {
    const healthy = snapshotOf(healthyCluster(), workingMore());
    assert.equal(evaluate(healthy, NOW_MS).rollup.state, "fully_healthy");
    const status = evaluate({ ...healthy, ...more(healthy) }, NOW_MS);
    assert.equal(status.topBlockers.length, 1);
    assert.equal(status.rollup.state, "ready_to_log_in");
    assert.equal(status.rollup.topBlockerId, status.topBlockers[0]?.id);
    assert.ok(status.rollup.message.endsWith(status.topBlockers[0]?.title ?? "?"), status.rollup.message);
    assert.equal(status.tiers.fullHealth.ready, false);
  });
}

Deno.test("a cluster of ours is never called not set up yet, and a damaged record names its decision", () => {
  for (const status of ["idle", "running", "checked"] as const) {
    const from = snapshotOf(broken("alga-core", {}));
    const lost: Snapshot = { ...from, setup: { ...from.setup, status } };
    assert.notEqual(evaluate(lost, NOW_MS).rollup.message, "Not set up yet");
    const told = evaluate({ ...lost, setup: { ...lost.setup, isRecordDamaged: true } }, NOW_MS);
    assert.match(told.rollup.message, /^The record of this appliance is damaged/, status);
    assert.deepEqual(told.rollup.action, { kind: "open-setup", href: "/setup" });
  }
});

Deno.test("checks that were run alone and found problems are told as problems, not as progress", () => {
  const checked = (blockedBy: string[]): Snapshot => {
    const from = emptySnapshot();
    return { ...from, setup: { ...from.setup, status: "checked", blockedBy } };
  };
  const { state, message, action } = evaluate(checked(["Memory: 2 GiB", "Disk: full"]), NOW_MS).rollup;
  assert.deepEqual([state, message], [
    "failed_action_required",
    "2 checks found problems. Setup has not begun",
  ]);
  assert.deepEqual(action, { kind: "open-setup", href: "/setup" });
  assert.equal(evaluate(checked([]), NOW_MS).rollup.state, "installing");
});

Deno.test("somebody else's cluster is not an installation", () => {
  const from = snapshotOf({ ...healthyCluster(), flux: [] });
  const foreign: Snapshot = { ...from, setup: { ...from.setup, status: "idle" } };
  assert.equal(evaluate(foreign, NOW_MS).rollup.message, "Not set up yet");
});

Deno.test("an API that has never answered is not called answering, not even while it has patience", () => {
  const never = (state: "connecting" | "not-answering") => {
    const api = { ...emptySnapshot().api, state, since: ago(3), error: "refused" };
    const { sources } = evaluate({ ...emptySnapshot(), api }, NOW_MS);
    return sources.find((it) => it.name === "kubernetes");
  };
  assert.equal(never("connecting")?.state, "unknown");
  assert.equal(never("not-answering")?.state, "unknown");
  assert.equal(never("not-answering")?.message, "Kubernetes has not answered yet");
});

Deno.test("a background service that others need says how many of them wait for it, absent ones not counted", () => {
  const crash = podOf("temporal", crashed("waiting"));
  const status = evaluate(snapshotOf(broken("temporal", { pods: [crash] }), workingMore()), NOW_MS);
  const top = status.topBlockers[0];
  assert.equal(top?.component, "temporal");
  const [, waiting, all] =
    /(\d+) of (\d+) background services wait for this\.$/.exec(top?.consequence ?? "") ?? [];
  const isThere = healthyCluster().deployments.some((it) => it.metadata.name === "temporal-ui");
  assert.deepEqual([waiting, all], isThere ? ["3", "5"] : ["2", "4"], top?.consequence);
  const alone = podOf("email-service", crashed("waiting"));
  const email = evaluate(snapshotOf(broken("email-service", { pods: [alone] }), workingMore()), NOW_MS);
  assert.doesNotMatch(email.topBlockers[0]?.consequence ?? "", /this\.$/);
});

Deno.test("an optional part that is not installed is no condition of its tier, so it never counts as ready", () => {
  const names = (cluster: ReturnType<typeof healthyCluster>) => {
    const { tiers } = evaluate(snapshotOf(cluster, workingMore()), NOW_MS);
    assert.equal(tiers.background.ready, true);
    return [...tiers.platform.proofs, ...tiers.background.proofs].map((it) => it.id);
  };
  const without = (name: string) => {
    const cluster = healthyCluster();
    return { ...cluster, deployments: cluster.deployments.filter((it) => it.metadata.name !== name) };
  };
  assert.ok(names(healthyCluster()).includes("temporal-ui"));
  assert.ok(!names(without("temporal-ui")).includes("temporal-ui"));
});
