import assert from "node:assert/strict";
import { dateOfBase, requireAge } from "../../iso/base/require_age.ts";

const now = new Date("2026-11-27T12:00:00Z");

Deno.test("dateOfBase reads the day of Ubuntu's own words", () => {
  const at = (name: string) => dateOfBase(name)?.toISOString().slice(0, 10);
  assert.equal(at('Ubuntu-Server 24.04.5 LTS "Noble Numbat" - Release amd64 (20260801)'), "2026-08-01");
  assert.equal(at("Ubuntu-Server 24.04.2 LTS - Release amd64 (20250212.1)"), "2025-02-12");
  assert.equal(at("Ubuntu-Server 24.04.5 LTS - Release amd64"), undefined);
  assert.equal(at("(20261332)"), undefined);
});

Deno.test("requireAge refuses what is older, with its age, and what has no date; without a limit nothing", () => {
  const date = new Date("2026-08-01T00:00:00Z");
  requireAge("The base", date, { now });
  requireAge("The base", date, { maxAgeDays: 118, now });
  assert.throws(
    () => requireAge("The base", date, { maxAgeDays: 117, now }),
    /^IsoError: The base is 118 days old \(2026-08-01\); --max-age-days allows 117$/,
  );
  assert.throws(() => requireAge("The base", undefined, { maxAgeDays: 1, now }), /does not tell its date/);
  requireAge("The base", undefined, { now });
});
