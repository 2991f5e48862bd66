import assert from "node:assert/strict";
import { entryOf, eventOf } from "../../../agent/operation/entries.ts";
import { type Foldable, foldOperation, followJournal } from "../../../agent/operation/fold_operation.ts";
import type { JournalEntry } from "../../../agent/state/journal.ts";
import { campaignCount, campaignSeed } from "../../campaign_size.ts";
import { Random } from "../../fakes/random.ts";
import { BY, plain, settle, startAgent, suspending, wished } from "./made_up.ts";

const SETTINGS: Foldable = { name: "settings", stepIds: ["a", "b", "c"] };

type Line = [type: string, data?: Record<string, unknown>];

function journal(...lines: Line[]): JournalEntry[] {
  return lines.map(([type, data = {}], i) => ({ seq: i + 1, at: `at ${i + 1}`, type, data }));
}

/** A journal as the engine writes it: a failure, an attempt by itself, obligations, an end, and another operation. */
async function realJournal(): Promise<JournalEntry[]> {
  let times = 0;
  const { act } = plain("c");
  const c = plain("c", { act: (it) => times++ === 0 ? Promise.reject(new Error("x")) : act(it) });
  const others = { backup: { steps: [plain("a"), plain("b")] } };
  const agent = await wished(await startAgent({ steps: [plain("a"), suspending("b"), c], others }));
  await agent.clock.advance(15_000);
  await settle(agent);
  assert.equal(agent.view().state.status, "done");
  await agent.handles.get("backup")?.start({ color: "red", size: 1 }, BY);
  await settle(agent);
  return [...agent.journal.entries()];
}

Deno.test("entries of one operation are not another's, and those without a name are setup's", () => {
  for (const name of ["setup", "settings", "backup"] as const) {
    for (const event of ["requested", "step.started", "check.acknowledged", "owed"] as const) {
      const [type, data] = entryOf(name, event, { stepId: "a" });
      const entry = { seq: 1, at: "", type, data };
      assert.equal(eventOf(name, entry), event);
      assert.equal(eventOf(name === "backup" ? "settings" : "backup", entry), undefined);
    }
  }
  const [old] = journal(["step.started", { stepId: "k3s" }]);
  assert.ok(old);
  assert.equal(eventOf("setup", old), "step.started");
  assert.equal(eventOf("settings", old), undefined);
});

Deno.test("foldOperation() tells what is owed until it is discharged, also over a new request", () => {
  const owed: Line = ["settings.owed", {
    id: "resume",
    data: { name: "web" },
    until: "2026-11-21T12:00:00.000Z",
  }];
  const after = (...more: Line[]) => foldOperation(SETTINGS, journal(owed, ...more)).owed;
  assert.deepEqual(after(), [{
    seq: 1,
    id: "resume",
    data: { name: "web" },
    since: "at 1",
    until: "2026-11-21T12:00:00.000Z",
    attempts: 0,
  }]);
  assert.equal(after(["settings.requested"], ["settings.finished"]).length, 1);
  assert.equal(after(["backup.discharged", { owed: 1 }]).length, 1, "that is another's");
  assert.deepEqual(after(["settings.discharged", { owed: 1 }]), []);
});

Deno.test("foldOperation() keeps the marks of progress, and what was done when the request goes on", () => {
  const mark: Line = ["step.progress", {
    operation: "settings",
    stepId: "a",
    progress: { unit: "bytes", done: 5, total: 9 },
  }];
  const started: Line = ["step.started", { operation: "settings", stepId: "a" }];
  assert.deepEqual(foldOperation(SETTINGS, journal(started, mark)).rows.a, {
    status: "running",
    startedAt: "at 1",
    progress: { unit: "bytes", done: 5, total: 9 },
    progressAt: "at 2",
  });
  const done: Line = ["step.succeeded", { operation: "settings", stepId: "a" }];
  const again = (goesOn: boolean) =>
    foldOperation(SETTINGS, journal(started, done, ["settings.requested", { goesOn }])).rows.a?.status;
  assert.deepEqual([again(true), again(false)], ["done", "waiting"]);
});

Deno.test("foldOperation() of one operation does not depend on the entries of others", async () => {
  const entries = await realJournal();
  const own = entries.filter((it) => eventOf("settings", it) !== undefined);
  assert.ok(own.length < entries.length);
  assert.deepEqual(foldOperation(SETTINGS, own), foldOperation(SETTINGS, entries));
  assert.equal(foldOperation(SETTINGS, entries).state.status, "done");
});

Deno.test("followJournal() tells at every length the same as foldOperation(), and what it gave before stays as it was", async () => {
  const entries = await realJournal();
  const grown: JournalEntry[] = [];
  const follow = followJournal(SETTINGS, () => grown);
  const given: { folded: unknown; text: string }[] = [];
  for (const entry of entries) {
    grown.push(entry);
    const folded = follow();
    assert.deepEqual(folded, foldOperation(SETTINGS, grown));
    assert.equal(follow(), folded);
    given.push({ folded, text: JSON.stringify(folded) });
  }
  for (const { folded, text } of given) assert.equal(JSON.stringify(folded), text);
});

Deno.test("foldOperation() never throws, whatever order and data the entries have", async () => {
  const random = new Random(campaignSeed(11));
  const entries = await realJournal();
  const junk = () => random.pick([undefined, null, 0, -1, NaN, "", random.text(9), [], [[]], {}, { id: 7 }]);
  const seen = new Set<string>();
  for (let i = 0; i < campaignCount(2_000); i++) {
    const shuffled = Array.from({ length: random.below(20) }, () => {
      const entry = structuredClone(random.pick(entries));
      const keys = [
        ...Object.keys(entry.data),
        "id",
        "data",
        "owed",
        "until",
        "progress",
        "changes",
        "failure",
      ];
      for (let n = random.below(3); n > 0; n--) entry.data[random.pick(keys)] = junk();
      return entry;
    });
    const folded = foldOperation(SETTINGS, shuffled);
    seen.add(folded.state.status);
    assert.deepEqual(Object.keys(folded.rows), ["a", "b", "c"]);
  }
  assert.deepEqual([...seen].sort(), ["done", "failed", "idle", "running"]);
});
