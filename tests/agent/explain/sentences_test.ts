import assert from "node:assert/strict";
import type { Blocker } from "../../../agent/explain/blocker.ts";
import type { Snapshot } from "../../../agent/facts/snapshot.ts";
import { evaluate } from "../../../agent/status/evaluate.ts";
import { NO_MEMORY, remember } from "../../../agent/status/memory.ts";
import { NOW_MS } from "../status/objects.ts";
import { type Context, CONTEXTS } from "./contexts.ts";
import { FIELD_CASES } from "./field_cases.ts";
import { moved, RECORDINGS, snapshotAt, withKeptLogs } from "./recorded_snapshots.ts";
import { RELATIVES } from "./relatives/mod.ts";
import { ROWS } from "./rules/rows.ts";
import { brokenLater, SENTENCE_RULES, type Told } from "./sentence_rules.ts";

const DAY_MS = 86_400_000;

/** The same fault a day later: what is asked at intervals, or told again, was asked and told moments ago. */
function askedAgain(snapshot: Snapshot, laterMs: number): Snapshot {
  const later = <T extends string | undefined>(time: T) =>
    time === undefined ? time : new Date(Date.parse(time) + laterMs).toISOString();
  const { api, probes } = snapshot;
  const moved = <T extends { at: string }>(it: T | undefined) => it && { ...it, at: later(it.at) };
  return {
    ...snapshot,
    api: { ...api, lastContactAt: api.state === "answering" ? later(api.lastContactAt) : api.lastContactAt },
    probes: { local: moved(probes.local), public: moved(probes.public), registry: moved(probes.registry) },
    // A download that began began when it did.
    events: snapshot.events.map((it) =>
      /^(?:Pull|Starting)/.test(it.reason) ? it : { ...it, lastAt: later(it.lastAt) }
    ),
    host: { ...snapshot.host, journal: snapshot.host.journal.map((it) => ({ ...it, at: later(it.at) })) },
  };
}

interface Fixture {
  name: string;
  /** Every moment of it. */
  snapshots: readonly Snapshot[];
  nowMs: number;
}

const FIXTURES: readonly Fixture[] = [
  ...RECORDINGS.map(({ name, phases, laterSec }) => ({
    name: `recorded ${name}`,
    snapshots: withKeptLogs(phases).map((it) => snapshotAt(moved(it))),
    nowMs: NOW_MS + laterSec * 1_000,
  })),
  ...FIELD_CASES.map(({ name, snapshot }) => ({ name, snapshots: [snapshot], nowMs: NOW_MS })),
  ...RELATIVES.map(({ name, snapshot }) => ({
    name: `relative ${name}`,
    snapshots: [snapshot],
    nowMs: NOW_MS,
  })),
  ...ROWS.map(({ id, name, red }) => ({ name: `row ${id}, ${name}`, snapshots: [red], nowMs: NOW_MS })),
];

/** Every moment of every fixture in one context, judged once for all rules. */
function judgedIn(context: Context): readonly { name: string; told: Told }[] {
  return FIXTURES.flatMap(({ name, snapshots, nowMs }) =>
    snapshots.map((it) => {
      const snapshot = context.of(it);
      return { name, told: { snapshot, document: evaluate(snapshot, nowMs) } };
    })
  );
}

for (const context of CONTEXTS) {
  let judged: ReturnType<typeof judgedIn> | undefined;
  for (const rule of SENTENCE_RULES) {
    Deno.test(`sentences keep the rule in every phase of every fixture, ${context.name}: ${rule.name}`, () => {
      judged ??= judgedIn(context);
      const broken = judged.flatMap(({ name, told }) => rule.broken(told).map((it) => `${name}: ${it}`));
      assert.deepEqual([...new Set(broken)], []);
    });
  }
  Deno.test(`nothing that passes by itself is believed for a day, ${context.name}`, () => {
    const broken = FIXTURES.flatMap(({ name, snapshots, nowMs }) => {
      const last = snapshots.at(-1);
      if (last === undefined) return [];
      const snapshot = context.of(last);
      const memory = remember(NO_MEMORY, evaluate(snapshot, nowMs));
      const document = evaluate(askedAgain(snapshot, DAY_MS), nowMs + DAY_MS, memory);
      return brokenLater({ snapshot, document }).map((it) => `${name}: ${it}`);
    });
    assert.deepEqual(broken, []);
  });
}

/** That the first-time setup runs again after a change is no fault. */
const NO_FAULT_LATER = ["job-running"];
/** Beside a core that Flux has given up on, a fault in the background comes second. */
const isBehind = (blocker: Blocker | undefined) => blocker?.layer === "background";

for (const context of CONTEXTS) {
  Deno.test(`the first card names the recorded cause, ${context.name}`, () => {
    const other = RECORDINGS.flatMap(({ name, phases, laterSec, expected }) => {
      const last = withKeptLogs(phases).at(-1);
      if (last === undefined || context.name.startsWith("forty") && NO_FAULT_LATER.includes(name)) return [];
      const snapshot = context.of(snapshotAt(moved(last)));
      const { topBlockers } = evaluate(snapshot, NOW_MS + laterSec * 1_000);
      const index = topBlockers.findIndex((it) => it.id === expected);
      if (index === 0 || index > 0 && isBehind(topBlockers[index])) return [];
      return [`${name}: ${expected}, told ${topBlockers.map((it) => it.id).join(", ") || "nothing"}`];
    });
    assert.deepEqual(other, []);
  });
}
