import assert from "node:assert/strict";
import { listEvents } from "../../../agent/workloads/events.ts";
import {
  ALL_EVENTS,
  type EventQuery,
  parseEventQuery,
  parseWorkloadQuery,
  timeOfBound,
  toSearch,
} from "../../../agent/workloads/query.ts";
import { ago, NOW_MS, object, snapshotOf } from "../status/objects.ts";

function event(namespace: string, name: string, more: Record<string, unknown> = {}) {
  return object("Event", namespace, `${name}.1`, {
    involvedObject: { kind: "Pod", namespace, name },
    type: "Warning",
    reason: "Failed",
    message: "it failed",
    firstTimestamp: ago(60),
    lastTimestamp: ago(60),
    count: 1,
    ...more,
  });
}

const EVENTS = [
  event("msp", "old", {
    firstTimestamp: ago(7_200),
    lastTimestamp: ago(7_000),
    message: "password=hunter2hunter2 was refused",
  }),
  event("msp", "going-on", { firstTimestamp: ago(7_200), lastTimestamp: ago(10), count: 40 }),
  event("msp", "fine", { type: "Normal", reason: "Pulled", lastTimestamp: ago(30) }),
  event("flux-system", "delivery", { lastTimestamp: ago(20) }),
  event("default", "stray", { lastTimestamp: ago(5) }),
];

function names(query: Partial<EventQuery>): string[] {
  return listEvents(snapshotOf({ events: EVENTS }), { ...ALL_EVENTS, ...query }, NOW_MS).rows.map((it) =>
    it.name
  );
}

for (
  const [what, query, expected] of [
    ["all of the appliance, newest first", {}, ["going-on", "delivery", "fine", "old"]],
    ["one namespace", { namespace: "flux-system" }, ["delivery"]],
    ["every namespace", { namespace: "all" }, ["stray", "going-on", "delivery", "fine", "old"]],
    ["warnings", { warnings: true }, ["going-on", "delivery", "old"]],
    ["one object", { about: "Pod/msp/fine" }, ["fine"]],
    ["one object of another namespace", { about: "Pod/default/stray" }, ["stray"]],
    ["a part of the message", { text: "REFUSED" }, ["old"]],
    ["a part of the reason", { text: "pulled" }, ["fine"]],
    ["since an age", { since: "1h" }, ["going-on", "delivery", "fine"]],
    ["since a time", { since: ago(15) }, ["going-on"]],
    ["until a time: what had begun by then", { until: ago(3_600) }, ["going-on", "old"]],
    ["a window", { since: "1h", until: ago(3_600) }, ["going-on"]],
  ] as [string, Partial<EventQuery>, string[]][]
) {
  Deno.test(`events: ${what}`, () => assert.deepEqual(names(query), expected));
}

Deno.test("events carry no credential", () => {
  const { rows } = listEvents(snapshotOf({ events: EVENTS }), ALL_EVENTS, NOW_MS);
  assert.doesNotMatch(JSON.stringify(rows), /hunter2/);
});

Deno.test("a question survives the address, and one that is none is refused with its field", () => {
  const query = { ...ALL_EVENTS, namespace: "msp", text: "a&b=c", since: "6h", warnings: true, page: 3 };
  assert.deepEqual(parseEventQuery(new URLSearchParams(toSearch(query))), query);
  assert.equal(toSearch(ALL_EVENTS), "");
  assert.deepEqual(parseEventQuery(new URLSearchParams("namespace=&text=&since=&until=")), ALL_EVENTS);
  for (
    const [search, field] of [
      ["since=yesterday", "since"],
      ["until=2026-13-45T00:00:00Z", "until"],
      ["page=0", "page"],
      ["warnings=maybe", "warnings"],
      ["colour=red", "colour"],
      ["text=a&text=b", "text"],
      [`text=${"x".repeat(301)}`, "text"],
    ] as const
  ) {
    assert.throws(() => parseEventQuery(new URLSearchParams(search)), { name: "QueryError", field }, search);
  }
  assert.throws(() => parseWorkloadQuery(new URLSearchParams("since=1h")), { field: "since" });
});

Deno.test("a window of events without a zone is UTC, as logs have it", () => {
  for (
    const [text, wanted] of [
      ["2026-11-21T12:00:00Z", "2026-11-21T12:00:00.000Z"],
      ["2026-11-21T12:00:00+02:00", "2026-11-21T10:00:00.000Z"],
      ["2026-11-21T12:00", "2026-11-21T12:00:00.000Z"],
      ["2026-11-21", "2026-11-21T00:00:00.000Z"],
    ] as const
  ) {
    assert.equal(new Date(timeOfBound(text, 0) ?? 0).toISOString(), wanted);
  }
  for (const none of ["2026-11-21 nonsense", "2026-13-01", "yesterday"]) {
    assert.equal(timeOfBound(none, 0), undefined);
  }
});
