import assert from "node:assert/strict";
import { DENO, FLUX_DEFINITIONS_SHA256 } from "../../agent/product/pins.ts";
import { DENO_VERSION, DENORT_SHA256 } from "../../tools/denort.ts";
import { productFiles, REPO, sources } from "./sources.ts";

/** What stands in agent/product and nowhere else, by what it is. */
const FACTS: readonly { what: string; where: string; pattern: RegExp }[] = [
  {
    what: "a namespace",
    where: "names.ts",
    pattern:
      /["'`](msp|alga-system|appliance-system|flux-system|local-path-storage|kube-system)(?=["'`]|\/[\w$])/,
  },
  {
    what: "the name of a Secret",
    where: "names.ts",
    pattern:
      /["'`](alga-psa-shared|appliance-license-seed|appliance-initial-tenant|appliance-status-auth)["'`]/,
  },
  { what: "the storage class", where: "names.ts", pattern: /["'`](local-path|rancher\.io\/local-path)["'`]/ },
  {
    what: "a port",
    where: "ports.ts",
    pattern:
      /\b(?:3000|8080|6443|6444|10010|10248|10249|10250|10256|10257|10258|10259|9090|9292|9440)\b(?!_)/,
  },
  {
    what: "a network of the cluster",
    where: "networks.ts",
    pattern: /\b10\.4[23]\.0\.|["'`.]cluster\.local/,
  },
  {
    what: "a pinned image",
    where: "pins.ts",
    pattern: /["'`][a-z0-9.-]+(?:\/[a-z0-9._-]+)*:v?\d+\.\d+[\w.]*(?:@sha256:[0-9a-f]+)?["'`]/,
  },
  { what: "a checksum", where: "pins.ts", pattern: /\b[0-9a-f]{64}\b/ },
];

/** Code without comments; numbers with spacers as they are meant. */
function code(text: string): string {
  return text.replaceAll(/\/\*[^]*?\*\//g, "").replaceAll(/(?<![:"'`\w])\/\/.*$/gm, "")
    .replaceAll(/(?<=\d)_(?=\d)/g, "\u0000");
}

function misplaced(path: string, text: string): string[] {
  return FACTS.filter((it) => path !== `agent/product/${it.where}` && it.pattern.test(code(text))).map((it) =>
    `${path}: ${it.what} belongs into agent/product/${it.where}: ${it.pattern.exec(code(text))?.[0]}`
  );
}

Deno.test("facts about the product stand in agent/product and nowhere else", async () => {
  const found: string[] = [];
  const toolFiles = [...await sources("tools/"), ...await sources("iso/")].filter(
    (it) => !(it in COPIES),
  );
  for (const path of [...await productFiles(), ...toolFiles]) {
    found.push(...misplaced(path, await Deno.readTextFile(REPO + path)));
  }
  assert.deepEqual(found, []);
});

for (
  const [line, isWrong] of [
    ['namespace: "msp"', true],
    ["`msp/${name}`", true],
    ['"/msp/dashboard"', false],
    ["const PORT = 3000;", true],
    ["const LIMIT_MS = 3_000;", false],
    ["`http://${address}:3000`", true],
    ["// port 3000 is the application's", false],
    ['"10.42.0.0/16"', true],
    ["`.svc.cluster.local.`", true],
    ['image: "busybox:1.36"', true],
    ['"ghcr.io/a/b:v1.0@sha256:00"', true],
    ['"note: 1.5 GiB"', false],
    [`"${"0af1".repeat(16)}"`, true],
    [`"${"0af1".repeat(10)}"`, false],
    ['class: "local-path"', true],
    ['"local-path-config"', false],
  ] as const
) {
  Deno.test(`${JSON.stringify(line)} ${isWrong ? "belongs" : "does not belong"} into agent/product`, () => {
    assert.equal(misplaced("agent/setup/x.ts", line).length > 0, isWrong);
  });
}

/** Tools may not know the agent: each copy of a pin, with what it must say. */
const COPIES: Readonly<Record<string, readonly string[]>> = {
  "tools/denort.ts": [DENO.version, DENO.runtimeSha256],
  "tools/flux_crds.ts": [FLUX_DEFINITIONS_SHA256],
};

for (const [path, pins] of Object.entries(COPIES)) {
  Deno.test(`${path} has the pins of agent/product/pins.ts and no others`, async () => {
    const text = await Deno.readTextFile(REPO + path);
    for (const it of pins) assert.ok(text.includes(`"${it}"`), it);
    const sums = text.match(/\b[0-9a-f]{64}\b/g) ?? [];
    assert.deepEqual(sums.filter((it) => !pins.includes(it)), []);
  });
}

Deno.test("the tool that compiles takes the Deno of agent/product/pins.ts", () => {
  assert.deepEqual([DENO_VERSION, DENORT_SHA256], [DENO.version, DENO.runtimeSha256]);
});
