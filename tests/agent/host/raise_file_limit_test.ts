import assert from "node:assert/strict";
import { OPEN_FILES, parseFileLimit } from "../../../agent/host/raise_file_limit.ts";

const LIMITS = (files: string) =>
  `Limit                     Soft Limit           Hard Limit           Units
Max processes             96365                96365                processes
Max open files            ${files}                files
Max locked memory         8388608              8388608              bytes
`;

for (
  const [files, soft, hard] of [
    ["1024                 524288", 1024, 524288],
    ["65536                65536 ", 65536, 65536],
    ["unlimited            unlimited", Infinity, Infinity],
    ["1024                 unlimited", 1024, Infinity],
  ] as const
) {
  Deno.test(`parseFileLimit() reads "${files}"`, () => {
    assert.deepEqual(parseFileLimit(LIMITS(files)), { soft, hard });
  });
}

for (const text of ["", "Max open files", "Max open files   many  more  files\n"]) {
  Deno.test(`parseFileLimit() refuses ${JSON.stringify(text)}`, () => {
    assert.throws(() => parseFileLimit(text), SyntaxError);
  });
}

Deno.test("what is raised to by hand is what the unit gives", async () => {
  const unit = await Deno.readTextFile(new URL("../../../systemd/alga-appliance.service", import.meta.url));
  assert.ok(unit.split("\n").includes(`LimitNOFILE=${OPEN_FILES}`));
});
