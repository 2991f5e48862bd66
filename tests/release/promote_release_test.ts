import assert from "node:assert/strict";
import { pathProblem } from "../../agent/release/mod.ts";
import { pathFindings } from "../../tools/release/promote_release.ts";
import { releaseOf } from "../agent/update/update_world.ts";

for (
  const [from, to, upgradeFrom, problem] of [
    ["1.4.0", "1.5.0", undefined, undefined],
    ["1.4.0", "1.4.1", undefined, undefined],
    ["1.4.0", "1.7.0", undefined, "it skips 1.5"],
    ["1.4.0", "2.0.0", undefined, "it has another first number"],
    ["1.4.0", "next", undefined, "the versions are not numbers, so the way must be named"],
    ["1.4.1", "1.4.0", undefined, "1.4.0 is older than 1.4.1"],
    // Where the release names the way, that is what counts.
    ["1.4.0", "1.7.0", ["1.4.0"], undefined],
    ["1.4.0", "2.0.0", ["1.4.0"], undefined],
    ["1.4.0", "next", ["1.4.0"], undefined],
    ["1.5.0", "1.6.0", ["1.4.0"], "1.6.0 follows 1.4.0"],
    ["1.5.0", "1.6.0", [], "1.6.0 follows no other release"],
    // Whatever it names, no appliance goes back.
    ["2.0.0", "1.9.0", ["2.0.0"], "1.9.0 is older than 2.0.0"],
  ] as const
) {
  const named = upgradeFrom === undefined ? "" : `, which names [${upgradeFrom}]`;
  Deno.test(`the way from ${from} to ${to}${named}: ${problem ?? "good"}`, () => {
    const [old, next] = [
      releaseOf(from, "1"),
      releaseOf(to, "2", upgradeFrom === undefined ? undefined : [...upgradeFrom]),
    ];
    const [path] = pathFindings(old, next);
    assert.ok(path);
    assert.equal(path.ok ? undefined : path.problem, problem);
    const refused = pathProblem(from, next.manifest)?.found;
    if (refused !== undefined) assert.equal(problem, refused, "what appliances refuse is not promoted");
  });
}
