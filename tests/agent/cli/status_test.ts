import assert from "node:assert/strict";
import type { RollupState, StatusDocument } from "../../../agent/status/document.ts";
import { statusTable } from "../../../agent/cli/status_table.ts";
import { until } from "../../until.ts";
import { withStandIn } from "./stand_in_agent.ts";
import { cli } from "./terminal.ts";

const AT = "2026-11-21T08:00:00.000Z";
const NOW_MS = Date.parse("2026-11-21T08:03:00.000Z");

const tier = (ready: boolean, status: "healthy" | "degraded" | "unhealthy" | "unknown", message: string) => ({
  ready,
  status,
  message,
  since: AT,
  proofs: [],
});

/** A document with one blocker whose words came from a cluster that cannot be trusted. */
const DOCUMENT: StatusDocument = {
  siteId: "",
  timestamp: AT,
  agentVersion: "0.1.0",
  agent: { ruleErrors: 0 },
  kubernetesVersion: "v1.36.5+k3s1",
  release: {
    selectedReleaseVersion: "1.4.0",
    appVersion: "1.4.0",
    channel: "stable",
    selectedChannel: "stable",
    gitRevision: null,
  },
  urls: { statusUrl: "http://192.0.2.7:8080/", loginUrl: "https://psa.example.com" },
  certificate: {
    url: "https://192.0.2.7:8080/",
    fingerprint: Array(32).fill("A7").join(":"),
    origin: "self-signed",
    validTo: "2029-02-23T17:37:36.000Z",
  },
  rollup: {
    state: "ready_with_background_issues",
    message: "Ready to log in. One background service needs attention",
    nextAction: "Nothing on this machine. Report the release and this image to Alga support.",
    action: { kind: "call-vendor" },
    topBlockerId: "img.not-found",
    since: AT,
  },
  tiers: {
    platform: tier(true, "healthy", "ready"),
    core: tier(true, "healthy", "ready"),
    bootstrap: tier(true, "healthy", "done"),
    login: tier(true, "healthy", "ready"),
    background: tier(false, "degraded", "1 of 5 fails"),
    fullHealth: {
      ...tier(false, "unknown", "cannot be seen"),
      proofs: [{ id: "drift", title: "The chosen version runs", status: "unknown", reason: "" }],
    },
  },
  blockersLeftOut: 0,
  topBlockers: [{
    id: "img.not-found",
    severity: "background",
    component: "workflow-worker",
    layer: "background",
    title: "The workflow worker cannot start: the release names an image that does not exist",
    reason: 'The registry has no image "ghcr.io/nine-minds/workflow-worker:9be1f02".',
    consequence: "People can log in and work. Scheduled workflows do not run.",
    nextAction: "Nothing on this machine. Report the release and this image to Alga support.",
    action: { kind: "call-vendor" },
    owner: "vendor",
    retrySafe: true,
    loginBlocking: false,
    mayPass: false,
    since: AT,
    evidence: [{ label: "Message", text: `not found\x1b[2J\x1b]0;owned\x07 ${"x".repeat(200)} the end` }],
    suppressed: [],
  }],
  activeOperations: [{
    state: "running",
    component: "temporal-worker",
    operation: "image-pull",
    startedAt: AT,
    elapsedSeconds: 12,
    progressAvailable: false,
    progressPercent: null,
    message: "Pulling its image for 12 s",
  }],
  components: [],
  bootstrap: {
    job: { name: "", state: "completed", completed: true, failed: false },
    seed: { usersCount: null, message: "" },
    logs: { available: false, pod: null, container: "", tail: [], detectedErrors: [] },
  },
  recentEvents: [],
  loginProbe: { checked: true, reachable: true, statusCode: 200, location: null },
  sources: [{ name: "kubernetes", state: "answering", lastContactAt: AT, message: "Kubernetes answers" }],
  recent: [],
};

Deno.test("statusTable() says the headline, the way out, the blocker, each tier", () => {
  assert.deepEqual(statusTable(DOCUMENT, NOW_MS).split("\n").slice(0, 14), [
    "Ready to log in. One background service needs attention",
    "Next: Nothing on this machine. Report the release and this image to Alga support.",
    "Open Alga: https://psa.example.com",
    "Status page: http://192.0.2.7:8080/",
    "Encrypted: https://192.0.2.7:8080/",
    `  Certificate's SHA-256 fingerprint: ${Array(32).fill("A7").join(":")}`,
    "",
    "! The workflow worker cannot start: the release names an image that does not exist  [img.not-found]",
    '  The registry has no image "ghcr.io/nine-minds/workflow-worker:9be1f02".',
    "  People can log in and work. Scheduled workflows do not run.",
    "  What to do: Nothing on this machine. Report the release and this image to Alga support.",
    "  Since 08:00:00 UTC (3 min)",
    "  More: alga-agent help img.not-found",
    `    Message: not found [2J ]0;owned  ${"x".repeat(200)} the end`,
  ]);
  const text = statusTable(DOCUMENT, NOW_MS);
  for (
    const line of [
      "ok Platform          ready",
      "!  Background        1 of 5 fails",
      "?  Everything        cannot be seen",
      "   temporal-worker: Pulling its image for 12 s",
      "Release 1.4.0 (stable) · Kubernetes v1.36.5+k3s1 · agent 0.1.0",
    ]
  ) assert.ok(text.split("\n").includes(line), line);
});

Deno.test("statusTable() has the command of a part that can be tried again", () => {
  const [blocker] = DOCUMENT.topBlockers;
  assert.ok(blocker);
  const retry = "  Have it tried again: sudo alga-agent update retry-part workflow-worker";
  const lines = (release?: "workflow-worker") =>
    statusTable({ ...DOCUMENT, topBlockers: [{ ...blocker, ...(release && { release }) }] }, NOW_MS).split(
      "\n",
    );
  assert.ok(lines("workflow-worker").includes(retry));
  assert.ok(!lines().includes(retry));
});

Deno.test("statusTable() leads to the application only while people can log in, and tells its turn from silence", () => {
  const tiers = {
    ...DOCUMENT.tiers,
    core: tier(false, "degraded", "2 of 3 ready"),
    login: tier(false, "unknown", "waits for the database"),
  };
  const text = statusTable({ ...DOCUMENT, tiers }, NOW_MS);
  assert.ok(!text.includes("Open Alga"));
  for (
    const line of [
      ".. Database          2 of 3 ready",
      "-  Log in            waits for the database",
      "-  Background        1 of 5 fails",
    ]
  ) assert.ok(text.split("\n").includes(line), line);
});

Deno.test("statusTable() does not show what needs attention as work under way", () => {
  const [blocker] = DOCUMENT.topBlockers;
  assert.ok(blocker !== undefined);
  const topBlockers = [{ ...blocker, component: "temporal-worker" }];
  assert.ok(!statusTable({ ...DOCUMENT, topBlockers }, NOW_MS).includes("Pulling its image"));
});

for (const columns of [80, 60, 40, 20]) {
  Deno.test(`statusTable() on ${columns} columns breaks between words and loses none`, () => {
    const wrapped = statusTable(DOCUMENT, NOW_MS, { columns, color: false });
    for (const line of wrapped.split("\n")) assert.ok(line.length <= Math.max(40, columns), line);
    const words = (text: string) => text.replaceAll(/\s+/g, "");
    assert.equal(words(wrapped), words(statusTable(DOCUMENT, NOW_MS)));
  });
}

Deno.test("statusTable() colours signs only, and nothing of a cluster steers the terminal", () => {
  const colored = statusTable(DOCUMENT, NOW_MS, { columns: 80, color: true });
  // deno-lint-ignore no-control-regex -- the sequences are what is looked for
  const codes = new Set([...colored.matchAll(/\x1b[^m]*m/g)].map((it) => it[0]));
  assert.deepEqual([...codes].sort(), ["\x1b[0m", "\x1b[1m", "\x1b[32m", "\x1b[33m"]);
  const plain = statusTable(DOCUMENT, NOW_MS, { columns: 80, color: false });
  // deno-lint-ignore no-control-regex -- see above
  assert.equal(colored.replaceAll(/\x1b\[\d*m/g, ""), plain);
  assert.ok(!plain.includes("\x1b"));
});

const CODES: Record<RollupState, number> = {
  installing: 5,
  ready_to_log_in: 0,
  ready_with_background_issues: 4,
  fully_healthy: 0,
  failed_action_required: 3,
};
for (const [state, code] of Object.entries(CODES)) {
  Deno.test(`status ends with ${code} when it is ${state}, as table and as JSON`, () =>
    withStandIn(async (agent) => {
      const body = { ...DOCUMENT, rollup: { ...DOCUMENT.rollup, state } };
      agent.answers["GET /api/v1/status"] = [{ status: 200, body }];
      const table = await cli(["status", "--root", agent.root]);
      assert.equal(table.code, code);
      assert.ok(table.out.startsWith(DOCUMENT.rollup.message));
      assert.equal(table.err, "");
      const json = await cli(["status", "--root", agent.root, "-o", "json"]);
      assert.equal(json.code, code);
      assert.deepEqual(JSON.parse(json.out), body);
      assert.equal(json.out.trim().split("\n").length, 1);
    }));
}

Deno.test("status --watch prints again when something changes and ends with the signal", () =>
  withStandIn(async (agent) => {
    const changed = {
      ...DOCUMENT,
      rollup: { ...DOCUMENT.rollup, state: "fully_healthy", message: "All is well" },
    };
    agent.answers["GET /api/v1/status"] = [
      { status: 200, body: DOCUMENT },
      { status: 200, body: { ...DOCUMENT, timestamp: "2026-11-21T08:00:01.000Z" } },
      { status: 200, body: changed },
    ];
    const over = new AbortController();
    const running = cli(["status", "--watch", "-o", "json", "--root", agent.root], { signal: over.signal });
    await until("it was asked five times", () => agent.asked.length, (it) => it >= 5);
    over.abort();
    const { code, out } = await running;
    assert.equal(code, 0);
    const messages = out.trim().split("\n").map((it) => JSON.parse(it).rollup.message);
    assert.deepEqual(messages, [DOCUMENT.rollup.message, "All is well"]);
  }));

Deno.test("status --watch waits for an agent that is gone for a while, and shows it again", () =>
  withStandIn(async (agent) => {
    agent.answers["GET /api/v1/status"] = [
      { status: 200, body: DOCUMENT },
      { status: 503, body: "restarting" },
      { status: 503, body: "restarting" },
      { status: 200, body: DOCUMENT },
    ];
    const over = new AbortController();
    const running = cli(["status", "--watch", "-o", "json", "--root", agent.root], { signal: over.signal });
    await until("it was asked five times", () => agent.asked.length, (it) => it >= 5);
    over.abort();
    const { code, out, err } = await running;
    assert.equal(code, 4);
    assert.equal(out.trim().split("\n").length, 2);
    assert.equal(err.trim().split("\n").length, 1);
    assert.match(err, /\. Waiting for it\n$/);
  }));

Deno.test("status --for-support prints each finding as the agent tells it, harmless for a terminal", () =>
  withStandIn(async (agent) => {
    agent.answers["GET /api/v1/status"] = [{ status: 200, body: DOCUMENT }];
    agent.answers["GET /api/v1/findings"] = [
      { status: 200, body: [{ text: "Finding one\x1b[2J\nsecond line\n" }, { text: "Finding two\n" }] },
      { status: 200, body: [] },
    ];
    const args = ["status", "--for-support", "--root", agent.root];
    const { code, out } = await cli(args);
    assert.equal(code, 4);
    assert.equal(out, "Finding one [2J\nsecond line\n\nFinding two\n");
    assert.equal((await cli(args)).out, "Nothing was found that needs attention.\n");
    for (const other of [["--watch"], ["-o", "json"]]) {
      const refused = await cli([...args, ...other]);
      assert.deepEqual([refused.code, refused.out], [2, ""]);
      assert.match(refused.err, /^--for-support goes with neither --watch nor -o json\n/);
    }
  }));

Deno.test("status without an agent says so and ends with 1", async () => {
  const { code, out, err } = await cli(["status", "--root", "/nowhere"]);
  assert.equal(code, 1);
  assert.equal(out, "");
  assert.match(
    err,
    /^No agent is running \(nothing answers at \/nowhere\/run\/alga-appliance\/agent\.sock\)\nWhat to do: /,
  );
});

for (const format of ["table", "json"]) {
  Deno.test(`status -o ${format} of an agent that answers with an error says its words and prints no document`, () =>
    withStandIn(async (agent) => {
      const body = { title: "Something went wrong here", status: 500, detail: "The agent goes on.\x1b[2J" };
      agent.answers["GET /api/v1/status"] = [{ status: 500, body }];
      const run = await cli(["status", "-o", format, "--root", agent.root]);
      assert.deepEqual(run, { code: 1, out: "", err: "The agent goes on. [2J\n" });
    }));
}

Deno.test("status of an agent that answers nonsense says what came", () =>
  withStandIn(async (agent) => {
    agent.answers["GET /api/v1/status"] = [{ status: 502, body: "<html>" }];
    const { code, err } = await cli(["status", "--root", agent.root]);
    assert.equal(code, 1);
    assert.match(err, /^The agent gave no JSON answer to \/api\/v1\/status \(status 502\)\n/);
  }));
