import assert from "node:assert/strict";
import { isOlder } from "../../../agent/install/compare_builds.ts";

const build = (version: string, builtAt = "") => ({ version, commit: "c", builtAt });
const EARLY = "2026-01-01T00:00:00.000Z";
const LATE = "2026-01-02T00:00:00.000Z";

const CASES: readonly [mine: ReturnType<typeof build>, other: ReturnType<typeof build>, older: boolean][] = [
  [build("0.1.0"), build("0.2.0"), true],
  [build("0.9.0"), build("0.10.0"), true],
  [build("0.10.0"), build("0.9.0"), false],
  [build("1.0.0"), build("1.0.0"), false],
  [build("1.0.0-rc.1"), build("1.0.0"), true],
  [build("1.0.0"), build("1.0.0-rc.1"), false],
  [build("1.0.0-rc.2"), build("1.0.0-rc.10"), true],
  [build("1.0.0", EARLY), build("1.0.0", LATE), true],
  [build("1.0.0", LATE), build("1.0.0", EARLY), false],
  [build("1.0.0", EARLY), build("1.0.0", EARLY), false],
  [build("1.0.0", EARLY), build("1.0.0"), false],
  [build("2.0.0", EARLY), build("1.0.0", LATE), false],
];
for (const [mine, other, older] of CASES) {
  const name = (it: ReturnType<typeof build>) => [it.version, it.builtAt.slice(0, 10)].join(" ");
  Deno.test(`${name(mine)} ${older ? "is" : "is not"} older than ${name(other)}`, () => {
    assert.equal(isOlder(mine, other), older);
  });
}
