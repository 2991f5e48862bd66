import assert from "node:assert/strict";
import { evaluate } from "../../../../agent/status/evaluate.ts";
import { ago, event, NOW_MS, podOf, waiting } from "../../status/objects.ts";
import { found, of, testRows } from "../rule_row.ts";
import { PULLS } from "./pull_texts.ts";
import { IMAGE_ROWS } from "./image_rows.ts";

testRows(IMAGE_ROWS);

Deno.test("a pull event is stale once the container has started", () => {
  const pod = podOf("db", { state: { running: { startedAt: ago(5) } }, ready: true, imageID: "sha256:1" }, {
    phase: "Running",
  });
  const failed = event(pod, "Failed", `Failed to pull image "x": ${PULLS[0]?.[1]}`, { container: "db" });
  assert.deepEqual(found(of("db", [pod], [failed])).filter((it) => it.id.startsWith("img.")), []);
});

Deno.test("an event of an earlier pod with the same name is ignored", () => {
  const pod = podOf("db", waiting("ContainerCreating"));
  const old = event(pod, "Failed", `Failed to pull image "x": ${PULLS[0]?.[1]}`, { container: "db" });
  old.involvedObject.uid = "another life";
  assert.deepEqual(found(of("db", [pod], [old])).filter((it) => it.id.startsWith("img.")), []);
});

Deno.test("the pull that holds the queue is named, not the ones behind it", () => {
  const first = podOf("coredns", waiting("ContainerCreating"), {
    images: { coredns: "docker.io/rancher/coredns:1" },
  });
  const second = podOf("db", waiting("ContainerCreating"), { images: { db: "pgvector/pgvector:1" } });
  const events = [
    event(first, "Pulling", 'Pulling image "docker.io/rancher/coredns:1"', {
      type: "Normal",
      secondsAgo: 420,
      container: "coredns",
    }),
    event(second, "Pulling", 'Pulling image "pgvector/pgvector:1"', {
      type: "Normal",
      secondsAgo: 410,
      container: "db",
    }),
  ];
  const status = evaluate(of("db", [first, second], events), NOW_MS);
  const slow = status.topBlockers.filter((it) => it.id === "img.slow");
  assert.deepEqual(slow.map((it) => it.component), ["coredns"]);
  assert.ok(slow[0]?.evidence.some((it) => it.label === "Waits behind it" && it.text.includes("pgvector")));
  assert.match(
    status.activeOperations.find((it) => it.component === "db")?.message ?? "",
    /waits: coredns is being downloaded first/,
  );
});
