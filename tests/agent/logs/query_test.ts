import assert from "node:assert/strict";
import { ANY, createFilter, parseQuery, queryParams, timeOf, wordsOf } from "../../../agent/logs/query.ts";
import { QueryError } from "../../../agent/text/query_time.ts";
import { parsePlaces, placesText } from "../../../agent/logs/read_page.ts";
import { entryOf } from "./made_up.ts";

const NOW_MS = Date.parse("2026-11-21T12:00:00.000Z");

Deno.test("parseQuery() and queryParams() are each other's inverse", () => {
  const query = {
    ...ANY,
    source: "msp/db",
    pod: "db-0",
    previous: true,
    level: "warning" as const,
    grep: '"two words" x&y=<z>',
    exclude: "noise",
    since: "1h",
    until: "2026-11-21T11:59:59.123456789Z",
  };
  assert.deepEqual(parseQuery(Object.fromEntries(queryParams(query))), query);
  assert.equal(queryParams(ANY).size, 0);
});

for (
  const [field, value] of [["level", "loud"], ["since", "yesterday"], ["since", "5"], ["until", "15x"], [
    "grep",
    "x".repeat(400),
  ]] as const
) {
  Deno.test(`parseQuery() refuses ${field} "${value.slice(0, 20)}" by name`, () => {
    assert.throws(
      () => parseQuery({ [field]: value }),
      (error) => error instanceof QueryError && error.field === field,
    );
  });
}

for (
  const [text, time] of [
    ["15m", "2026-11-21T11:45:00.000000000Z"],
    ["2d", "2026-11-19T12:00:00.000000000Z"],
    ["2026-11-20", "2026-11-20T00:00:00.000000000Z"],
    ["2026-11-20T10:30", "2026-11-20T10:30:00.000000000Z"],
    ["2026-11-20T10:30:01", "2026-11-20T10:30:01.000000000Z"],
    ["2026-11-20T10:30:01.5+01:00", "2026-11-20T09:30:01.500000000Z"],
    ["2026-13-45T99:99:99Z", undefined],
    ["", undefined],
  ] as const
) {
  Deno.test(`timeOf() of "${text}"`, () => assert.equal(timeOf(text, NOW_MS), time));
}

Deno.test("wordsOf() keeps what stands in quotes together", () => {
  assert.deepEqual(wordsOf('One "Two Words"  three'), ["one", "two words", "three"]);
});

Deno.test("a filter wants all of its words and none of the others, wherever in an entry they stand", () => {
  const entry = entryOf("ERROR: it broke", ["    at run (/app/x.js)"]);
  const passes = (more: Partial<typeof ANY>) => createFilter({ ...ANY, ...more })(entry);
  assert.ok(passes({}));
  assert.ok(passes({ grep: "BROKE /app/x.js" }));
  assert.ok(!passes({ grep: "broke missing" }));
  assert.ok(!passes({ exclude: "other x.js" }));
  assert.ok(passes({ exclude: "other" }));
  assert.ok(passes({ level: "error" }));
  assert.ok(!createFilter({ ...ANY, level: "error" })(entryOf("WARN: x")));
  assert.ok(createFilter({ ...ANY, level: "warning" })(entryOf("WARN: x")));
  assert.ok(!createFilter({ ...ANY, level: "warning" })(entryOf("plain")));
});

Deno.test("places go through an address, and what is none is refused", () => {
  const places = {
    "db-0/db": "0.20261121120000123456789.4096",
    k3s: "s=0639191c51a2;i=9a;b=12ab;m=3f;t=5a;x=7",
    record: "2026-11-21T12:00:00.000000000Z_2",
  };
  assert.deepEqual({ ...parsePlaces(placesText(places)) }, places);
  for (const text of ["", "x", "a~b~c", "../x~$(id)", "a~" + "1".repeat(9_000)]) {
    assert.equal(parsePlaces(text), undefined, text);
  }
});
