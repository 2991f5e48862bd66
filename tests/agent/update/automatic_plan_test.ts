import assert from "node:assert/strict";
import { type AutomaticFacts, MOST_ATTEMPTS, planAutomatic } from "../../../agent/update/automatic_plan.ts";
import type { UpdateAttempt } from "../../../agent/update/history.ts";
import { BY_ITSELF } from "../../../agent/update/rules_keeper.ts";

const DIGEST = `sha256:${"2".repeat(64)}`;
const TARGET = { version: "1.5.0", manifestDigest: DIGEST, releasedAt: "2026-11-20T10:00:00Z" };
const at = (iso: string) => Date.parse(iso);

/** On a Friday; the window is on Sundays from 02:00 to 05:00 in Berlin, 01:00 to 04:00 UTC. */
function facts(given: Partial<AutomaticFacts> = {}): AutomaticFacts {
  return {
    rules: { window: { days: ["sunday"], from: "02:00", hours: 3 }, automatic: { delayDays: 7 } },
    isUnreadable: false,
    isOverridden: false,
    timeZone: "Europe/Berlin",
    nowMs: at("2026-11-27T12:00:00Z"),
    news: { answer: "update-available", channel: "stable", target: TARGET },
    seenMs: undefined,
    status: "idle",
    history: [],
    ...given,
  };
}

function attempt(given: Partial<UpdateAttempt>): UpdateAttempt {
  const base = { from: "1.4.0", to: "1.5.0", channel: "stable", steps: [], accepted: [] };
  return {
    ...base,
    at: "2026-11-22T01:30:00Z",
    by: BY_ITSELF,
    manifestDigest: DIGEST,
    result: "blocked",
    ...given,
  };
}

Deno.test("what comes next is told in words, with day, time and zone", () => {
  const plan = planAutomatic(facts());
  assert.equal(plan.status, "waits");
  assert.match(
    plan.text,
    /^Will install 1\.5\.0 on Sunday 2026-11-29 02:00 \(Europe\/Berlin\), unless a check/,
  );
});

Deno.test("an update is due from the start of the window until its end, and at no other time", () => {
  const statusAt = (iso: string) => planAutomatic(facts({ nowMs: at(iso) })).status;
  assert.deepEqual(
    ["2026-11-29T00:59:59Z", "2026-11-29T01:00:00Z", "2026-11-29T03:59:59Z", "2026-11-29T04:00:00Z"].map(
      statusAt,
    ),
    ["waits", "due", "due", "waits"],
  );
});

Deno.test("a release waits for its days after publication, also within a window", () => {
  const young = { ...TARGET, releasedAt: "2026-11-22T03:00:00Z" };
  const plan = (nowMs: number) =>
    planAutomatic(facts({ nowMs, news: { answer: "update-available", channel: "stable", target: young } }));
  assert.match(plan(at("2026-11-29T01:10:00Z")).text, /Sunday 2026-11-29 04:00/);
  assert.equal(plan(at("2026-11-29T03:00:00Z")).status, "due");
});

Deno.test("a release without a time of publication counts from when it was seen first", () => {
  const { releasedAt: _, ...target } = TARGET;
  const news = { answer: "update-available", channel: "stable", target } as const;
  assert.equal(planAutomatic(facts({ news })).status, "held");
  const seen = planAutomatic(facts({ news, seenMs: at("2026-11-26T00:00:00Z") }));
  assert.match(seen.text, /Sunday 2026-12-06 02:00/);
});

const IN_WINDOW = at("2026-11-29T02:00:00Z");
for (
  const [title, given, status] of [
    ["automatic updates are off", { rules: {} }, "off"],
    ["there is no window", { rules: { automatic: { delayDays: 0 } } }, "off"],
    ["the rules cannot be read", { isUnreadable: true }, "held"],
    ["an override is in force", { isOverridden: true }, "held"],
    ["a release is pinned", { rules: { ...facts().rules, pin: "1.4.0" } }, "held"],
    ["it is up to date", { news: { answer: "up-to-date", channel: "stable", target: TARGET } }, "nothing"],
    [
      "the channel does not answer",
      { news: { answer: "cannot-tell", channel: "stable", target: TARGET } },
      "nothing",
    ],
    ["it would go back", { news: { ...facts().news, older: { version: "1.6.0" } } }, "held"],
    ["an update is under way", { status: "running" }, "held"],
    ["an update failed", { status: "failed", history: [attempt({ result: "failed" })] }, "held"],
    ["this release failed before", { history: [attempt({ result: "failed" })] }, "held"],
    ["somebody stopped it", { history: [attempt({ result: "cancelled", by: "browser" })] }, "held"],
    [
      "somebody's update waits for an answer",
      { status: "blocked", history: [attempt({ by: "browser" })] },
      "held",
    ],
    [
      "its check kept it back in this window",
      { status: "blocked", history: [attempt({ at: "2026-11-29T01:00:10Z" })] },
      "waits",
    ],
    [
      "its check kept it back too often",
      { status: "blocked", history: Array.from({ length: MOST_ATTEMPTS }, () => attempt({})) },
      "held",
    ],
    ["its check kept it back in an earlier window", { status: "blocked", history: [attempt({})] }, "due"],
    [
      "another release failed before",
      { history: [attempt({ result: "failed", manifestDigest: "other" })] },
      "due",
    ],
  ] as [string, Partial<AutomaticFacts>, string][]
) {
  Deno.test(`in the window an update is ${status} where ${title}`, () => {
    assert.equal(planAutomatic(facts({ nowMs: IN_WINDOW, ...given })).status, status);
  });
}

Deno.test("a release on the way counts as an attempt at the release that the way leads to", () => {
  const goal = { version: "1.5.0", manifestDigest: DIGEST };
  const kept = attempt({ manifestDigest: `sha256:${"3".repeat(64)}`, goal, at: "2026-11-29T01:05:00Z" });
  const nowMs = at("2026-11-29T01:10:00Z");
  assert.equal(planAutomatic(facts({ nowMs, status: "blocked", history: [kept] })).status, "waits");
  const { goal: _, ...other } = kept;
  assert.equal(planAutomatic(facts({ nowMs, status: "blocked", history: [other] })).status, "due");
});
