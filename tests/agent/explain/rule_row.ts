import assert from "node:assert/strict";
import { type BlockerId } from "../../../agent/causes/cause.ts";
import { RULES } from "../../../agent/explain/rules.ts";
import { makeFacts } from "../../../agent/facts/facts.ts";
import type { Snapshot } from "../../../agent/facts/snapshot.ts";
import {
  ago,
  broken,
  type Cluster,
  healthyCluster,
  NOW_MS,
  snapshotOf,
  workingMore,
} from "../status/objects.ts";

/** Any object of the cluster. */
export type KubeObject = Cluster["pods"][number];

/** One way in which a cause shows, and the same world without it. */
export interface Row {
  name: string;
  id: BlockerId;
  red: Snapshot;
  /** The same without the cause. */
  green: Snapshot;
  hard?: boolean;
  component?: string;
}

/** What every rule finds. */
export function found(snapshot: Snapshot) {
  const facts = makeFacts(snapshot, NOW_MS);
  return RULES.flatMap((rule) => rule.find(facts));
}

/** A cluster in which one component has these pods, with these events. */
export function of(
  component: string,
  pods: KubeObject[],
  events: KubeObject[] = [],
  more: Partial<Snapshot> = {},
): Snapshot {
  return snapshotOf(broken(component, { pods, events }), more);
}

/** Nothing is wrong. */
export const HEALTHY = snapshotOf(healthyCluster(), workingMore());

/** The same while its API has been so for these seconds. */
export const api = (state: "not-answering" | "answering", seconds: number): Snapshot => ({
  ...HEALTHY,
  api: {
    state,
    since: ago(seconds),
    lastContactAt: ago(seconds),
    error: "connection refused",
    version: "v1",
  },
});

/** Each row is found by its rule, and not without its cause. */
export function testRows(rows: readonly Row[]): void {
  for (const row of rows) {
    Deno.test(`${row.id} is found: ${row.name}`, () => {
      const hit = found(row.red).find((it) => it.id === row.id);
      assert.ok(hit, `found only ${found(row.red).map((it) => it.id).join(", ")}`);
      if (row.hard !== undefined) assert.equal(hit.hard, row.hard);
      if (row.component !== undefined) assert.equal(hit.component, row.component);
      assert.ok(Date.parse(hit.since) <= NOW_MS);
    });
    Deno.test(`${row.id} is not found without its cause: ${row.name}`, () => {
      assert.deepEqual(found(row.green).filter((it) => it.id === row.id), []);
    });
  }
}
