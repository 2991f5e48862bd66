import assert from "node:assert/strict";
import { evaluate } from "../../../agent/status/evaluate.ts";
import {
  NO_MEMORY,
  recentTransitions,
  remember,
  StatusMemory,
  withNews,
} from "../../../agent/status/memory.ts";
import type { StatusDocument, Transition } from "../../../agent/status/document.ts";
import type { Blocker } from "../../../agent/explain/blocker.ts";
import { ago, healthyCluster, NOW_MS, snapshotOf } from "./objects.ts";

const BLOCKER: Blocker = {
  id: "k3s.not-ready-cni",
  severity: "critical",
  component: "node",
  layer: "platform",
  title: "The network between services did not start",
  reason: "",
  consequence: "",
  nextAction: "",
  action: { kind: "call-vendor" },
  owner: "vendor",
  retrySafe: true,
  loginBlocking: true,
  mayPass: false,
  since: ago(0),
  evidence: [],
  suppressed: [],
};

function statusAfter(sec: number, blockers: readonly Blocker[]): StatusDocument {
  const status = evaluate(snapshotOf(healthyCluster()), NOW_MS);
  return {
    ...status,
    timestamp: new Date(NOW_MS + sec * 1_000).toISOString(),
    topBlockers: [...blockers],
    recent: [],
  };
}

const isNews = (memory: StatusMemory, status: StatusDocument) =>
  recentTransitions(memory, status).some((it) => it.text === BLOCKER.title);

Deno.test("a blocker becomes news after half a minute, once", () => {
  let memory = NO_MEMORY;
  const told = [0, 10, 29, 30, 31, 60].map((sec) => {
    const status = statusAfter(sec, [BLOCKER]);
    const news = isNews(memory, status);
    memory = remember(memory, status);
    return news;
  });
  assert.deepEqual(told, [false, false, false, true, false, false]);
});

Deno.test("a blocker that passes within half a minute is not news", () => {
  const memory = remember(NO_MEMORY, statusAfter(5, [BLOCKER]));
  assert.equal(isNews(memory, statusAfter(40, [])), false);
});

Deno.test("a blocker that has lasted for long is news at once", () => {
  assert.equal(isNews(NO_MEMORY, statusAfter(0, [{ ...BLOCKER, since: ago(300) }])), true);
});

Deno.test("a memory of an earlier agent counts its blockers as told", () => {
  const key = Object.keys(remember(NO_MEMORY, statusAfter(60, [BLOCKER])).blockers)[0] ?? "";
  const memory = StatusMemory.parse({ blockers: { [key]: { since: ago(60), seenAt: ago(1) } } });
  assert.equal(isNews(memory, statusAfter(60, [BLOCKER])), false);
});

Deno.test("withNews() puts what operations tell among the recent, each once, newest first", () => {
  const entry = (minute: number, text: string): Transition => ({
    at: `2026-11-21T08:${String(minute).padStart(2, "0")}:00.000Z`,
    tone: "good",
    text,
  });
  const recent = [entry(9, "later"), entry(1, "earlier")];
  const news = [entry(5, "Settings applied")];
  const merged = withNews(recent, news);
  assert.deepEqual(merged.map((it) => it.text), ["later", "Settings applied", "earlier"]);
  assert.equal(withNews(merged, news), merged);
  assert.equal(withNews(recent, []), recent);
});
