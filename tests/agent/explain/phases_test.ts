import assert from "node:assert/strict";
import type { BlockerId } from "../../../agent/causes/cause.ts";
import { evaluate } from "../../../agent/status/evaluate.ts";
import { NO_MEMORY, remember } from "../../../agent/status/memory.ts";
import type { KubeObject } from "../../../k8s/client/kube_client.ts";
import type { Blocker } from "../../../agent/explain/blocker.ts";
import {
  ago,
  broken,
  event,
  healthyCluster,
  node,
  NOW_MS,
  pod,
  podOf,
  pvc,
  snapshotOf,
  unplacedPod,
  waiting,
  workingMore,
} from "../status/objects.ts";
import { crashPhases, type Phase, pullPhases, startErrorPhases } from "./kubelet_phases.ts";

const IMAGE = "R/busybox:nope";
const REQUEST =
  `failed to pull and unpack image "${IMAGE}": failed to resolve image: failed to do request: Head "https://registry.nx.test/v2/busybox/manifests/1": `;

/** What a real node said, word for word: downloads, each in every phase of its cycle. */
const PULLS: readonly [name: string, id: BlockerId, text: string][] = [
  [
    "tag missing",
    "img.not-found",
    `rpc error: code = NotFound desc = failed to pull and unpack image "${IMAGE}": failed to resolve image: ${IMAGE}: not found`,
  ],
  [
    "name unknown to DNS",
    "dns.nxdomain",
    `${REQUEST}dial tcp: lookup registry.nx.test on 127.0.0.2:53: no such host`,
  ],
  [
    "DNS server fails",
    "dns.servfail",
    `${REQUEST}dial tcp: lookup registry.servfail.test on 127.0.0.2:53: server misbehaving`,
  ],
  [
    "DNS server refuses",
    "dns.refused",
    `${REQUEST}dial tcp: lookup registry.nx.test on 127.0.0.2:53: read udp 127.0.0.1:43187->127.0.0.2:53: read: connection refused`,
  ],
  [
    "DNS server silent",
    "dns.timeout",
    `${REQUEST}dial tcp: lookup registry.blackhole.test on 127.0.0.2:53: read udp 127.0.0.1:53660->127.0.0.2:53: i/o timeout`,
  ],
  ["registry refuses", "net.egress", `${REQUEST}dial tcp 127.0.0.1:5998: connect: connection refused`],
  [
    "registry refuses, with a misleading code",
    "net.egress",
    `rpc error: code = NotFound desc = ${REQUEST}dial tcp 127.0.0.1:5998: connect: connection refused`,
  ],
  [
    "registry silent",
    "net.egress",
    `rpc error: code = DeadlineExceeded desc = ${REQUEST}dial tcp 10.41.0.1:5999: i/o timeout`,
  ],
  ["no route to the registry", "net.egress", `${REQUEST}dial tcp 10.41.0.9:443: connect: no route to host`],
  [
    "401",
    "reg.auth",
    `failed to pull and unpack image "${IMAGE}": failed to resolve image: pull access denied, repository does not exist or may require authorization: authorization failed: no basic auth credentials`,
  ],
  [
    "403",
    "reg.auth",
    `failed to pull and unpack image "${IMAGE}": failed to resolve image: failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://registry.nx.test/token?scope=repository%3Ax%3Apull&service=x: 403 Forbidden`,
  ],
  [
    "429",
    "reg.ratelimit",
    `failed to pull and unpack image "${IMAGE}": failed to resolve image: unexpected status from HEAD request to https://registry.nx.test/v2/busybox/manifests/1: 429 Too Many Requests`,
  ],
  [
    "503",
    "reg.unavailable",
    `failed to pull and unpack image "${IMAGE}": failed to resolve image: unexpected status from HEAD request to https://registry.nx.test/v2/busybox/manifests/1: 503 Service Unavailable`,
  ],
  [
    "TLS intercepted",
    "net.tls-intercept",
    `${REQUEST}tls: failed to verify certificate: x509: certificate signed by unknown authority`,
  ],
  ["plain HTTP", "net.tls-intercept", `${REQUEST}tls: first record does not look like a TLS handshake`],
  [
    "plain HTTP, other words",
    "net.tls-intercept",
    `${REQUEST}http: server gave HTTP response to HTTPS client`,
  ],
];

type ComponentName = Parameters<typeof podOf>[0];

function topOf(
  component: ComponentName,
  phase: Phase,
  options: { init?: boolean } = {},
): Blocker | undefined {
  const made = options.init
    ? pod("msp", "alga-core-sebastian-6c9b7d5f4b-x2x8p", {
      owner: { kind: "ReplicaSet", name: "alga-core-sebastian", hash: "6c9b7d5f4b" },
      init: [{ name: "wait-for-bootstrap", ready: false, restartCount: 0, imageID: "", ...phase.status }],
      images: { "wait-for-bootstrap": IMAGE, sebastian: "R/other:1" },
      containers: [{
        name: "sebastian",
        ready: false,
        restartCount: 0,
        imageID: "",
        ...waiting("PodInitializing"),
      }],
    })
    : podOf(component, phase.status, { images: { db: IMAGE, redis: IMAGE, "workflow-worker": IMAGE } });
  const cluster = broken(component, { pods: [made], events: phase.events?.(made) ?? [] });
  return evaluate(snapshotOf(cluster, { ...workingMore(), remembered: notYet() }), NOW_MS).topBlockers[0];
}

function notYet() {
  return { bootstrap: undefined, loginReadyOnce: false, stateDamage: undefined };
}

/** What people read; a count of starts goes up and never back. */
function wordsOf(it: Blocker | undefined): unknown[] {
  return [
    it?.id,
    it?.title,
    it?.reason.replace(/restarts: \d+/, "restarts: N"),
    it?.consequence,
    it?.nextAction,
    it?.component,
  ];
}

function assertSteady(
  expected: BlockerId,
  component: ComponentName,
  phases: readonly Phase[],
  options = {},
): void {
  const seen = phases.map((it) => ({ phase: it.name, words: wordsOf(topOf(component, it, options)) }));
  for (const { phase, words } of seen) {
    assert.equal(words[0], expected, `${phase}: ${JSON.stringify(words)}`);
    assert.deepEqual(words, seen[0]?.words, phase);
  }
}

for (const [name, id, text] of PULLS) {
  Deno.test(`a download that fails (${name}) is ${id} with one text in every phase`, () => {
    assertSteady(id, "db", pullPhases(IMAGE, "db", text));
  });
  Deno.test(`a download of an init container that fails (${name}) is ${id} in every phase`, () => {
    const phases = pullPhases(IMAGE, "wait-for-bootstrap", text)
      .filter((it) => !it.name.includes("just started"));
    assertSteady(id, "alga-core", phases, { init: true });
  });
}

const ENDS: readonly [name: string, id: BlockerId, Parameters<typeof crashPhases>[0]][] = [
  ["with an error", "app.crash", { exitCode: 1, reason: "Error" }],
  ["without an error", "app.crash", { exitCode: 0, reason: "Completed" }],
  ["without memory", "mem.oom-container", { exitCode: 137, reason: "OOMKilled" }],
  ["with an error after a minute and a half", "app.crash", { exitCode: 1, reason: "Error", ranSec: 95 }],
  ["with an error after five minutes", "app.crash", { exitCode: 1, reason: "Error", ranSec: 300 }],
];

for (const [name, id, end] of ENDS) {
  Deno.test(`a container that ends ${name} again and again is ${id} in every phase`, () => {
    assertSteady(id, "redis", crashPhases(end));
    assertSteady(id, "workflow-worker", crashPhases(end));
  });
  Deno.test(`an init container that ends ${name} again and again is ${id} in every phase`, () => {
    if (end.exitCode === 0) return; // done
    assertSteady(id, "alga-core", crashPhases(end), { init: true });
  });
}

Deno.test("a program that is missing is app.crash in every phase", () => {
  const message =
    'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "/no/such/binary": stat /no/such/binary: no such file or directory';
  assertSteady("app.crash", "redis", startErrorPhases(message));
});

Deno.test("a program that may not be run is not taken for files of the wrong user", () => {
  const message =
    'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "/app/start.sh": permission denied';
  assertSteady("app.crash", "db", startErrorPhases(message));
});

Deno.test("a container that is killed for its start hook is cfg.container in every phase, not out of memory", () => {
  const message =
    'Exec lifecycle hook ([sh -c echo hook broke; exit 4]) for Container "app" in Pod "x_NS(UID)" failed - error: command \'sh -c …\' exited with 4: , message: "hook broke\\n"';
  const hook = (made: KubeObject) => [
    event(made, "FailedPostStartHook", "PostStartHook failed", {
      container: "redis",
      firstSecAgo: 200,
      count: 4,
    }),
  ];
  const killed = crashPhases({ exitCode: 137, reason: "Error" });
  const lastState = killed[1]?.status.lastState;
  assertSteady("cfg.container", "redis", [
    {
      name: "hook error",
      events: hook,
      status: {
        restartCount: 3,
        imageID: "x",
        lastState,
        state: { waiting: { reason: "PostStartHookError", message } },
      },
    },
    ...killed.map((it) => ({ ...it, events: hook })),
  ]);
});

Deno.test("a container that is killed for its liveness probe keeps stopping, and is not out of memory", () => {
  const probe = (made: KubeObject) => [
    event(
      made,
      "Unhealthy",
      'Liveness probe failed: Get "http://10.42.0.9:8080/health": context deadline exceeded',
      {
        container: "workflow-worker",
        firstSecAgo: 900,
        count: 12,
      },
    ),
  ];
  const phases = crashPhases({ exitCode: 137, reason: "Error", ranSec: 120 });
  assertSteady("app.crash", "workflow-worker", phases.map((it) => ({ ...it, events: probe })));
  const top = topOf("workflow-worker", { ...phases[1] as Phase, events: probe });
  assert.match(
    top?.reason ?? "",
    /^It was stopped by its health check .*does not answer its health check in time\./,
  );
  assert.ok(top?.evidence.some((it) => it.text.includes("Liveness probe failed")));
});

const KILLED = crashPhases({ exitCode: 137, reason: "Error", ranSec: 120 });
const KILLING = "Container redis failed liveness probe, will be restarted";

Deno.test("a container that was killed by nobody knows whom is not said to lack memory", () => {
  assertSteady("app.crash", "redis", KILLED);
  const top = topOf("redis", KILLED[1] as Phase);
  assert.match(top?.reason ?? "", /It was killed \(137\)/);
  assert.doesNotMatch(JSON.stringify(top), /memory|GiB/);
});

for (
  const [name, reason, message, secondsAgo] of [
    ["Killing", "Killing", KILLING, 20],
    ["Killing, which was last told 50 minutes ago", "Killing", KILLING, 3_000],
    ["a failed startup probe", "Killing", "Container redis failed startup probe, will be restarted", 60],
    ["Unhealthy, which is told ever more rarely", "Unhealthy", "Liveness probe failed: timeout", 2_400],
  ] as const
) {
  Deno.test(`a kill is put down to the health check by the event ${name}`, () => {
    const events = (made: KubeObject) =>
      [
        event(made, reason, message, {
          type: "Normal",
          container: "redis",
          secondsAgo,
          firstSecAgo: 9_000,
          count: 25,
        }),
      ].map((it) => reason === "Unhealthy" ? { ...it, type: "Warning" } : it);
    assertSteady("app.crash", "redis", KILLED.map((it) => ({ ...it, events })));
    assert.match(
      topOf("redis", { ...KILLED[1] as Phase, events })?.reason ?? "",
      /stopped by its health check/,
    );
  });
}

Deno.test("what a container was stopped for outlives the events that told it", () => {
  const made = podOf("redis", KILLED[1]?.status ?? {});
  const events = [event(made, "Killing", KILLING, { type: "Normal", container: "redis" })];
  const at = (of: KubeObject[]) =>
    snapshotOf(broken("redis", { pods: [made], events: of }), { ...workingMore(), remembered: notYet() });
  const first = evaluate(at(events), NOW_MS);
  const memory = remember(NO_MEMORY, first);
  const later = evaluate(at([]), NOW_MS, memory);
  assert.equal(later.topBlockers[0]?.reason, first.topBlockers[0]?.reason);
  assert.match(later.topBlockers[0]?.reason ?? "", /stopped by its health check/);
  assert.doesNotMatch(evaluate(at([]), NOW_MS).topBlockers[0]?.reason ?? "", /health check/);
});

Deno.test("a container that now ends by itself is not said to be stopped for what once was", () => {
  const made = podOf("redis", crashPhases({ exitCode: 1, reason: "Error" })[1]?.status ?? {});
  const memory = { ...NO_MEMORY, stops: { redis: { exitCode: 137, text: KILLING, at: ago(600) } } };
  const snapshot = snapshotOf(broken("redis", { pods: [made] }), workingMore());
  assert.doesNotMatch(evaluate(snapshot, NOW_MS, memory).topBlockers[0]?.reason ?? "", /health check/);
});

Deno.test("a start that takes longer than its probe allows keeps stopping; it does not turn into silence", () => {
  assertSteady(
    "app.crash",
    "temporal",
    crashPhases({ exitCode: 2, reason: "Error", ranSec: 900 })
      .filter((it) => it.name !== "running again" && it.name !== "about to end again")
      .concat({
        name: "not ready for long",
        status: {
          restartCount: 4,
          imageID: "x",
          ready: false,
          state: { running: { startedAt: ago(800) } },
          lastState: {
            terminated: { exitCode: 2, reason: "Error", startedAt: ago(1_720), finishedAt: ago(810) },
          },
        },
      }),
  );
});

Deno.test("the first crash of a container that runs again at once is not a blocker that comes and goes", () => {
  const ended = { terminated: { exitCode: 137, reason: "OOMKilled", startedAt: ago(9), finishedAt: ago(2) } };
  const first = { name: "first end", status: { imageID: "x", restartCount: 0, state: ended, lastState: {} } };
  const again = {
    name: "runs again",
    status: {
      imageID: "x",
      restartCount: 1,
      ready: true,
      state: { running: { startedAt: ago(1) } },
      lastState: ended,
    },
  };
  assert.equal(topOf("workflow-worker", first), undefined);
  assert.equal(topOf("workflow-worker", again), undefined);
  const second = {
    name: "second end",
    status: { imageID: "x", restartCount: 1, state: ended, lastState: ended },
  };
  assert.equal(topOf("workflow-worker", second)?.id, "mem.oom-container");
});

for (const ranSec of [90_000, 100]) {
  Deno.test(`after a reboot nobody is said to keep stopping, after ${ranSec} s of running`, () => {
    const lastState = {
      terminated: { exitCode: 255, reason: "Unknown", startedAt: ago(60 + ranSec), finishedAt: ago(60) },
    };
    const made = podOf("db", {
      imageID: "x",
      restartCount: 5,
      ready: true,
      state: { running: { startedAt: ago(20) } },
      lastState,
    }, { phase: "Running", conditions: [] });
    const snapshot = snapshotOf({ ...healthyCluster(), pods: [made] }, workingMore());
    assert.deepEqual(evaluate(snapshot, NOW_MS).topBlockers, []);
  });
}

Deno.test("a container that ends after hours does not keep stopping; what it ended of is told", () => {
  const ended = (reason: string, exitCode: number) => ({
    name: reason,
    status: {
      imageID: "x",
      restartCount: 3,
      state: { terminated: { exitCode, reason, startedAt: ago(9_000), finishedAt: ago(1) } },
      lastState: {},
    },
  });
  assert.equal(topOf("workflow-worker", ended("Error", 1)), undefined);
  assert.equal(topOf("workflow-worker", ended("OOMKilled", 137))?.id, "mem.oom-container");
});

const CONFIG: readonly [name: string, id: BlockerId, reason: string, message: string][] = [
  ["secret missing", "cfg.missing-secret", "CreateContainerConfigError", 'secret "absent" not found'],
  ["ConfigMap missing", "cfg.missing-secret", "CreateContainerConfigError", 'configmap "absent" not found'],
  [
    "key missing",
    "cfg.missing-secret",
    "CreateContainerConfigError",
    "couldn't find key a in ConfigMap NS/have",
  ],
  [
    "subPath cannot be made",
    "stor.subpath",
    "CreateContainerConfigError",
    'failed to create subPath directory for volumeMount "v" of container "app"',
  ],
  [
    "subPath leads out",
    "stor.subpath",
    "CreateContainerConfigError",
    'failed to prepare subPath for volumeMount "v" of container "app"',
  ],
];

for (const [name, id, reason, message] of CONFIG) {
  Deno.test(`${name} is ${id}, also for a container that has run before`, () => {
    const before = crashPhases({ exitCode: 1, reason: "Error" })[1]?.status.lastState;
    assertSteady(id, "redis", [
      { name: "new", status: waiting(reason, message) },
      {
        name: "had run",
        status: { ...waiting(reason, message), lastState: before, restartCount: 2, imageID: "x" },
      },
    ]);
  });
}

Deno.test("a volume of a missing secret is stor.mount with the name of the secret in both of the kubelet's sentences", () => {
  const specific = (made: KubeObject, secondsAgo: number) =>
    event(made, "FailedMount", 'MountVolume.SetUp failed for volume "v" : secret "absent" not found', {
      secondsAgo,
      firstSecAgo: 400,
      count: 9,
    });
  const timedOut = (made: KubeObject, secondsAgo: number) =>
    event(
      made,
      "FailedMount",
      "Unable to attach or mount volumes: unmounted volumes=[v], unattached volumes=[], failed to process volumes=[]: timed out waiting for the condition",
      { secondsAgo, firstSecAgo: 280, count: 2 },
    );
  assertSteady("stor.mount", "redis", [
    {
      name: "just tried",
      status: waiting("ContainerCreating"),
      events: (it) => [timedOut(it, 60), specific(it, 5)],
    },
    {
      name: "just gave up",
      status: waiting("ContainerCreating"),
      events: (it) => [specific(it, 90), timedOut(it, 3)],
    },
    { name: "not given up yet", status: waiting("ContainerCreating"), events: (it) => [specific(it, 90)] },
  ]);
  const top = topOf("redis", {
    name: "",
    status: waiting("ContainerCreating"),
    events: (it) => [specific(it, 90), timedOut(it, 3)],
  });
  assert.match(top?.reason ?? "", /"absent"/);
});

Deno.test("a pod network that is missing is k3s.not-ready-cni, told by the pod or by the machine", () => {
  assertSteady(
    "k3s.not-ready-cni",
    "redis",
    [1, 60, 400].map((secondsAgo) => ({
      name: `${secondsAgo} s`,
      status: waiting("ContainerCreating"),
      events: (it: KubeObject) => [
        event(
          it,
          "FailedCreatePodSandBox",
          'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "ID": plugin type="loopback" failed (add): missing network name',
          { secondsAgo, firstSecAgo: 500, count: 12 },
        ),
      ],
    })),
  );
  const broken = node([{
    type: "Ready",
    status: "False",
    reason: "KubeletNotReady",
    message:
      "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized",
    lastTransitionTime: ago(200),
  }]);
  const top = evaluate(snapshotOf({ ...healthyCluster(), nodes: [broken] }), NOW_MS).topBlockers[0];
  assert.equal(top?.id, "k3s.not-ready-cni");
});

Deno.test("a kubelet that is gone is k3s.node-gone", () => {
  const gone = node([{
    type: "Ready",
    status: "Unknown",
    reason: "NodeStatusUnknown",
    message: "Kubelet stopped posting node status.",
    lastTransitionTime: ago(60),
  }]);
  const top = evaluate(snapshotOf({ ...healthyCluster(), nodes: [gone] }), NOW_MS).topBlockers[0];
  assert.equal(top?.id, "k3s.node-gone");
});

/** As the API gives an event that a newer component wrote: no count, no first and last time. */
function newerEvent(
  about: KubeObject,
  reason: string,
  note: string,
  type: string,
  series: boolean,
): KubeObject {
  const made = event(about, reason, note, { type, newer: true, firstSecAgo: 400 });
  if (series) made.series = { count: 7, lastObservedTime: ago(20).replace("Z", ".000000Z") };
  return made;
}

for (const series of [false, true]) {
  const name = series ? "with a series" : "without a count";
  Deno.test(`events of the newer kind count, ${name}`, () => {
    const claim = pvc("alga-core-sebastian-postgres-data", "Pending", { createdSecAgo: 500 });
    const cases: [BlockerId, string, string, boolean][] = [
      [
        "stor.pvc-pending",
        "FailedBinding",
        "no persistent volumes available for this claim and no storage class is set",
        false,
      ],
      [
        "stor.provisioner",
        "ExternalProvisioning",
        "Waiting for a volume to be created either by the external provisioner 'rancher.io/local-path' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.",
        true,
      ],
    ];
    for (const [id, reason, note, hasClass] of cases) {
      const waits = podOf("db", {}, {
        containers: [],
        claims: [claim.metadata.name],
        node: "",
        conditions: [{
          type: "PodScheduled",
          status: "False",
          reason: "Unschedulable",
          message: "0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found",
          lastTransitionTime: ago(400),
        }],
      });
      const cluster = broken("db", {
        pods: [waits],
        pvcs: [claim],
        events: [
          newerEvent(claim, reason, note, "Normal", series),
          newerEvent(
            waits,
            "FailedScheduling",
            "0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found",
            "Warning",
            series,
          ),
        ],
      });
      if (!hasClass) cluster.storageClasses = [];
      const top = evaluate(snapshotOf(cluster), NOW_MS).topBlockers[0];
      assert.equal(top?.id, id);
      assert.doesNotMatch(`${top?.title} ${top?.reason} ${top?.nextAction}`, /\bplease\b/i);
    }
  });
}

Deno.test("too little memory is sched.resources by the pod's condition alone", () => {
  const made = unplacedPod(
    "alga-core",
    "1 Insufficient memory. no new claims to deallocate, preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.",
    90,
  );
  const top = evaluate(snapshotOf(broken("alga-core", { pods: [made] })), NOW_MS).topBlockers[0];
  assert.equal(top?.id, "sched.resources");
});
