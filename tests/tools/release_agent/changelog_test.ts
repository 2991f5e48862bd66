import assert from "node:assert/strict";
import { changelogSection, cutChangelog } from "../../../tools/release_agent/changelog.ts";

const OPEN = `# Changelog

## Unreleased

- New. Nothing to do.

## 0.1.0 (2026-10-01)

- Old. Nothing to do.
`;
const CUT = `# Changelog

## Unreleased

## 0.2.0 (2026-11-26)

- New. Nothing to do.

## 0.1.0 (2026-10-01)

- Old. Nothing to do.
`;

Deno.test("cutChangelog puts the open lines under version and date, and leaves the rest", () => {
  assert.equal(cutChangelog(OPEN, "0.2.0", "2026-11-26"), CUT);
});

Deno.test("the section of a version is the same before and after it is cut", () => {
  assert.equal(changelogSection(OPEN, "0.2.0"), "- New. Nothing to do.");
  assert.equal(changelogSection(CUT, "0.2.0"), "- New. Nothing to do.");
  assert.equal(changelogSection(CUT, "0.1.0"), "- Old. Nothing to do.");
});

for (
  const [why, run, message] of [
    [
      "the version is there and more is open",
      () => changelogSection(OPEN, "0.1.0"),
      /and more under "Unreleased"/,
    ],
    ["nothing is open", () => changelogSection(CUT, "0.3.0"), /nothing under "Unreleased"/],
    [
      "there is no open section",
      () => changelogSection("# Changelog\n", "0.1.0"),
      /nothing under "Unreleased"/,
    ],
    [
      "a cut version is cut again",
      () => cutChangelog(OPEN, "0.1.0", "2026-11-26"),
      /has a section of 0.1.0 already/,
    ],
    ["nothing is there to cut", () => cutChangelog(CUT, "0.3.0", "2026-11-26"), /nothing under "Unreleased"/],
  ] as const
) {
  Deno.test(`the changelog is refused when ${why}`, () => assert.throws(run, message));
}

Deno.test("a longer version that begins the same is another one", () => {
  assert.throws(() => changelogSection(CUT.replaceAll("0.2.0", "0.2.01"), "0.2.0"), /nothing under/);
});
