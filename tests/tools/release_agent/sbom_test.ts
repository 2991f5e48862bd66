import assert from "node:assert/strict";
import { buildSbom, type SbomInput } from "../../../tools/release_agent/sbom.ts";
import { parseBom } from "./cyclonedx.ts";

const sha512 = "ab".repeat(64);
const INPUT: SbomInput = {
  version: "0.2.0",
  commit: "c".repeat(40),
  committedAt: new Date("2026-11-26T09:00:00Z"),
  denoVersion: "2.6.8",
  packages: [
    { name: "@a/one", version: "1.0.0", licence: "MIT", sha512, uses: ["two@2.0.0"] },
    { name: "two", version: "2.0.0", licence: "(MIT OR Apache-2.0)", sha512, uses: [] },
  ],
  direct: ["@a/one@1.0.0", "only-for-tests@1.0.0"],
  hasFluxDefinitions: true,
  programs: [{ name: "alga-agent-linux-x64", sha256: "1".repeat(64) }],
};

Deno.test("the SBOM has the form that CycloneDX 1.6 asks for, and every part of the program", () => {
  const { components, dependencies, metadata } = parseBom(buildSbom(INPUT));
  assert.deepEqual(components.map((it) => it["bom-ref"]), [
    "pkg:npm/%40a/one@1.0.0",
    "pkg:npm/two@2.0.0",
    "pkg:github/denoland/deno@v2.6.8",
    "flux-crds.yaml",
  ]);
  assert.deepEqual(components[0]?.licenses, [{ license: { id: "MIT" } }]);
  assert.deepEqual(components[1]?.licenses, [{ expression: "(MIT OR Apache-2.0)" }]);
  assert.ok(
    components[3]?.components?.some((it) => /^pkg:golang\/github\.com\/fluxcd\/.*@v\d/.test(it.purl ?? "")),
  );
  assert.equal(metadata.component.components?.[0]?.name, "alga-agent-linux-x64");
  assert.deepEqual(dependencies[0], {
    ref: "alga-agent",
    dependsOn: ["pkg:npm/%40a/one@1.0.0", "pkg:github/denoland/deno@v2.6.8", "flux-crds.yaml"],
  });
  assert.deepEqual(dependencies[1]?.dependsOn, ["pkg:npm/two@2.0.0"]);
});

Deno.test("the SBOM of a program without Flux's definitions does not name them", () => {
  const text = JSON.stringify(parseBom(buildSbom({ ...INPUT, hasFluxDefinitions: false })));
  assert.ok(!text.includes("flux"));
});

Deno.test("the same parts give the same SBOM; other parts give another serial number", () => {
  const bom = buildSbom(INPUT);
  assert.deepEqual(buildSbom(INPUT), bom);
  assert.notEqual(buildSbom({ ...INPUT, packages: [] })["serialNumber"], bom["serialNumber"]);
});

for (
  const [what, damage] of [
    ["an unknown type", { components: [{ type: "thing", "bom-ref": "x", name: "x" }] }],
    ["a reference that leads nowhere", { dependencies: [{ ref: "alga-agent", dependsOn: ["nowhere"] }] }],
    ["a part that is named twice", { components: [{ type: "file", "bom-ref": "alga-agent", name: "x" }] }],
    ["no serial number", { serialNumber: undefined }],
  ] as const
) {
  Deno.test(`the form is not kept by an SBOM with ${what}`, () => {
    assert.throws(() => parseBom({ ...buildSbom(INPUT), ...damage }));
  });
}
