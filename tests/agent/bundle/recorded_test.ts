import assert from "node:assert/strict";
import { AGENT_COLLECTORS } from "../../../agent/bundle/collectors/agent.ts";
import { replay } from "../../../agent/bundle/replay.ts";
import {
  evaluate,
  NO_MEMORY,
  type Snapshot,
  type StatusDocument,
  substanceOf,
} from "../../../agent/status/mod.ts";
import { moved, RECORDINGS, snapshotAt, withKeptLogs } from "../explain/recorded_snapshots.ts";
import { NOW_MS } from "../status/objects.ts";
import { makeBundle, sourcesOf } from "./make_bundle.ts";

const STATUS = AGENT_COLLECTORS.filter((it) => it.id === "agent.status");

/** A bundle of what was seen at that moment. */
function bundleAt(snapshot: Snapshot, atMs: number) {
  const evidence = { at: new Date(atMs).toISOString(), snapshot, memory: NO_MEMORY };
  return makeBundle({
    sources: sourcesOf({ evidence: () => Promise.resolve(evidence) }),
    collectors: STATUS,
  });
}

for (const { name, expected, phases, laterSec } of RECORDINGS) {
  Deno.test(`recorded on a real node: a bundle of ${name} is told as ${expected} too, with the same words`, async () => {
    const seen = withKeptLogs(phases).map((it) => snapshotAt(moved(it)));
    const atMs = NOW_MS + laterSec * 1000;
    // The last one has everything that came; the first ones are the appliance before its failure.
    const snapshot = seen.at(-1);
    assert.ok(snapshot);
    const live = evaluate(snapshot, atMs);
    assert.equal(live.topBlockers[0]?.id, expected);
    const replayed = replay(await bundleAt(snapshot, atMs));
    const causes = (it: StatusDocument) => it.topBlockers.map(({ id, component }) => `${id} ${component}`);
    assert.deepEqual(causes(replayed), causes(live));
    // The tag of an image that is called after a token is taken for one.
    if (name !== "image-no-token") assert.equal(substanceOf(replayed), substanceOf(live));
  });
}

Deno.test("a bundle that is read twice tells the same, whatever the time is now", async () => {
  const [recording] = RECORDINGS;
  const phase = recording?.phases.at(-1);
  assert.ok(phase);
  const run = await bundleAt(snapshotAt(moved(phase)), NOW_MS);
  assert.equal(replay(run).timestamp, new Date(NOW_MS).toISOString());
  assert.equal(JSON.stringify(replay(run)), JSON.stringify(replay(run)));
});
