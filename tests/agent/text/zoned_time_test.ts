import assert from "node:assert/strict";
import { momentOf, wallClock, zonedMinute } from "../../../agent/text/zoned_time.ts";

const iso = (ms: number) => new Date(ms).toISOString();
const wall = (text: string) => Date.parse(`${text}Z`);

Deno.test("wallClock() shows the time of a zone", () => {
  const at = Date.parse("2026-11-27T02:30:00Z");
  assert.equal(iso(wallClock(at, "Europe/Berlin")), "2026-11-27T03:30:00.000Z");
  assert.equal(iso(wallClock(at, "America/New_York")), "2026-11-26T21:30:00.000Z");
});

for (
  const [title, zone, local, moment] of [
    ["an ordinary day", "Europe/Berlin", "2026-11-29T02:00", "2026-11-29T01:00:00.000Z"],
    [
      "a time that is skipped comes as long after the change",
      "Europe/Berlin",
      "2026-03-29T02:30",
      "2026-03-29T01:30:00.000Z",
    ],
    ["just before the skip", "Europe/Berlin", "2026-03-29T01:59", "2026-03-29T00:59:00.000Z"],
    ["just after the skip", "Europe/Berlin", "2026-03-29T03:00", "2026-03-29T01:00:00.000Z"],
    ["of a time that comes twice the first", "Europe/Berlin", "2026-10-25T02:30", "2026-10-25T00:30:00.000Z"],
    ["the same west of UTC", "America/New_York", "2026-11-01T01:30", "2026-11-01T05:30:00.000Z"],
    ["a skip west of UTC", "America/New_York", "2026-03-08T02:30", "2026-03-08T07:30:00.000Z"],
    ["a change of half an hour", "Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-03T15:45:00.000Z"],
    ["a day that begins late", "America/Santiago", "2026-09-06T00:00", "2026-09-06T04:00:00.000Z"],
    ["UTC", "UTC", "2026-02-28T23:59", "2026-02-28T23:59:00.000Z"],
  ] as const
) {
  Deno.test(`momentOf() finds ${title} (${zone} ${local})`, () => {
    assert.equal(iso(momentOf(wall(local), zone)), moment);
  });
}

Deno.test("zonedMinute() names day, time and zone", () => {
  assert.equal(
    zonedMinute(Date.parse("2026-11-29T01:00:30Z"), "Europe/Berlin"),
    "Sunday 2026-11-29 02:00 (Europe/Berlin)",
  );
});
