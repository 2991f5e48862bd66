import assert from "node:assert/strict";
import { replayWorkloads } from "../../../agent/workloads/mod.ts";
import { ALL_EVENTS, ALL_WORKLOADS } from "../../../agent/workloads/query.ts";
import { deployment, event, NOW_MS, podOf, snapshotOf, waiting } from "../status/objects.ts";
import { withStandIn } from "./stand_in_agent.ts";
import { cli } from "./terminal.ts";

const BASE = "/api/v1/workloads";
const POD = "workflow-worker-7d9c5-x2x8p";
const MADE = podOf("workflow-worker", waiting("ImagePullBackOff", "not found\u202e"));
const WORKLOADS = replayWorkloads(
  snapshotOf({
    deployments: [deployment("msp", "workflow-worker", { ready: 0 }), deployment("msp", "email-service")],
    pods: [MADE],
    events: [event(MADE, "Failed", "it failed")],
  }),
  NOW_MS,
);

Deno.test("workloads prints what needs attention first, and its exit code says that there is some", () =>
  withStandIn(async (agent) => {
    const list = await WORKLOADS.list(ALL_WORKLOADS);
    agent.answers[`GET ${BASE}`] = [{ status: 200, body: list }];
    const { code, out } = await cli(["workloads", "--root", agent.root]);
    assert.equal(code, 4);
    assert.match(
      out,
      /^! {2}msp\/workflow-worker {2}image cannot be fetched, 0 of 1 ready, age .*, counts for Background$/m,
    );
    assert.match(out, /^ {5}ImagePullBackOff: not found/m);
    assert.match(out, new RegExp(`^ {5}pod msp/${POD}$`, "m"));
    assert.match(out, /^ok msp\/email-service {2}running/m);
    assert.ok(!out.includes("\u202e"));
    const json = await cli(["workloads", "--root", agent.root, "-o", "json"]);
    assert.deepEqual(JSON.parse(json.out), JSON.parse(JSON.stringify(list)));
  }));

Deno.test("workloads asks for what was said", () =>
  withStandIn(async (agent) => {
    agent.answers[`GET ${BASE}`] = [{
      status: 200,
      body: await replayWorkloads(snapshotOf({}), NOW_MS).list(ALL_WORKLOADS),
    }];
    const args = ["-n", "all", "--name", "db", "--of", "StatefulSet/msp/db", "--ended", "--page", "2"];
    const { code, out } = await cli(["workloads", ...args, "--root", agent.root]);
    assert.deepEqual([code, out], [0, "Nothing fits.\n"]);
    assert.equal(
      agent.asked[0]?.path,
      `${BASE}?namespace=all&name=db&of=StatefulSet%2Fmsp%2Fdb&ended=yes&page=2`,
    );
  }));

Deno.test("workloads NAMESPACE/POD prints containers, conditions, volumes and events", () =>
  withStandIn(async (agent) => {
    agent.answers[`GET ${BASE}/msp/${POD}`] = [{ status: 200, body: await WORKLOADS.pod("msp", POD) }];
    const { code, out } = await cli(["workloads", `msp/${POD}`, "--root", agent.root]);
    assert.equal(code, 4);
    assert.match(
      out,
      new RegExp(`^msp/${POD} waits for an image that cannot be fetched: ImagePullBackOff`, "m"),
    );
    for (const part of ["Containers", "Conditions", "Volumes", "Events"]) {
      assert.match(out, new RegExp(`^${part}$`, "m"));
    }
    assert.match(out, /^ {2}! \d{4}-.* Failed: it failed$/m);
  }));

Deno.test("events prints them newest first, and asks for window and filter", () =>
  withStandIn(async (agent) => {
    agent.answers["GET /api/v1/events"] = [{ status: 200, body: WORKLOADS.events(ALL_EVENTS) }];
    const { code, out } = await cli([
      "events",
      "--since",
      "1h",
      "--warnings",
      "--grep",
      "fail",
      "--root",
      agent.root,
    ]);
    assert.equal(code, 0);
    assert.equal(out, `! 2026-11-21 11:59 UTC  Pod msp/${POD}: Failed: it failed\n`);
    assert.equal(agent.asked[0]?.path, "/api/v1/events?text=fail&warnings=yes&since=1h");
  }));

for (
  const args of [["workloads", "db-0"], ["workloads", "msp/db-0", "--ended"], ["workloads", "--page", "0"], [
    "events",
    "x",
  ]]
) {
  Deno.test(`"${args.join(" ")}" is refused`, async () => {
    assert.equal((await cli(args)).code, 2);
  });
}
