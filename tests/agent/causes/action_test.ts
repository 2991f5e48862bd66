import assert from "node:assert/strict";
import { type ActionKind, actionOf } from "../../../agent/causes/action.ts";

const PAGES: readonly [kind: ActionKind, during: string | undefined, after: string | undefined][] = [
  ["open-settings", "/setup", "/settings"],
  ["open-network", "/network", "/network"],
  ["open-setup", "/setup", undefined],
  ["retry", "/setup", undefined],
  ["wait", undefined, undefined],
];
for (const [kind, during, after] of PAGES) {
  Deno.test(`actionOf() leads from "${kind}" to ${during} during setup and to ${after} afterwards`, () => {
    assert.equal(actionOf(kind, { isSetupOver: false }).href, during);
    assert.equal(actionOf(kind, { isSetupOver: true }).href, after);
  });
}
