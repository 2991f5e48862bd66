import assert from "node:assert/strict";
import type { ReleaseManifest } from "../../agent/release/manifest.ts";
import { pointerArtifact } from "../../tools/release/build_release.ts";
import { readChartValues } from "../../tools/release/chart_values.ts";
import { chartArtifact, readChart } from "../../tools/release/helm_chart.ts";
import { pinProblem } from "../../tools/release/image_pin.ts";
import type { OciArtifact } from "../../tools/release/oci_artifact.ts";
import { pushRelease } from "../../tools/release/push_release.ts";
import { imagesOf, parseImage } from "../../tools/release/release_images.ts";
import { createRegistryWriter } from "../../tools/release/registry_writer.ts";
import { pushImage } from "../simulator/push.ts";
import { sampleReleaseManifest } from "../simulator/sample_release.ts";
import { findingsOf, mirrorsTo, problemsOf, registryTest } from "./registry_case.ts";
import { buildSampleRelease, pushSampleRelease } from "./sample_release_push.ts";

async function push(url: string, artifacts: readonly OciArtifact[]): Promise<void> {
  const writer = createRegistryWriter({ mirrors: mirrorsTo(url, artifacts), credentials: () => undefined });
  await Array.fromAsync(pushRelease(writer, artifacts));
}

/** Publishes a pointer "broken" whose manifest differs from a good one's. */
async function pushBroken(
  url: string,
  manifest: ReleaseManifest,
  change: Record<string, unknown>,
): Promise<void> {
  await push(url, [pointerArtifact("broken", { ...manifest, ...change })]);
}

registryTest("verify is green for a whole release, by version, channel and digest", async (server) => {
  const { digest } = await pushSampleRelease(server.url);
  for (const reference of ["1.4.0", "stable", digest]) {
    assert.deepEqual(await problemsOf(server, reference), []);
  }
  const looked = (await findingsOf(server, "1.4.0")).map((it) => it.what).join("\n");
  for (
    const what of [
      "config bundle",
      "topology of pgbouncer",
      "chart sebastian 0.1.0",
      "alga-psa-ee:1.4.0",
      "busybox:1",
    ]
  ) {
    assert.ok(looked.includes(what), what);
  }
});

registryTest("verify names every missing image and goes on", async (server) => {
  await pushSampleRelease(server.url, { missing: ["email-service", "standin"] });
  assert.deepEqual(await problemsOf(server, "stable"), [
    "image ghcr.io/nine-minds/email-service:1.4.0: ghcr.io does not have it",
    "image ghcr.io/nine-minds/standin:1: ghcr.io does not have it",
  ]);
});

registryTest(
  "verify looks for images that only a chart names, in its values and in its templates",
  async (server) => {
    await pushSampleRelease(server.url);
    const chart = await readChart(new URL("../charts/temporal", import.meta.url).pathname);
    const next = {
      ...chart,
      version: "0.2.0",
      meta: { ...chart.meta, version: "0.2.0" },
      files: {
        ...chart.files,
        "values.yaml": `${chart.files["values.yaml"]}
admin: { image: { repository: temporalio/auto-setup, tag: 1.27.2 } }
off: { enabled: false, image: { repository: temporalio/off, tag: 1 } }
`,
        "templates/prep.yaml": "kind: Pod\nspec:\n  containers:\n    - image: busybox\n",
      },
    };
    await push(server.url, [await chartArtifact({ host: "ghcr.io", repository: "nine-minds/charts" }, next)]);
    const version = await pushWithChart(server.url, "temporal", "0.2.0");
    assert.deepEqual(await problemsOf(server, version), [
      "image temporalio/auto-setup:1.27.2: docker.io does not have it",
      "pin of busybox: its content changes under the same name",
      "image busybox: docker.io does not have it",
    ]);
    await pushImage(server.url, "temporalio/auto-setup", "1.27.2");
    await pushImage(server.url, "library/busybox", "latest");
    assert.deepEqual(await problemsOf(server, version), [
      "pin of busybox: its content changes under the same name",
    ]);
  },
);

registryTest("verify names a chart whose values cannot be read", async (server) => {
  await pushSampleRelease(server.url);
  const chart = await readChart(new URL("../charts/temporal", import.meta.url).pathname);
  const files = { ...chart.files, "values.yaml": "- a list\n" };
  const next = { ...chart, version: "0.2.0", meta: { ...chart.meta, version: "0.2.0" }, files };
  await push(server.url, [await chartArtifact({ host: "ghcr.io", repository: "nine-minds/charts" }, next)]);
  assert.deepEqual(await problemsOf(server, await pushWithChart(server.url, "temporal", "0.2.0")), [
    "chart temporal 0.2.0: its values.yaml is not a map of values",
  ]);
});

registryTest("verify names a chart that is not there in its version", async (server) => {
  await pushSampleRelease(server.url);
  const { artifacts } = await buildSampleRelease(server.url, { version: "1.4.1", images: sampleImages });
  await push(server.url, artifacts.slice(-2));
  assert.deepEqual(await problemsOf(server, "1.4.1"), []);
  const without = await pushWithChart(server.url, "temporal-worker", "0.1.0-next");
  const problems = await problemsOf(server, without);
  assert.equal(problems.length, 1);
  assert.match(problems[0] ?? "", /^chart temporal-worker 0\.1\.0-next: .*404/);
});

registryTest("verify names a digest that the registry does not have", async (server) => {
  const { manifest } = await pushSampleRelease(server.url);
  await pushBroken(server.url, manifest, {
    config: { ...manifest.config, digest: `sha256:${"1".repeat(64)}` },
  });
  const problems = await problemsOf(server, "broken");
  assert.equal(problems.length, 2);
  assert.match(problems[0] ?? "", /config@sha256:1{64}: .*404/);
  assert.match(problems[1] ?? "", /config:1\.4\.0: it is sha256:\w{64}, the release names sha256:1{64}/);
});

registryTest("verify names a bundle that belongs to another release", async (server) => {
  const { manifest } = await pushSampleRelease(server.url);
  const other = await pushSampleRelease(server.url, {
    version: "2.0.0",
    images: sampleImages,
    values: { pgbouncer: {} },
  });
  await pushBroken(server.url, manifest, {
    config: other.manifest.config,
    charts: { ...manifest.charts, sebastian: "7.0.0" },
  });
  const problems = await problemsOf(server, "broken");
  assert.match(
    problems[0] ?? "",
    /topology of alga-core: the bundle installs chart sebastian 0\.1\.0, the release 1\.4\.0 names 7\.0\.0/,
  );
  assert.match(problems[1] ?? "", /chart sebastian 7\.0\.0: .*404/);
  assert.equal(problems.length, 2);
});

registryTest(
  "verify names what is not a Flux artifact, no chart, or a chart of another name",
  async (server) => {
    const { manifest } = await pushSampleRelease(server.url);
    const digest = await pushImage(server.url, "nine-minds/alga-appliance-config", "image");
    await pushImage(server.url, "nine-minds/charts/temporal", "0.2.0");
    const chart = await readChart(new URL("../charts/sebastian", import.meta.url).pathname);
    const wrong = await chartArtifact({ host: "ghcr.io", repository: "nine-minds/charts" }, {
      ...chart,
      version: "0.3.0",
    });
    await push(server.url, [wrong]);
    await pushBroken(server.url, manifest, {
      config: { repository: manifest.config.repository, digest },
      charts: { ...manifest.charts, temporal: "0.2.0", sebastian: "0.3.0" },
    });
    assert.deepEqual(await problemsOf(server, "broken"), [
      `config bundle ${manifest.config.repository}@${digest}: its first layer is not what Flux takes`,
      "chart sebastian 0.3.0: it says of itself that it is sebastian 0.1.0",
      "chart temporal 0.2.0: it is not a Helm chart",
    ]);
  },
);

const WRONG_FIELDS: [string, Record<string, unknown>, RegExp][] = [
  ["another schema", { schema: "alga.appliance.release/v2" }, /schema: /],
  ["an image tag that is none", { images: { algaCore: "a b" } }, /images\.algaCore: is not an image tag/],
  ["missing values", { profileValues: {} }, /profileValues\.alga-core\.single-node\.yaml: is missing/],
  ["a digest that is none", { config: { repository: "ghcr.io/x/y", digest: "latest" } }, /config\.digest: /],
  ["an unknown profile", { valuesProfile: "talos" }, /valuesProfile: /],
  ["a profile that no appliance takes yet", { valuesProfile: "ha-3node" }, /valuesProfile: .*single-node/],
];
registryTest("verify names the wrong field of a manifest, and looks no further", async (server) => {
  const { manifest } = await pushSampleRelease(server.url);
  for (const [what, change, message] of WRONG_FIELDS) {
    const pointer = pointerArtifact(`wrong-${what.replaceAll(" ", "-")}`, { ...manifest, ...change });
    await push(server.url, [pointer]);
    const problems = await problemsOf(server, pointer.place.tag);
    assert.equal(problems.length, 1, what);
    assert.match(problems[0] ?? "", message, what);
  }
});

registryTest("verify names values that cannot be edited, with a next step", async (server) => {
  const { manifest } = await pushSampleRelease(server.url);
  const profileValues = { ...manifest.profileValues, "email-service.single-node.yaml": "- a list\n" };
  await pushBroken(server.url, manifest, { profileValues });
  assert.deepEqual(await problemsOf(server, "broken"), [
    'values of the six releases: The release\'s values "email-service.single-node.yaml" cannot be edited',
  ]);
  const finding = (await findingsOf(server, "broken")).find((it) => !it.ok);
  assert.match(finding?.nextStep ?? "", /Choose another release/);
});

registryTest(
  "verify reads as an appliance does: a registry that asks for a password is a failure",
  async (server) => {
    const findings = await findingsOf(server, "stable");
    assert.equal(findings.length, 1);
    assert.match(findings[0]?.problem ?? "", /wants a user name and password/);
    assert.match(findings[0]?.nextStep ?? "", /make the package public/);
  },
  { htpasswd: "ada:$2b$05$abcdefghijklmnopqrstuukHsVUAZErHH7knyFACjatrgU8hmUVHy\n" },
);

registryTest("verify of a registry that went away says so with what to do", async (server) => {
  await pushSampleRelease(server.url);
  const [finding] = await findingsOf({ ...server, url: "http://127.0.0.1:1" }, "stable");
  assert.match(finding?.problem ?? "", /cannot be reached/);
  assert.match(finding?.nextStep ?? "", /firewall/);
});

const IMAGES: [string, string, string, string][] = [
  ["busybox", "docker.io", "library/busybox", "latest"],
  ["redis:7", "docker.io", "library/redis", "7"],
  ["edoburu/pgbouncer:v1@sha256:ab", "docker.io", "edoburu/pgbouncer", "sha256:ab"],
  ["docker.io/temporalio/ui:2.30.0", "docker.io", "temporalio/ui", "2.30.0"],
  ["ghcr.io/nine-minds/x@sha256:ab", "ghcr.io", "nine-minds/x", "sha256:ab"],
  ["127.0.0.1:5000/a/b:1", "127.0.0.1:5000", "a/b", "1"],
  ["localhost/a:1", "localhost", "a", "1"],
];
for (const [text, host, repository, reference] of IMAGES) {
  Deno.test(`parseImage("${text}") is ${host} ${repository} ${reference}`, () => {
    assert.deepEqual(parseImage(text), { host, repository, reference, text });
  });
}

const DIGEST = `sha256:${"7".repeat(64)}`;
const PINS: [string, RegExp | undefined][] = [
  ["redis", /changes under the same name/],
  ["redis:latest", /changes under the same name/],
  [`redis:latest@${DIGEST}`, undefined],
  ["redis:8", /version that begins with "8"/],
  ["node:20-alpine", /version that begins with "20-alpine"/],
  ["temporalio/auto-setup:1.27.2", undefined],
  ["docker.io/edoburu/pgbouncer:v1.25.2-p0", undefined],
  [`pgvector/pgvector:0.8.7-pg15-bookworm@${DIGEST}`, undefined],
  [`pgvector/pgvector:0.8.7-pg15-bookworm@${DIGEST}@${DIGEST}`, /no name of an image/],
  ["redis:8.10.2@sha256:7", /no name of an image/],
  ["ghcr.io/nine-minds/alga-psa-ee:4f2c91d", undefined],
  ["ghcr.io/nine-minds/alga-psa-ee:latest", /changes under the same name/],
  ["mirror.example/nine-minds/email-service:beta", undefined],
];
for (const [text, wanted] of PINS) {
  Deno.test(`pinProblem() ${wanted === undefined ? "takes" : "refuses"} ${text}`, () => {
    const problem = pinProblem(parseImage(text));
    if (wanted === undefined) assert.equal(problem, undefined);
    else assert.match(problem ?? "", wanted);
  });
}

Deno.test("imagesOf() finds images in values at any depth, once each, with the tags that will be used", () => {
  const manifest = sampleReleaseManifest({
    controlPlane: "bare-tag",
    supportAgent: `ghcr.io/nine-minds/alga-appliance-support-agent@sha256:${"a".repeat(64)}`,
  });
  manifest.profileValues["pgbouncer.single-node.yaml"] =
    "image: { repository: docker.io/x/y, tag: 1, digest: 'sha256:bb' }\ndeep: { er: { prepImage: busybox:1.36 } }\nimage2: { tag: 7 }\n";
  const bundle = {
    "base/platform/status.yaml": "containers:\n  - name: a\n    image: node:20-alpine # small\n",
  };
  const chart = readChartValues({
    "pgbouncer/values.yaml":
      "image: { repository: not/used, tag: 0 }\nexporter: { image: { name: e, tag: 2 } }\n",
    "pgbouncer/charts/inner/values.yaml": "image: { repository: docker.io/in/ner, tag: 3 }\n",
    "pgbouncer/templates/pod.yaml": 'image: {{ .Values.image }}\n  image: "redis"\n',
    "pgbouncer/README.md": "image: readme\n",
  });
  const charts = new Map([["pgbouncer" as const, chart]]);
  assert.deepEqual(imagesOf(manifest, { charts, bundle }).map((it) => it.text).sort(), [
    "busybox:1.36",
    "docker.io/in/ner:3",
    "docker.io/x/y:1@sha256:bb",
    "e:2",
    "ghcr.io/nine-minds/alga-appliance-support-agent@sha256:" + "a".repeat(64),
    "ghcr.io/nine-minds/alga-psa-ee:4f2c91d",
    "ghcr.io/nine-minds/email-service:2222bbb",
    "ghcr.io/nine-minds/temporal-worker:3333ccc",
    "ghcr.io/nine-minds/workflow-worker:9be1f02",
    "node:20-alpine",
    "redis",
  ]);
});

/** Tags that {@link pushSampleRelease} of 1.4.0 has pushed. */
const sampleImages = {
  algaCore: "1.4.0",
  workflowWorker: "1.4.0",
  emailService: "1.4.0",
  temporalWorker: "1.4.0",
};

/** A release that installs another version of one chart; gives its own version. */
async function pushWithChart(url: string, chart: string, chartVersion: string): Promise<string> {
  const { manifest, artifacts } = await buildSampleRelease(url, { version: "1.4.2", images: sampleImages });
  const bundle = artifacts.at(-2) as OciArtifact;
  const charts = { ...manifest.charts, [chart]: chartVersion };
  const { renderTopology, readTopology } = await import("../../tools/release/topology.ts");
  const { fluxArtifact } = await import("../../tools/release/flux_artifact.ts");
  const files = renderTopology(await readTopology(new URL("../../flux", import.meta.url).pathname), {
    version: "1.4.2",
    profile: "single-node",
    charts,
    chartRepository: { url: `oci://${new URL(url).host}/nine-minds/charts`, insecure: true },
  });
  const changed = await fluxArtifact(bundle.place, files, {
    commit: "0".repeat(40),
    createdAt: "2026-01-01T00:00:00Z",
  });
  await push(url, [
    changed,
    pointerArtifact("1.4.2", { ...manifest, charts, config: { ...manifest.config, digest: changed.digest } }),
  ]);
  return "1.4.2";
}
