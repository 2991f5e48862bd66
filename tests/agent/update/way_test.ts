import assert from "node:assert/strict";
import { findWay } from "../../../agent/update/way.ts";
import { OLD, registryOf, releaseOf } from "./update_world.ts";
import { ALL, channelOf, FIFTH, following, SEVENTH, SIXTH } from "./way_world.ts";

const LOOP = releaseOf("1.8.0", "8", ["1.9.0"]);
const NO_NAME = releaseOf("1.6.0", "a", ["../../v2", "nightly builds"]);

for (
  const [name, releases, installed, expected] of [
    ["the shortest way is taken, over the newest release that lies on it", ALL, "1.4.0", "1.5.0 1.7.0"],
    ["where one step leads there, there is nothing between", ALL, "1.6.0", "1.7.0"],
    ["a release that nobody has is passed over", [OLD, FIFTH, SEVENTH], "1.4.0", "1.5.0 1.7.0"],
    [
      "of two ways of the same length the one over the newer release is taken",
      [FIFTH, following(SIXTH, "1.4.0"), SEVENTH],
      "1.4.0",
      "1.6.0 1.7.0",
    ],
    [
      "without a way it is said which releases are missing",
      [OLD, SIXTH],
      "1.4.0",
      "no release is known that leads from 1.4.0 to 1.6.0; 1.5.0 cannot be had",
    ],
    [
      "a release never follows a newer one",
      [releaseOf("1.9.0", "9", ["1.4.0"]), LOOP],
      "1.4.0",
      "no release is known that leads from 1.4.0 to 1.8.0",
    ],
    [
      "a release that says it is another one is no step",
      [{ ...OLD, manifest: { ...OLD.manifest, version: "1.4.1" } }, FIFTH, SIXTH],
      "1.3.0",
      "no release is known that leads from 1.3.0 to 1.6.0; 1.4.0 cannot be had",
    ],
    [
      "what is no version of a release is never asked for",
      [NO_NAME],
      "1.4.0",
      "no release is known that leads from 1.4.0 to 1.6.0",
    ],
    ["going back is one step", [SEVENTH, OLD], "1.7.0", "1.4.0"],
  ] as const
) {
  Deno.test(`findWay: ${name}`, async () => {
    const channel = channelOf(...releases);
    const asked: string[] = [];
    const registry = registryOf((reference, repository) => {
      if (reference !== "stable") asked.push(reference);
      // Some release says of itself that it is another one.
      return reference === "1.4.0" && releases.some((it) => it.manifest.version === "1.4.1")
        ? { ...OLD, manifest: { ...OLD.manifest, version: "1.4.1" } }
        : channel(reference, repository);
    }, () => false);
    const way = await findWay(registry, { installed, target: channel("stable", "") });
    assert.equal(way.problem ?? way.releases.map((it) => it.manifest.version).join(" "), expected);
    assert.equal(asked.length, new Set(asked).size, "nobody is asked twice");
  });
}

Deno.test("findWay: what never ends is given up", async () => {
  // Every release of a publisher gone wrong follows one that is a little older.
  const made = (patch: number) =>
    releaseOf(`1.5.${patch}`, (patch % 10).toString(), [1, 2, 3].map((it) => `1.5.${patch - it}`));
  const asked: string[] = [];
  const registry = registryOf((reference) => {
    if (reference !== "stable") asked.push(reference);
    return made(Number(reference.split(".")[2]));
  }, () => false);
  const way = await findWay(registry, { installed: "1.4.0", target: made(900) });
  assert.equal(
    way.problem,
    "no way from 1.4.0 to 1.5.900 was found within 8 updates: pin a release between, and update to that first",
  );
  assert.ok(asked.length <= 24, String(asked.length));
});
