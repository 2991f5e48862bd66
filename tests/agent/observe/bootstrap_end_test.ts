import assert from "node:assert/strict";
import { bootstrapEnd } from "../../../agent/observe/bootstrap_end.ts";
import { ago, bootstrapJob, snapshotOf } from "../status/objects.ts";

const NOW = ago(0);

function seen(status: Parameters<typeof bootstrapJob>[0], tail?: string[]) {
  const { jobs } = snapshotOf({ jobs: [bootstrapJob(status)] });
  return { jobs, bootstrapLog: tail && { pod: "p", tail } };
}

Deno.test("bootstrapEnd() tells an end at once, and its last lines once they are read", () => {
  assert.equal(bootstrapEnd(seen({ active: 1 }), undefined, NOW), undefined);
  const first = bootstrapEnd(seen({ succeeded: 1 }), undefined, NOW);
  assert.equal(first?.outcome, "completed");
  assert.deepEqual(first?.tail, []);
  const read = bootstrapEnd(
    seen({ succeeded: 1 }, ["ERROR: one", "Appliance setup completed"]),
    first,
    ago(-9),
  );
  assert.deepEqual(read?.tail.length, 2);
  assert.deepEqual(read?.errors, ["ERROR: one"]);
  assert.equal(read?.at, first?.at, "it has not ended again");
});

Deno.test("bootstrapEnd() keeps what is known when the Job or its log are gone", () => {
  const known = bootstrapEnd(seen({ succeeded: 1 }, ["Appliance setup completed"]), undefined, NOW);
  assert.ok(known);
  assert.equal(bootstrapEnd({ jobs: [], bootstrapLog: undefined }, known, NOW), known);
  assert.equal(bootstrapEnd(seen({ succeeded: 1 }), known, NOW), known);
});

Deno.test("bootstrapEnd() tells the end of another Job", () => {
  const known = bootstrapEnd(seen({ succeeded: 1 }), undefined, NOW);
  const { jobs } = seen({ succeeded: 1 });
  const other = bootstrapEnd(
    { jobs: jobs.map((it) => ({ ...it, uid: "2" })), bootstrapLog: undefined },
    known,
    NOW,
  );
  assert.equal(other?.jobUid, "2");
});
