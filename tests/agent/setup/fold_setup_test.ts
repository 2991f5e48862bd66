import assert from "node:assert/strict";
import { foldSetup } from "../../../agent/setup/fold_setup.ts";
import type { Failure } from "../../../agent/setup/setup_state.ts";
import type { JournalEntry } from "../../../agent/state/journal.ts";
import { campaignCount, campaignSeed } from "../../campaign_size.ts";
import { Random } from "../../fakes/random.ts";
import { broken, finding, nextAttempt, settle, startEngine, submitted } from "./engine.ts";

const FAILURE: Failure = {
  category: "k3s",
  stepId: "k3s",
  code: "K3S_FAILED",
  message: "k3s did not start",
  details: "",
  suggestedNextStep: "Look",
  retrySafe: true,
  at: "2026-11-21T12:00:00.000Z",
};
const NEXT = "2026-11-21T12:00:15.000Z";

type Line = [type: string, data?: Record<string, unknown>];

function journal(...entries: Line[]): JournalEntry[] {
  return entries.map(([type, data = {}], i) => ({ seq: i + 1, at: `at ${i + 1}`, type, data }));
}

const stateAfter = (...entries: Line[]) => foldSetup(journal(...entries)).state;

/** A journal as the engine writes it: checks that block, an acceptance, failures, attempts, an end. */
async function realJournal(): Promise<JournalEntry[]> {
  const engine = await startEngine();
  engine.findings.push(finding("hw.memory"));
  engine.trouble.set("k3s", broken);
  await submitted(engine);
  await engine.setup.acknowledge(["hw.memory"], { by: "x" });
  await settle(engine);
  for (let i = 0; i < 3; i++) await nextAttempt(engine);
  engine.trouble.clear();
  await nextAttempt(engine);
  assert.equal(engine.state().status, "done");
  return [...engine.journal.entries()];
}

Deno.test("foldSetup() of nothing is idle with every step waiting", () => {
  const folded = foldSetup([]);
  assert.deepEqual(folded.state, { status: "idle" });
  assert.ok(Object.values(folded.rows).every((it) => it.status === "waiting"));
});

Deno.test("foldSetup() follows setup from the request to the end", () => {
  const requested = ["setup.requested", { answers: [] }] as Line;
  assert.deepEqual(stateAfter(requested), {
    status: "running",
    stepId: "preflight",
    startedAt: "at 1",
    message: "",
  });
  assert.deepEqual(stateAfter(requested, ["setup.blocked"]), { status: "blocked", since: "at 2" });
  assert.deepEqual(stateAfter(["setup.requested", { checksOnly: true }], ["setup.blocked"]), {
    status: "checked",
    finishedAt: "at 2",
  });
  assert.deepEqual(stateAfter(requested, ["setup.checks-done"]), { status: "checked", finishedAt: "at 2" });
  assert.deepEqual(stateAfter(requested, ["step.started", { stepId: "k3s" }]), {
    status: "running",
    stepId: "k3s",
    startedAt: "at 2",
    message: "",
  });
  assert.deepEqual(stateAfter(["step.failed", { stepId: "k3s", failure: FAILURE, nextAttemptAt: NEXT }]), {
    status: "failed",
    stepId: "k3s",
    failure: FAILURE,
    nextAttemptAt: NEXT,
  });
  assert.deepEqual(stateAfter(requested, ["setup.finished"]), { status: "done", finishedAt: "at 2" });
});

Deno.test("foldSetup() counts attempts until a person asks, setup is requested again, or it ends", () => {
  const failed = ["step.failed", { stepId: "k3s", failure: FAILURE }] as Line;
  const again = ["setup.retried", { by: "agent", attempt: 3 }] as Line;
  const attemptsAfter = (...more: Line[]) => foldSetup(journal(failed, again, ...more)).attempts;
  assert.equal(attemptsAfter(), 3);
  assert.equal(attemptsAfter(["step.started", { stepId: "k3s" }], ["step.succeeded", { stepId: "k3s" }]), 3);
  assert.equal(attemptsAfter(["setup.retried", { by: "browser" }]), 0);
  assert.equal(attemptsAfter(["setup.requested"]), 0);
  assert.equal(attemptsAfter(["setup.finished"]), 0);
});

Deno.test("foldSetup() of a retry runs again at the failed step, and of one that nobody needs changes nothing", () => {
  const failed = ["step.failed", { stepId: "flux", failure: FAILURE }] as Line;
  const state = stateAfter(failed, ["setup.retried", { by: "x" }]);
  assert.ok(state.status === "running" && state.stepId === "flux");
  assert.deepEqual(stateAfter(["setup.retried", { by: "x" }]), { status: "idle" });
  assert.deepEqual(stateAfter(["setup.finished"], ["setup.retried"]), { status: "done", finishedAt: "at 1" });
});

Deno.test("foldSetup() goes on only when the last finding was accepted", () => {
  const report = { startedAt: "", finishedAt: "", results: [finding("a"), finding("b")] };
  const blocked: Line[] = [["setup.requested"], ["setup.checked", { report }], [
    "setup.blocked",
  ]];
  const accept = (checkId: string, found = "8 GiB") =>
    ["check.acknowledged", { checkId, by: "x", found }] as Line;
  assert.equal(stateAfter(...blocked, accept("a")).status, "blocked");
  assert.equal(stateAfter(...blocked, accept("a"), accept("b", "4 GiB")).status, "blocked");
  assert.equal(stateAfter(...blocked, accept("a"), accept("b")).status, "running");
});

Deno.test("foldSetup() keeps acceptances over a new request and forgets the rest", () => {
  const folded = foldSetup(journal(
    ["setup.requested", { answers: [{ field: "appUrl", label: "Address", value: "x", origin: "you" }] }],
    ["check.acknowledged", { checkId: "a", by: "x", found: "y" }],
    ["step.succeeded", { stepId: "k3s" }],
    ["setup.requested", { answers: [] }],
  ));
  assert.deepEqual(folded.acknowledgements, [{ checkId: "a", by: "x", at: "at 2", found: "y" }]);
  assert.deepEqual([folded.answers, folded.rows.k3s.status], [[], "waiting"]);
});

Deno.test("foldSetup() passes over entries of other parts, of newer versions, and fields that are not as expected", async () => {
  const plain = await realJournal();
  const strange: Line[] = [
    ["update.started", { stepId: "k3s" }],
    ["setup.paused", { state: "paused" }],
    ["", {}],
    ["step.started", { stepId: "teleport" }],
    ["step.started", {}],
    ["step.succeeded", { stepId: ["k3s"] }],
    ["step.failed", { stepId: "k3s" }],
    ["step.failed", { stepId: "k3s", failure: "it broke" }],
    ["step.failed", { stepId: "k3s", failure: { message: 7 } }],
    ["toString", {}],
  ];
  const mixed = plain.flatMap((entry) => [entry, ...journal(...strange)]);
  assert.deepEqual(foldSetup(mixed), foldSetup(plain));
});

Deno.test("foldSetup() trusts no report, answers or time that it cannot compute with", () => {
  for (
    const report of [undefined, null, 7, {}, { results: {} }, {
      startedAt: "",
      finishedAt: "",
      results: [null],
    }]
  ) {
    assert.equal(foldSetup(journal(["setup.checked", { report }])).preflight, undefined);
  }
  assert.deepEqual(foldSetup(journal(["setup.requested", { answers: { a: 1 } }])).answers, []);
  for (const nextAttemptAt of ["soon", 7, null]) {
    const state = stateAfter(["step.failed", { stepId: "k3s", failure: FAILURE, nextAttemptAt }]);
    assert.ok(state.status === "failed" && !("nextAttemptAt" in state), `${nextAttemptAt}`);
  }
});

Deno.test("foldSetup() of every prefix gives a state, changes nothing that it reads, and does not depend on earlier folds", async () => {
  const entries = await realJournal();
  for (const entry of entries) freeze(entry);
  const text = JSON.stringify(entries);
  const whole = JSON.stringify(foldSetup(entries));
  for (let n = 0; n <= entries.length; n++) {
    const prefix = entries.slice(0, n);
    const before = JSON.stringify(foldSetup(prefix));
    const read = JSON.parse(JSON.stringify(prefix)) as JournalEntry[]; // as after a restart
    assert.equal(JSON.stringify(foldSetup(read)), before, `prefix ${n}`);
    assert.equal(JSON.stringify(foldSetup([...read, ...entries.slice(n)])), whole, `prefix ${n} and on`);
  }
  assert.equal(JSON.stringify(entries), text);
});

Deno.test("foldSetup() of an entry that stands twice is as of one, but for the list of acceptances", async () => {
  const entries = await realJournal();
  const once = { ...foldSetup(entries), acknowledgements: [] };
  for (let i = 0; i < entries.length; i++) {
    const twice = entries.toSpliced(i, 0, entries[i] as JournalEntry);
    assert.deepEqual({ ...foldSetup(twice), acknowledgements: [] }, once, `entry ${i + 1}`);
  }
});

Deno.test("foldSetup() never throws, whatever order and data the entries have", async () => {
  const random = new Random(campaignSeed(7));
  const entries = await realJournal();
  const junk = () =>
    random.pick([undefined, null, 0, -1, NaN, "", random.text(9), [], [[]], {}, { results: [{}] }]);
  const seen = new Set<string>();
  for (let i = 0; i < campaignCount(3_000); i++) {
    const shuffled = Array.from({ length: random.below(20) }, () => {
      const entry = structuredClone(random.pick(entries));
      const keys = [...Object.keys(entry.data), "stepId", "report", "failure", "answers", "attempt"];
      for (let n = random.below(3); n > 0; n--) entry.data[random.pick(keys)] = junk();
      return entry;
    });
    const folded = foldSetup(shuffled);
    seen.add(folded.state.status);
    assert.equal(Object.keys(folded.rows).length, 8);
    if (folded.state.status === "failed") assert.equal(typeof folded.state.failure.message, "string");
  }
  assert.deepEqual([...seen].sort(), ["blocked", "done", "failed", "idle", "running"]);
});

function freeze(value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  Object.freeze(value);
  for (const inner of Object.values(value)) freeze(inner);
}
