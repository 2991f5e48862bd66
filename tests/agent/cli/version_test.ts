import assert from "node:assert/strict";
import { THIRD_PARTS } from "../../../agent/product/pins.ts";
import { licencesText } from "../../../agent/cli/licences.ts";
import { cli } from "./terminal.ts";

Deno.test("version --licences names every part of others, and says that a run from source has no texts", async () => {
  const { code, out, err } = await cli(["version", "--licences"]);
  assert.deepEqual([code, err], [0, ""]);
  for (const { name, licence } of THIRD_PARTS) {
    assert.match(out, new RegExp(`^ {2}${RegExp.escape(name)} .* ${licence}$`, "m"));
  }
  assert.match(out, /this one runs from source\.\n$/);
  assert.ok(licencesText("The texts\n").endsWith("\n\nThe texts\n"));
});
