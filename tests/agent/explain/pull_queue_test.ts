import assert from "node:assert/strict";
import { evaluate } from "../../../agent/status/evaluate.ts";
import type { KubeObject } from "../../../k8s/client/kube_client.ts";
import type { StatusDocument } from "../../../agent/status/document.ts";
import { ago, broken, type Cluster, event, NOW_MS, podOf, snapshotOf, waiting } from "../status/objects.ts";

const DEAD = "registry.dead.test/alga/email-service:1";
const DB = "docker.io/pgvector/pgvector:0.8.7";
const TIMEOUT =
  `rpc error: code = DeadlineExceeded desc = failed to pull and unpack image "${DEAD}": failed to resolve image: failed to do request: Head "https://registry.dead.test/v2/alga/email-service/manifests/1": dial tcp 10.41.0.1:443: i/o timeout`;
const NOT_FOUND =
  `rpc error: code = NotFound desc = failed to pull and unpack image "${DEAD}": failed to resolve image: ${DEAD}: not found`;

const creating = (component: Parameters<typeof podOf>[0], image: string, options = {}) =>
  podOf(component, waiting("ContainerCreating"), {
    images: { [component]: image },
    createdSecAgo: 1_500,
    ...options,
  });
const failing = (text: string, reason = "ImagePullBackOff") =>
  podOf(
    "email-service",
    waiting(
      reason,
      reason === "ErrImagePull" ? text : `Back-off pulling image "${DEAD}": ErrImagePull: ${text}`,
    ),
    { images: { "email-service": DEAD } },
  );
const pulling = (pod: KubeObject, image: string, container: string, secondsAgo: number) =>
  event(pod, "Pulling", `Pulling image "${image}"`, { type: "Normal", container, secondsAgo });

function judge(pods: KubeObject[], events: KubeObject[], more: Partial<Cluster> = {}): StatusDocument {
  return evaluate(snapshotOf(broken("db", { pods, events, ...more })), NOW_MS);
}

for (const reason of ["ErrImagePull", "ImagePullBackOff"]) {
  for (const told of [true, false]) {
    const how = `${reason}, its events ${told ? "known" : "dropped"}`;
    Deno.test(`a dead registry that holds the queue is named, not the database behind it: ${how}`, () => {
      const dead = failing(TIMEOUT, reason);
      const db = creating("db", DB);
      const events = [
        pulling(db, DB, "db", 1_200),
        ...(told
          ? [
            event(dead, "Failed", `Failed to pull image "${DEAD}": ${TIMEOUT}`, {
              container: "email-service",
              secondsAgo: 30,
              firstSecAgo: 1_400,
            }),
          ]
          : []),
      ];
      const status = judge([dead, db], events);
      const [top, ...others] = status.topBlockers;
      assert.equal(top?.id, "net.egress");
      assert.equal(top?.component, "email-service");
      assert.equal(top?.layer, "core", "it matters as much as what waits behind it");
      assert.equal(top?.loginBlocking, true);
      assert.ok(top?.evidence.some((it) => it.label === "Waits behind it" && it.text.includes("pgvector")));
      assert.deepEqual(others.filter((it) => it.component === "db"), []);
      assert.equal(status.rollup.state, "installing", "the database gets its turn between two tries");
      assert.equal(status.components.find((it) => it.name === "db")?.message, "waits for another download");
      assert.match(
        status.activeOperations.find((it) => it.component === "db")?.message ?? "",
        /email-service is tried first/,
      );
    });
  }
}

Deno.test("the first try of a dead registry holds the queue without a word, and is named after five minutes", () => {
  const dead = creating("email-service", DEAD);
  const db = creating("db", DB);
  const status = judge([db, dead], [
    pulling(db, DB, "db", 395),
    pulling(dead, DEAD, "email-service", 400),
  ]);
  assert.deepEqual(status.topBlockers.map((it) => [it.id, it.component, it.layer]), [[
    "img.slow",
    "email-service",
    "core",
  ]]);
});

Deno.test("a download that fails in an instant holds nobody up: the slow one is named", () => {
  const db = creating("db", DB);
  const status = judge([failing(NOT_FOUND), db], [pulling(db, DB, "db", 400)]);
  assert.ok(status.topBlockers.some((it) => it.id === "img.slow" && it.component === "db"));
  const missing = status.topBlockers.find((it) => it.id === "img.not-found");
  assert.equal(missing?.layer, "background");
  assert.equal(missing?.loginBlocking, false);
});

Deno.test("a download counts from its turn, not from its place in the queue", () => {
  const db = creating("db", DB);
  const done = podOf("email-service", {
    state: { running: { startedAt: ago(80) } },
    ready: true,
    imageID: "x",
  }, {
    phase: "Running",
    conditions: [],
  });
  const pulled = (secondsAgo: number) =>
    event(done, "Pulled", 'Successfully pulled image "x" in 20m. Image size: 9 bytes.', {
      type: "Normal",
      container: "email-service",
      secondsAgo,
    });
  const events = [pulling(db, DB, "db", 1_100)];
  assert.equal(
    judge([db, done], [...events, pulled(100)]).topBlockers.find((it) => it.id.startsWith("img.")),
    undefined,
  );
  assert.equal(judge([db, done], [...events, pulled(400)]).topBlockers[0]?.id, "img.slow");
  const present = event(done, "Pulled", 'Container image "x" already present on machine', {
    type: "Normal",
    secondsAgo: 9,
  });
  assert.equal(judge([db, done], [...events, present]).topBlockers[0]?.id, "img.stalled");
});

Deno.test("a download that outlives its events is not forgotten", () => {
  const conditions = [
    { type: "PodReadyToStartContainers", status: "True", lastTransitionTime: ago(7_000) },
    { type: "Ready", status: "False", reason: "ContainersNotReady", lastTransitionTime: ago(7_005) },
  ];
  const db = creating("db", DB, { conditions });
  assert.equal(judge([db], []).topBlockers[0]?.id, "img.stalled");
  const young = creating("db", DB, {
    conditions: [{ ...conditions[0], lastTransitionTime: ago(400) }, conditions[1]],
  });
  assert.equal(judge([young], []).topBlockers.find((it) => it.id.startsWith("img.")), undefined);
});

Deno.test("downloads of two machines do not wait for each other", () => {
  const dead = failing(TIMEOUT);
  const db = creating("db", DB, { node: "appliance-02" });
  const status = judge([dead, db], [pulling(db, DB, "db", 400)]);
  assert.ok(status.topBlockers.some((it) => it.id === "img.slow" && it.component === "db"));
  assert.equal(status.topBlockers.find((it) => it.id === "net.egress")?.layer, "background");
});
