import assert from "node:assert/strict";
import { evaluate } from "../../../agent/status/evaluate.ts";
import { emptySnapshot, type Snapshot } from "../../../agent/facts/snapshot.ts";
import {
  ago,
  bootstrapJob,
  broken,
  type Cluster,
  crashed,
  deployment,
  event,
  flux,
  healthyCluster,
  notReady,
  NOW_MS,
  object,
  pod,
  podOf,
  snapshotOf,
  unplacedPod,
  waiting,
  workingMore,
} from "./objects.ts";

const BAD_IMAGE = waiting(
  "ImagePullBackOff",
  'Back-off pulling image "R/x:2": ErrImagePull: rpc error: code = NotFound desc = failed to pull and unpack image "R/x:2": failed to resolve image: R/x:2: not found',
);
const RUNS = {
  state: { running: { startedAt: ago(9_000) } },
  ready: true,
  restartCount: 0,
  imageID: "sha256:1",
};

/** A new version that cannot start, beside the old one that serves. */
function updating(component: "email-service" | "alga-core" | "pgbouncer", status = BAD_IMAGE): Snapshot {
  const next = podOf(component, status);
  const before = podOf(component, RUNS, { phase: "Running", conditions: [] });
  before.metadata.name += "-old";
  before.metadata.uid = "uid-old";
  return snapshotOf({ ...healthyCluster(), pods: [before, next] }, workingMore());
}

for (const component of ["email-service", "alga-core", "pgbouncer"] as const) {
  for (
    const [name, status] of [
      ["a bad image", BAD_IMAGE],
      ["a crash", crashed("waiting", { restarts: 9 })],
      ["a secret that is missing", waiting("CreateContainerConfigError", 'secret "absent" not found')],
      ["no answer to its health check", {
        ...RUNS,
        ready: false,
        state: { running: { startedAt: ago(1_500) } },
      }],
    ] as const
  ) {
    Deno.test(`a new version of ${component} with ${name} takes nothing from people while the old one serves`, () => {
      const { topBlockers: [first], tiers, rollup, components } = evaluate(
        updating(component, status),
        NOW_MS,
      );
      assert.ok(first, "it is told");
      assert.match(first.consequence, /goes on working/);
      assert.equal(first.loginBlocking, false);
      assert.equal(tiers.login.ready, true);
      assert.equal(tiers.core.ready, true);
      assert.match(rollup.message, /^Ready to log in/);
      assert.match(
        components.find((it) => it.name === component)?.message ?? "",
        /a new version of it cannot start/,
      );
    });
  }
}

Deno.test("a part that nothing serves is a loss, also in the moments in which its only pod runs", () => {
  const made = podOf("email-service", crashed("running", { restarts: 9 }), { phase: "Running" });
  const { topBlockers: [first] } = evaluate(
    snapshotOf({ ...healthyCluster(), pods: [made] }, workingMore()),
    NOW_MS,
  );
  assert.match(first?.consequence ?? "", /Email is neither sent nor fetched/);
});

const unplaced = (message: string) => unplacedPod("redis", message);

for (
  const [message, id] of [
    ["1 Insufficient memory.", "sched.resources"],
    ['persistentvolumeclaim "alga-core-sebastian-redis-data" not found.', "stor.claim-missing"],
    ["1 node(s) had volume node affinity conflict.", "sched.volume-elsewhere"],
  ] as const
) {
  Deno.test(`without its cache (${message}) Alga that does not answer is no card of its own`, () => {
    const app = podOf("alga-core", { ...RUNS, ready: false, state: { running: { startedAt: ago(500) } } });
    const cluster = broken("redis", { pods: [unplaced(message), app] });
    cluster.deployments = cluster.deployments.map((it) =>
      it.metadata.name === "alga-core-sebastian" ? deployment("msp", it.metadata.name, { ready: 0 }) : it
    );
    const probe = { ...workingMore().probes?.local, statusCode: undefined, error: "connection refused" };
    const probes = { ...workingMore().probes, local: probe } as Snapshot["probes"];
    const { topBlockers } = evaluate(snapshotOf(cluster, { ...workingMore(), probes }), NOW_MS);
    assert.equal(topBlockers[0]?.id, id);
    assert.deepEqual(topBlockers.filter((it) => it.id === "app.probe"), []);
  });
}

const late = ago(13 * 60);
const withFlux = (made: ReturnType<typeof flux>): Cluster => ({
  ...healthyCluster(),
  flux: healthyCluster().flux.map((it) =>
    it.kind === made.kind && it.metadata.name === made.metadata.name ? made : it
  ),
});
const ending = podOf("email-service", RUNS, { phase: "Running" });
ending.metadata.deletionTimestamp = ago(1_800);

const NOT_WELL: readonly [name: string, cluster: Cluster][] = [
  [
    "a Kustomization that has not been ready for 13 minutes",
    withFlux(flux("Kustomization", "alga-background", [
      notReady("DependencyNotReady", "dependency 'flux-system/alga-core' is not ready", {
        lastTransitionTime: late,
      }),
    ])),
  ],
  [
    "a Kustomization with a reason that nobody knows",
    withFlux(flux("Kustomization", "alga-core", [notReady("New", "x", { lastTransitionTime: late })])),
  ],
  [
    "a HelmRelease that stays Unknown",
    withFlux(flux("HelmRelease", "email-service", [{
      type: "Ready",
      status: "Unknown",
      reason: "Progressing",
      message: "Running 'upgrade' action",
      lastTransitionTime: ago(3_000),
      observedGeneration: 1,
    }])),
  ],
  ["a pod that has been ending for half an hour", { ...healthyCluster(), pods: [ending] }],
  [
    "a one-shot Job that failed",
    {
      ...healthyCluster(),
      jobs: [object("Job", "msp", "temporal-namespace-init-1", {
        status: {
          failed: 3,
          conditions: [{ type: "Failed", status: "True", reason: "BackoffLimitExceeded" }],
        },
      })],
    },
  ],
];
for (const [name, cluster] of NOT_WELL) {
  Deno.test(`an appliance with ${name} is not called fully healthy`, () => {
    const { rollup, tiers, topBlockers } = evaluate(snapshotOf(cluster, workingMore()), NOW_MS);
    assert.notEqual(rollup.state, "fully_healthy");
    assert.equal(tiers.fullHealth.ready, false);
    assert.equal(tiers.login.ready, true);
    for (const it of topBlockers) assert.equal(it.consequence, "People can log in and work.", it.id);
  });
}

Deno.test("a routine look of Flux at a step leaves the appliance fully healthy", () => {
  const looked = flux("Kustomization", "alga-background", [
    notReady("DependencyNotReady", "dependency 'flux-system/alga-core' is not ready", {
      lastTransitionTime: ago(20),
    }),
  ]);
  assert.equal(evaluate(snapshotOf(withFlux(looked), workingMore()), NOW_MS).rollup.state, "fully_healthy");
});

Deno.test("two general findings of one part are one card, the one that quotes", () => {
  const made = pod("msp", "email-service-7d9c5-x", {
    owner: { kind: "ReplicaSet", name: "email-service", hash: "7d9c5" },
    phase: "Running",
    containers: [
      { name: "a", ...crashed("waiting", { restarts: 9 }) },
      { name: "b", ...RUNS, ready: false, state: { running: { startedAt: ago(2_000) } } },
    ],
  });
  const logs = [{
    namespace: "msp",
    pod: made.metadata.name,
    container: "a",
    restartCount: 9,
    lines: ["Error: x: y"],
  }];
  const { topBlockers } = evaluate(
    snapshotOf(broken("email-service", { pods: [made] }), { ...workingMore(), logs }),
    NOW_MS,
  );
  assert.deepEqual(topBlockers.map((it) => it.id), ["app.crash"]);
  assert.deepEqual(topBlockers[0]?.suppressed, ["app.probe"]);
});

Deno.test("the headline never says that there is nothing to do above a card that says what", () => {
  const made = podOf("email-service", crashed("waiting", { restarts: 3 }));
  const { rollup, topBlockers: [first] } = evaluate(
    snapshotOf(broken("email-service", { pods: [made] }), workingMore()),
    NOW_MS,
  );
  assert.match(first?.nextAction ?? "", /Read its log/);
  assert.equal(rollup.nextAction, first?.nextAction);
  assert.equal(rollup.topBlockerId, first?.id);
});

Deno.test("what passes by itself is told, and beside it what somebody has to do", () => {
  const cluster = broken("alga-core", { jobs: [bootstrapJob({ active: 1 })] });
  const snapshot = snapshotOf(cluster, { bootstrapLog: { pod: "p", tail: ["Running migrations"] } });
  const agent = { ...snapshot.agent, diskFull: { path: "/var/lib/alga-appliance/x.json", since: ago(60) } };
  const { rollup, topBlockers } = evaluate({ ...snapshot, agent }, NOW_MS);
  assert.deepEqual(topBlockers.map((it) => it.id), ["app.bootstrap-running", "disk.full"]);
  assert.match(rollup.message, /The database is being prepared/);
  assert.equal(rollup.nextAction, topBlockers[1]?.nextAction);
  assert.equal(rollup.topBlockerId, "disk.full");
});

for (
  const [name, snapshot] of [
    ["before setup", { ...emptySnapshot(), api: { ...emptySnapshot().api, state: "absent" as const } }],
    ["while people can log in", snapshotOf(healthyCluster(), workingMore())],
  ] as const
) {
  Deno.test(`a disk that can only be read is the headline, ${name}, with what to do`, () => {
    const host = { ...snapshot.host, readOnlyFolder: "/var/lib/alga-appliance" };
    const { rollup, topBlockers: [first] } = evaluate({ ...snapshot, host }, NOW_MS);
    assert.equal(first?.id, "disk.readonly");
    assert.match(rollup.message, /The disk can only be read/);
    assert.match(rollup.nextAction, /^Check the storage of this virtual machine/);
    assert.equal(rollup.topBlockerId, "disk.readonly");
  });
}

const wantsPort = () =>
  unplacedPod("email-service", "1 node(s) didn't have free ports for the requested pod ports.", 90);
for (
  const [name, change, says] of [
    ["is still stopping", { deletionTimestamp: ago(30) }, /previous instance of it is still stopping/],
    ["still runs", {}, /previous instance of it still runs/],
  ] as const
) {
  Deno.test(`a port of the machine is said to be held by the previous instance that ${name}`, () => {
    const before = podOf("email-service", RUNS, { phase: "Running", conditions: [] });
    Object.assign(before.metadata, { name: "email-service-old", uid: "uid-old", ...change });
    const { topBlockers: [first] } = evaluate(
      snapshotOf(broken("email-service", { pods: [before, wantsPort()] }), workingMore()),
      NOW_MS,
    );
    assert.equal(first?.id, "sched.port");
    assert.match(first?.reason ?? "", says);
    assert.doesNotMatch(JSON.stringify(first), /[Oo]ther program/);
  });
}

const HOLDERS: readonly [
  name: string,
  pods: (made: ReturnType<typeof podOf>) => Cluster["pods"],
  says: RegExp,
][] = [
  ["another program", (made) => [made], /Another program on this machine holds the port/],
  [
    "its own previous instance",
    (made) => {
      const before = podOf("email-service", RUNS, { phase: "Running" });
      Object.assign(before.metadata, { name: "email-service-old", uid: "o", deletionTimestamp: ago(20) });
      return [before, made];
    },
    /previous instance of it is still stopping/,
  ],
  [
    "itself",
    (made) => {
      made.status.podIP = "10.42.0.9";
      return [made];
    },
    /Another program in its own container/,
  ],
];
for (const [name, pods, says] of HOLDERS) {
  Deno.test(`a program that finds its port taken by ${name} is not the vendor's fault`, () => {
    const made = podOf("email-service", crashed("waiting", { restarts: 9 }));
    const lines = ["Error: listen EADDRINUSE: address already in use 0.0.0.0:8025"];
    const logs = [{
      namespace: "msp",
      pod: made.metadata.name,
      container: "email-service",
      restartCount: 9,
      lines,
    }];
    const snapshot = snapshotOf(broken("email-service", { pods: pods(made) }), { ...workingMore(), logs });
    const { topBlockers: [first] } = evaluate(snapshot, NOW_MS);
    assert.equal(first?.id, "app.port-taken");
    assert.equal(first?.owner, "you");
    assert.match(first?.title ?? "", /port 8025 is in use/);
    assert.match(first?.reason ?? "", says);
  });
}

const SECRETS = [
  "https://x.blob.core.windows.net/c/sha256:aa?se=2026&sig=GEHEIMa%2Bb%3D&sp=r",
  "https://x.r2.cloudflarestorage.com/a?X-Amz-Credential=GEHEIM%2F2026&X-Amz-Signature=GEHEIM12",
  "https://u:GEHEIM@mirror.example.com/v2/",
  "https://u:GE/HEIM@x@mirror.example.com/v2/",
];
for (const url of SECRETS) {
  Deno.test(`no credential of an address leaves in a document: ${url.slice(0, 50)}`, () => {
    const text =
      `failed to pull and unpack image "R/x:1": failed to copy: Get "${url}": something that nobody has seen`;
    const made = podOf("email-service", waiting("ErrImagePull", text));
    const logs = [{
      namespace: "msp",
      pod: made.metadata.name,
      container: "email-service",
      restartCount: 0,
      lines: [`Error: cannot load ${url}`],
    }];
    const snapshot = snapshotOf(
      broken("email-service", {
        pods: [made],
        events: [event(made, "Failed", `Failed to pull image: ${text}`)],
      }),
      {
        ...workingMore(),
        logs,
        setup: {
          ...snapshotOf({}).setup,
          status: "failed",
          failure: {
            category: "download" as never,
            code: "DOWNLOAD_FAILED",
            message: `Cannot load ${url}`,
            details: url,
            suggestedNextStep: `Check ${url}`,
            retrySafe: true,
          },
        },
        probes: {
          local: undefined,
          public: undefined,
          registry: { at: ago(1), ok: false, message: `${url} does not answer` },
        },
      },
    );
    const { topBlockers } = evaluate(snapshot, NOW_MS);
    assert.ok(topBlockers.length >= 2);
    assert.doesNotMatch(JSON.stringify(topBlockers), /GEHEIM|HEIM@/);
  });
}
