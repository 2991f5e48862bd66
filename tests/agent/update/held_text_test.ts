import assert from "node:assert/strict";
import type { OperationView } from "../../../agent/operation/operation.ts";
import { heldSentence } from "../../../agent/update/held_text.ts";
import { SETTINGS_STATES } from "../../views/settings_pages.ts";

const owed = (id: string, data: Record<string, unknown>) => ({
  seq: 1,
  id,
  data,
  since: "2026-11-27T17:00:00.000Z",
  attempts: 1,
});
const HELD = owed("resume-releases", { releases: ["alga-core", "pgbouncer"] });

Deno.test("what an update that is over still holds is named once; what one under way holds is its work", () => {
  const { failed, running } = SETTINGS_STATES as Record<string, OperationView["state"]>;
  assert.ok(failed?.status === "failed" && running?.status === "running");
  assert.equal(
    heldSentence({ state: failed, owed: [HELD, HELD] }),
    "Still held: alga-core, pgbouncer. They are let go by themselves as soon as Kubernetes answers.",
  );
  assert.equal(heldSentence({ state: running, owed: [HELD] }), undefined);
  assert.equal(heldSentence({ state: failed, owed: [] }), undefined);
  assert.equal(
    heldSentence({ state: failed, owed: [owed("another", {}), owed("resume-releases", {})] }),
    undefined,
  );
});
