import assert from "node:assert/strict";
import { MaintenanceWindow, type Span, spansOf, windowAt } from "../../../agent/update/maintenance_window.ts";

const timeZone = "Europe/Berlin";
const iso = (ms: number) => new Date(ms).toISOString().slice(0, 16);
const NIGHT = MaintenanceWindow.parse({ days: ["sunday"], from: "02:30", hours: 2 });

function first(window: MaintenanceWindow, from: string, count: number, zone = timeZone): string[] {
  const found: Span[] = [];
  for (const it of spansOf(window, { timeZone: zone, fromMs: Date.parse(from) })) {
    if (found.push(it) === count) break;
  }
  return found.map(({ startMs, endMs }) => `${iso(startMs)} ${iso(endMs)}`);
}

Deno.test("spansOf() gives each week's window once, also where the clocks go forward", () => {
  assert.deepEqual(first(NIGHT, "2026-03-21T12:00:00Z", 3), [
    "2026-03-22T01:30 2026-03-22T03:30",
    "2026-03-29T01:30 2026-03-29T03:30", // 02:30 does not exist: 03:30 by the new time
    "2026-04-05T00:30 2026-04-05T02:30",
  ]);
});

Deno.test("spansOf() gives a window once where the clocks go back over it", () => {
  assert.deepEqual(first(NIGHT, "2026-10-24T12:00:00Z", 2), [
    "2026-10-25T00:30 2026-10-25T02:30", // 02:30 comes again an hour later
    "2026-11-01T01:30 2026-11-01T03:30",
  ]);
});

Deno.test("spansOf() begins with the window that is open, also past midnight", () => {
  const late = MaintenanceWindow.parse({ days: ["saturday"], from: "23:00", hours: 4 });
  assert.deepEqual(first(late, "2026-11-29T00:30:00Z", 2), [
    "2026-11-28T22:00 2026-11-29T02:00",
    "2026-12-05T22:00 2026-12-06T02:00",
  ]);
});

Deno.test("a window is open from its start and closed from its end", () => {
  const at = (text: string) => windowAt(NIGHT, { timeZone, nowMs: Date.parse(text) }).isOpen;
  assert.deepEqual(
    ["2026-11-29T01:29:59Z", "2026-11-29T01:30:00Z", "2026-11-29T03:29:59Z", "2026-11-29T03:30:00Z"].map(at),
    [false, true, true, false],
  );
});

Deno.test("every window of a year stands on its day and is as long as it is said", () => {
  const window = MaintenanceWindow.parse({ days: ["wednesday", "sunday"], from: "02:00", hours: 3 });
  for (const zone of [timeZone, "America/New_York", "Australia/Lord_Howe", "Pacific/Auckland", "UTC"]) {
    const spans: Span[] = [];
    for (const it of spansOf(window, { timeZone: zone, fromMs: Date.parse("2026-01-01T00:00:00Z") })) {
      if (spans.push(it) === 104) break;
    }
    assert.equal(new Set(spans.map((it) => it.startMs)).size, 104, zone);
    assert.ok(spans.every((it) => it.endMs - it.startMs === 3 * 3_600_000), zone);
    const days = spans.map((it) =>
      new Date(it.startMs).toLocaleDateString("en-GB", { timeZone: zone, weekday: "long" })
    );
    assert.deepEqual(new Set(days), new Set(["Wednesday", "Sunday"]), zone);
  }
});

Deno.test("a window that is none is refused", () => {
  const good = { days: ["monday"], from: "02:00", hours: 3 };
  for (
    const wrong of [
      { days: [] },
      { days: ["someday"] },
      { from: "24:00" },
      { from: "2:00" },
      { hours: 0 },
      {
        hours: 13,
      },
      { hours: 1.5 },
      { zone: "UTC" },
    ]
  ) {
    assert.ok(!MaintenanceWindow.safeParse({ ...good, ...wrong }).success, JSON.stringify(wrong));
  }
  const twice = MaintenanceWindow.parse({ ...good, days: ["sunday", "monday", "sunday"] });
  assert.deepEqual(twice.days, ["monday", "sunday"]);
});
