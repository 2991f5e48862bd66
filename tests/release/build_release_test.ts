import assert from "node:assert/strict";
import { ReleaseManifest } from "../../agent/release/manifest.ts";
import { HELM_RELEASES, valuesKey } from "../../agent/product/helm_releases.ts";
import { buildRelease } from "../../tools/release/build_release.ts";
import { readChart } from "../../tools/release/helm_chart.ts";
import { readLayout, writeLayout } from "../../tools/release/oci_layout.ts";
import { unpackFiles } from "../../tools/release/pack_files.ts";
import { parseReleaseSpec } from "../../tools/release/release_spec.ts";
import { Random } from "../fakes/random.ts";
import { buildSampleRelease, STANDIN_CHARTS } from "./sample_release_push.ts";

const repo = new URL("../..", import.meta.url).pathname;
const SPEC = `version: 1.5.0
images: { algaCore: 4f2c91d, workflowWorker: 9be1f02, emailService: 2222bbb, temporalWorker: 3333ccc }
charts: { sebastian: 0.2.0, temporal: 0.1.0, email-service: 0.1.0, workflow-worker: 0.1.0, temporal-worker: 0.1.0 }
`;
const ORIGIN = { commit: "a".repeat(40), createdAt: "2026-11-21T09:00:00.000Z" };
const OPTIONS = {
  topologyDir: `${repo}flux`,
  chartDirs: [`${repo}flux/charts/pgbouncer`],
  origin: ORIGIN,
};

Deno.test("buildRelease() twice gives the same digests; another input gives others", async () => {
  const digests = async (spec: string, options = OPTIONS) =>
    (await buildRelease(parseReleaseSpec(spec), options)).artifacts.map((it) => it.digest);
  const first = await digests(SPEC);
  assert.deepEqual(await digests(SPEC), first);
  const [chart, bundle, pointer] = first;
  const otherTag = await digests(SPEC.replace("4f2c91d", "5f2c91d"));
  assert.deepEqual([otherTag[0], otherTag[2] === pointer], [chart, false]);
  const otherChart = await digests(SPEC.replace("sebastian: 0.2.0", "sebastian: 0.2.1"));
  assert.notEqual(otherChart[1], bundle);
  const otherCommit = await digests(SPEC, { ...OPTIONS, origin: { ...ORIGIN, commit: "b".repeat(40) } });
  assert.deepEqual([otherCommit[0], otherCommit[1] === bundle], [chart, false]);
});

Deno.test("buildRelease() makes Flux's and Helm's media types, and the pointer's own", async () => {
  const { artifacts, manifest } = await buildRelease(parseReleaseSpec(SPEC), OPTIONS);
  const [chart, bundle, pointer] = artifacts.map((it) => ({
    place: it.place,
    ...JSON.parse(new TextDecoder().decode(it.manifest)),
  }));
  assert.deepEqual(chart.place, {
    host: "ghcr.io",
    repository: "nine-minds/charts/pgbouncer",
    tag: "1.0.0-appliance.1",
  });
  assert.equal(chart.config.mediaType, "application/vnd.cncf.helm.config.v1+json");
  assert.equal(chart.layers[0].mediaType, "application/vnd.cncf.helm.chart.content.v1.tar+gzip");
  assert.deepEqual(bundle.place, {
    host: "ghcr.io",
    repository: "nine-minds/alga-appliance-config",
    tag: "1.5.0",
  });
  assert.equal(bundle.config.mediaType, "application/vnd.cncf.flux.config.v1+json");
  assert.equal(bundle.layers[0].mediaType, "application/vnd.cncf.flux.content.v1.tar+gzip");
  assert.deepEqual(bundle.annotations, {
    "org.opencontainers.image.created": "2026-11-21T09:00:00.000Z",
    "org.opencontainers.image.revision": `1.5.0@sha1:${"a".repeat(40)}`,
  });
  assert.equal(pointer.artifactType, "application/vnd.alga.appliance.release.v1");
  assert.equal(pointer.config.mediaType, "application/vnd.alga.appliance.release.config.v1+json");
  assert.equal(pointer.layers[0].digest, pointer.config.digest);
  assert.equal(pointer.layers[0].annotations["org.opencontainers.image.title"], "release-manifest.json");
  assert.equal(manifest.config.digest, artifacts[1]?.digest);
  assert.equal(manifest.charts.pgbouncer, "1.0.0-appliance.1", "a packed chart's version is its own");
  const config = artifacts[2]?.blobs.find((it) => it.digest === pointer.config.digest);
  assert.ok(ReleaseManifest.safeParse(JSON.parse(new TextDecoder().decode(config?.bytes))).success);
});

Deno.test("a packed chart holds its folder below its own name, and its Chart.yaml as config", async () => {
  const { artifacts } = await buildRelease(parseReleaseSpec(SPEC), OPTIONS);
  const chart = artifacts[0];
  const manifest = JSON.parse(new TextDecoder().decode(chart?.manifest));
  const bytes = (digest: string) =>
    chart?.blobs.find((it) => it.digest === digest)?.bytes ?? new Uint8Array();
  const files = await unpackFiles(bytes(manifest.layers[0].digest));
  assert.ok(files["pgbouncer/Chart.yaml"]?.includes("name: pgbouncer"));
  assert.ok(Object.keys(files).every((it) => it.startsWith("pgbouncer/")));
  const meta = JSON.parse(new TextDecoder().decode(bytes(manifest.config.digest)));
  assert.equal(meta.name, "pgbouncer");
  assert.equal(meta.apiVersion, "v2");
});

Deno.test("buildRelease() hands on what customers see: notes, way and how long it took", async () => {
  const spec = parseReleaseSpec(
    `${SPEC}notes: Faster\nupgradeFrom: [1.4.0]\ntookMinutes: { usual: 12, longest: 35 }\n`,
  );
  const { notes, upgradeFrom, tookMinutes } = (await buildRelease(spec, OPTIONS)).manifest;
  assert.deepEqual([notes, upgradeFrom, tookMinutes], ["Faster", ["1.4.0"], { usual: 12, longest: 35 }]);
});

Deno.test("buildRelease() makes a release of ha-3node, which appliances refuse and which says so", async () => {
  const { manifest, artifacts } = await buildRelease(parseReleaseSpec(`${SPEC}profile: ha-3node\n`), OPTIONS);
  assert.equal(manifest.valuesProfile, "ha-3node");
  assert.deepEqual(
    Object.keys(manifest.profileValues).sort(),
    HELM_RELEASES.map((it) => valuesKey(it, "ha-3node")).sort(),
  );
  assert.equal(artifacts.at(-1)?.place.tag, "1.5.0");
  const refused = ReleaseManifest.safeParse(manifest);
  assert.deepEqual(refused.error?.issues.map((it) => it.path.join(".")), ["valuesProfile"]);
});

Deno.test("buildRelease() refuses what lacks a chart's version or contradicts itself, and names it", async () => {
  const build = (text: string) => buildRelease(parseReleaseSpec(text), OPTIONS);
  await assert.rejects(
    build(SPEC.replace("sebastian: 0.2.0, ", "")),
    /No version is known for the chart "sebastian"/,
  );
  await assert.rejects(
    build(SPEC.replace("charts: {", "charts: { pgbouncer: 9.9.9,")),
    /The release file says chart "pgbouncer" is 9\.9\.9; its Chart\.yaml says 1\.0\.0-appliance\.1/,
  );
});

const WRONG_SPECS: [string, string, RegExp][] = [
  ["no version", SPEC.replace("version: 1.5.0\n", ""), /version: /],
  ["a version that is not a tag", SPEC.replace("1.5.0", "1.5.0+7"), /version: must be an image tag/],
  ["an image without tag", SPEC.replace("emailService: 2222bbb, ", ""), /images\.emailService: /],
  ["a tag with a space", SPEC.replace("4f2c91d", "4f 2c91d"), /images\.algaCore: must be an image tag/],
  ["an unknown field", `${SPEC}imags: {}\n`, /imags/],
  ["an unknown profile", `${SPEC}profile: talos\n`, /profile: /],
  [
    "a chart repository over HTTP",
    `${SPEC}chartRepository: { url: http://x/charts }\n`,
    /chartRepository\.url: /,
  ],
  ["no YAML", "version: [", /is not YAML/],
  ["nothing", "", /cannot be used/],
];
for (const [what, text, message] of WRONG_SPECS) {
  Deno.test(`parseReleaseSpec() refuses ${what} and names it`, () => {
    assert.throws(() => parseReleaseSpec(text), (error: Error & { hint?: string }) => {
      assert.equal(error.name, "ReleaseError");
      assert.match(error.message, message);
      assert.ok(error.hint);
      return true;
    });
  });
}

Deno.test("parseReleaseSpec() of any text gives a spec or a ReleaseError", () => {
  const random = new Random(1121);
  for (let round = 0; round < 500; round++) {
    const at = random.below(SPEC.length);
    const text = SPEC.slice(0, at) + random.text(12) + SPEC.slice(at + random.below(20));
    try {
      assert.match(parseReleaseSpec(text).version, /^[\w.-]+$/);
    } catch (error) {
      assert.equal((error as Error).name, "ReleaseError", text);
    }
  }
});

Deno.test("readChart() refuses a folder without a chart, and a wrong version", async () => {
  const dir = await Deno.makeTempDir({ prefix: "alga-chart-" });
  try {
    await assert.rejects(readChart(`${dir}/absent`), /Cannot read the chart/);
    await assert.rejects(readChart(dir), { name: "ReleaseError" });
    await Deno.writeTextFile(`${dir}/Chart.yaml`, "apiVersion: v2\nname: x\nversion: latest\n");
    await assert.rejects(readChart(dir), /version must be a version like 1\.2\.3/);
    await Deno.writeTextFile(`${dir}/Chart.yaml`, "description: a: b\n");
    await assert.rejects(readChart(dir), { name: "ReleaseError" });
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("a layout reads back byte for byte, and a changed or missing blob is named", async () => {
  const dir = await Deno.makeTempDir({ prefix: "alga-layout-" });
  try {
    const { artifacts } = await buildRelease(parseReleaseSpec(SPEC), OPTIONS);
    await writeLayout(`${dir}/release`, artifacts);
    await writeLayout(`${dir}/release`, artifacts);
    assert.deepEqual(await readLayout(`${dir}/release`), artifacts);
    assert.deepEqual((await Array.fromAsync(Deno.readDir(dir))).map((it) => it.name), ["release"]);

    const blob = `${dir}/release/blobs/sha256/${artifacts[1]?.blobs[1]?.digest.slice(7)}`;
    const bytes = await Deno.readFile(blob);
    await Deno.writeFile(blob, bytes.map((it, i) => i === 99 ? it ^ 1 : it));
    await assert.rejects(readLayout(`${dir}/release`), { name: "ReleaseError", message: /was changed/ });
    await Deno.remove(blob);
    await assert.rejects(readLayout(`${dir}/release`), /lacks sha256:/);
    await Deno.writeTextFile(`${dir}/release/index.json`, "{}");
    await assert.rejects(readLayout(`${dir}/release`), /index\.json" cannot be read/);
    await assert.rejects(readLayout(`${dir}/absent`), /holds no release/);

    await Deno.mkdir(`${dir}/photos`);
    await assert.rejects(writeLayout(`${dir}/photos`, artifacts), /is there and holds no release/);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("the sample release of the cluster tests builds from stand-in charts, twice the same", async () => {
  const url = "http://127.0.0.1:5000";
  const one = await buildSampleRelease(url);
  const two = await buildSampleRelease(url);
  assert.deepEqual(two.artifacts.map((it) => it.digest), one.artifacts.map((it) => it.digest));
  assert.deepEqual(Object.keys(one.manifest.charts).sort(), ["pgbouncer", ...STANDIN_CHARTS].sort());
  assert.doesNotMatch(Object.values(one.manifest.profileValues).join("\n"), /docker\.io|pgvector/);
});

Deno.test("the sample release can wait shorter, so that a test sees a release fail", async () => {
  const { artifacts } = await buildSampleRelease("http://127.0.0.1:5000", {
    timeoutSec: { "email-service": 20, pgbouncer: 25 },
  });
  const bundle = artifacts.at(-2)?.blobs.at(-1)?.bytes ?? new Uint8Array();
  const files = await unpackFiles(bundle);
  assert.match(files["base/background/email-service.yaml"] ?? "", /^ {2}timeout: 20s$/m);
  assert.match(files["base/background/email-service.yaml"] ?? "", /progressDeadlineSeconds: 20$/m);
  assert.match(files["base/core/pgbouncer.yaml"] ?? "", /^ {2}timeout: 25s$/m);
  assert.match(
    files["profiles/single-node/values/pgbouncer.single-node.yaml"] ?? "",
    /^progressDeadlineSeconds: 25$/m,
  );
  assert.match(files["base/background/temporal.yaml"] ?? "", /^ {2}timeout: 30m0s$/m);
});
