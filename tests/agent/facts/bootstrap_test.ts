import assert from "node:assert/strict";
import { makeFacts } from "../../../agent/facts/facts.ts";
import { bootstrapJob, healthyCluster, NOW_MS, snapshotOf, workingMore } from "../status/objects.ts";

function seed(tail: string[], job = bootstrapJob({ active: 1 })) {
  const snapshot = snapshotOf({ ...healthyCluster(), jobs: [job] }, {
    ...workingMore(),
    remembered: { bootstrap: undefined, loginReadyOnce: false, stateDamage: undefined },
    probes: { local: undefined, public: undefined, registry: undefined },
    bootstrapLog: { pod: "p", tail },
  });
  return makeFacts(snapshot, NOW_MS).bootstrap.seed.usersCount;
}

const preflight = (count: string) =>
  `2026-11-21T11:58:00.1Z Database preflight: bootstrap_mode=recover server_db=yes hocuspocus_db=yes users_table=yes user_count=${count}`;

Deno.test("makeFacts() takes the count from the log of the first-time setup", () => {
  assert.equal(seed([preflight("3"), "Running migrations"]), 3);
  assert.equal(seed([preflight("0"), "Running migrations"]), 0);
  assert.equal(seed([preflight("3"), preflight("4")]), 4);
});

Deno.test("makeFacts() does not know the count once a company was made, nor without a log; it invents none", () => {
  assert.equal(seed([preflight("0"), "Tenant created successfully"]), null);
  assert.equal(seed([preflight("0"), "Waiting for tenant creation workflow to complete"]), null);
  assert.equal(seed([preflight("0")], bootstrapJob({ succeeded: 1 })), null);
  assert.equal(seed([preflight("unknown")]), null);
  assert.equal(seed([preflight("")]), null);
  assert.equal(seed([preflight("99999999999999999999")]), null);
  assert.equal(seed([]), null);
  assert.equal(seed(["user_count=7"]), null);
});
