import assert from "node:assert/strict";
import { HELM_RELEASES, valuesKey } from "../../../agent/product/helm_releases.ts";
import { releaseImages, valuesImages } from "../../../agent/release/mod.ts";
import { sampleReleaseManifest } from "../../simulator/sample_release.ts";

/** The values that this repository publishes. */
async function published(): Promise<Record<string, string>> {
  const folder = new URL("../../../flux/profiles/single-node/values/", import.meta.url);
  return Object.fromEntries(
    await Promise.all(HELM_RELEASES.map(async (it) => {
      const key = valuesKey(it, "single-node");
      return [key, await Deno.readTextFile(new URL(key, folder))];
    })),
  );
}

const of = (profileValues: Record<string, string>) =>
  valuesImages(sampleReleaseManifest({ profileValues })).map((it) =>
    `${it.tier} ${it.host} ${it.repository} ${it.reference}`
  );

Deno.test("valuesImages() finds what the published values name beside the release's own", async () => {
  assert.deepEqual(of(await published()), [
    "login docker.io pgvector/pgvector sha256:47af0b65960b14f1c6945aa4ccae37836c632e9a6fe0eea9160936e616e5b2e9",
    "login docker.io library/redis sha256:6f81e8915c60b065a524e6967e0ad1c639ba6efa84d669f823683ea04d9150ee",
    "login docker.io edoburu/pgbouncer sha256:7d7a27d9e90985cab5cf42256f5c13a3120baa4b055b69df37beb272b89b2340",
  ]);
  assert.equal(releaseImages(sampleReleaseManifest()).length, 4);
});

Deno.test("valuesImages() tells an image of two parts once, as the part that people wait for", () => {
  const image = "image: redis:7";
  const both = {
    [valuesKey("alga-core", "single-node")]: image,
    [valuesKey("temporal", "single-node")]: image,
  };
  assert.deepEqual(of(both), ["login docker.io library/redis 7"]);
});

const TEXTS: readonly [what: string, values: string, found: string[]][] = [
  ["a name and a tag", "a: {image: {name: redis, tag: 7}}", ["background docker.io library/redis 7"]],
  ["one text", "image: quay.io/x/y:1.2", ["background quay.io x/y 1.2"]],
  ["a registry of its own", "image: {registry: quay.io, repository: x/y, tag: '1'}", [
    "background quay.io x/y 1",
  ]],
  ["a digest alone", `image: {repository: x/y, digest: "sha256:${"0".repeat(64)}"}`, [
    `background docker.io x/y sha256:${"0".repeat(64)}`,
  ]],
  ["a list of parts", "parts: [{image: x/a:1}, {image: x/b:1}, {image: x/a:1}]", [
    "background docker.io x/a 1",
    "background docker.io x/b 1",
  ]],
  ["no tag, so that the chart says it", "image: {repository: x/y, pullPolicy: Always}", []],
  ["what is no image", "image: 'a b; rm -rf'\nother: {image: null}\nname: x\ntag: y", []],
  ["the release's own", "image: {name: ghcr.io/nine-minds/temporal-worker, tag: z}", []],
  ["no YAML", "a: [", []],
  [
    "aliases that multiply",
    "a: &a [x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c]",
    [],
  ],
];
for (const [what, values, found] of TEXTS) {
  Deno.test(`valuesImages() reads ${what}`, () => {
    assert.deepEqual(of({ [valuesKey("temporal-worker", "single-node")]: values }), found);
  });
}
