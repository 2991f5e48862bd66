import assert from "node:assert/strict";
import { parse } from "yaml";
import { effectiveValues, readChartValues } from "../../tools/release/chart_values.ts";
import { imagesOf, parseImage } from "../../tools/release/release_images.ts";
import { ReleaseError } from "../../tools/release/release_error.ts";
import { sampleReleaseManifest } from "../simulator/sample_release.ts";
import { Random } from "../fakes/random.ts";

const chart = (values: string) => readChartValues({ "x/values.yaml": values });

Deno.test("effectiveValues() lays the release's values over the chart's as Helm does", () => {
  const under = chart("a: { b: 1, c: [1, 2] }\nd: text\ne: { f: 1 }\n");
  assert.deepEqual(effectiveValues(under, parse("a: { c: [3], g: 4 }\nd: null\ne: 5\n")), {
    a: { b: 1, c: [3], g: 4 },
    e: 5,
  });
  assert.deepEqual(effectiveValues(under, null), under.values);
  assert.deepEqual(effectiveValues(undefined, { a: 1 }), { a: 1 });
});

Deno.test("readChartValues() gives charts inside a chart their values under their names, and takes empty files", () => {
  const { values, templates } = readChartValues({
    "x/values.yaml": "inner: { a: 2 }\n",
    "x/charts/inner/values.yaml": "a: 1\nb: 1\n",
    "x/charts/empty/values.yaml": "# nothing\n",
    "x/templates/a.yaml": "one",
    "x/charts/inner/templates/b.yaml": "two",
  });
  assert.deepEqual(values, { inner: { a: 2, b: 1 }, empty: {} });
  assert.deepEqual(Object.values(templates), ["one", "two"]);
  assert.deepEqual(readChartValues({}).values, {});
});

for (
  const [what, text, message] of [
    ["a list", "- 1\n", /values\.yaml is not a map/],
    ["no YAML", "a: [", /values\.yaml is not YAML/],
    [
      "aliases that multiply",
      `a: &a [x, x]\n${
        Array.from({ length: 9 }, (_, i) => `b${i}: &b${i} [${"*a, ".repeat(20)}]`).join("\n")
      }`,
      /not YAML/,
    ],
  ] as const
) {
  Deno.test(`readChartValues() refuses ${what} in words`, () => {
    assert.throws(
      () => chart(text),
      (error: Error) => error instanceof ReleaseError && message.test(error.message),
    );
  });
}

Deno.test("any values.yaml and template gives images or a ReleaseError", () => {
  const random = new Random(20261122);
  const seed =
    "image: &i { repository: a/b, tag: 1, digest: 'sha256:ab' }\nui:\n  enabled: false\n  image: *i\nprepImage: c:1\n";
  let refused = 0;
  for (let i = 0; i < 500; i++) {
    const values = random.mutate(seed);
    const template = random.mutate("  - image: 'busybox:1'\n    image: {{ .Values.x }}\n");
    try {
      const read = readChartValues({ "x/values.yaml": values, "x/templates/a.yaml": template });
      const charts = new Map([["temporal" as const, read]]);
      for (const it of imagesOf(sampleReleaseManifest(), { charts, bundle: { "base/a.yaml": template } })) {
        assert.ok(it.host !== "" && it.reference !== "", JSON.stringify({ values, template, it }));
      }
    } catch (error) {
      if (!(error instanceof ReleaseError)) throw new Error(`${JSON.stringify(values)}: ${error}`);
      refused++;
    }
  }
  assert.ok(refused > 20 && refused < 480, `${refused} refused`);
});

Deno.test("parseImage() gives a host and a reference for any text", () => {
  const random = new Random(7);
  for (let i = 0; i < 500; i++) {
    const text = random.mutate("ghcr.io:5000/nine-minds/x:1.2@sha256:ab");
    const { host, reference } = parseImage(text);
    assert.ok(host !== "", text);
    assert.equal(typeof reference, "string");
  }
});
