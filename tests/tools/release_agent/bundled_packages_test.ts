import assert from "node:assert/strict";
import { bundledPackages } from "../../../tools/release_agent/bundled_packages.ts";

const BUNDLE = `// ../../root/.cache/deno/npm/registry.npmjs.org/zod/4.6.7/v4/core/api.js
var a = 1;
// agent/cli/options.ts
var b = "// ../npm/registry.npmjs.org/in-a-string/1.0.0/x.js";
// ../../root/.cache/deno/npm/registry.npmjs.org/zod/4.6.7/v4/core/core.js
  // ../../root/.cache/deno/npm/localhost__4873/@leichtgewicht/ip-codec/2.0.5/index.mjs
// C/npm/registry.npmjs.org/preact/11.2.0_1/dist/preact.mjs
// a comment that speaks of /npm/registry.npmjs.org/other/1.0.0/x.js
`;

Deno.test("bundledPackages reads names, scopes and versions from the bundler's notes alone", () => {
  assert.deepEqual(bundledPackages(BUNDLE).map((it) => `${it.name}@${it.version}`), [
    "@leichtgewicht/ip-codec@2.0.5",
    "preact@11.2.0",
    "zod@4.6.7",
  ]);
  assert.equal(bundledPackages(BUNDLE)[2]?.folder, "../../root/.cache/deno/npm/registry.npmjs.org/zod/4.6.7");
});
