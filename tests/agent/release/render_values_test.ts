import assert from "node:assert/strict";
import { parse } from "yaml";
import { HELM_RELEASES, type HelmReleaseName, valuesKey } from "../../../agent/product/helm_releases.ts";
import { renderValues } from "../../../agent/release/render_values.ts";
import { Random } from "../../fakes/random.ts";
import { sampleReleaseManifest } from "../../simulator/sample_release.ts";

const URL = "https://psa.example.com:8443";

/** The text of one release after the published one was replaced. */
function rendered(release: HelmReleaseName, published: string, images = {}): string {
  const manifest = sampleReleaseManifest();
  manifest.images = { ...manifest.images, ...images };
  manifest.profileValues[valuesKey(release, "single-node")] = published;
  return renderValues(manifest, URL).find((it) => it.release === release)?.text ?? "";
}

Deno.test("renderValues() gives the six files under the keys that the bundle reads", () => {
  assert.deepEqual(renderValues(sampleReleaseManifest(), URL).map((it) => it.key), [
    "alga-core.single-node.yaml",
    "pgbouncer.single-node.yaml",
    "temporal.single-node.yaml",
    "email-service.single-node.yaml",
    "workflow-worker.single-node.yaml",
    "temporal-worker.single-node.yaml",
  ]);
});

Deno.test("renderValues() writes this appliance's values and keeps comments, order and unknown keys", () => {
  const published = `# Values of the core
namespace: msp # fixed
appUrl: https://alga.local
host: alga.local
domainSuffix: .local
bootstrap:
  mode: fresh # or recover
  # how long to wait
  waitTimeoutSeconds: 300
setup:
  image:
    name: ghcr.io/nine-minds/alga-psa-ee
    tag: placeholder
server:
  image: {name: ghcr.io/nine-minds/alga-psa-ee, tag: placeholder}
  newKey: [1, "two", {three: 3}]
licenseService:
  url: https://license.nineminds.com
`;
  assert.equal(
    rendered("alga-core", published),
    `# Values of the core
namespace: msp # fixed
appUrl: "https://psa.example.com:8443"
host: "psa.example.com"
domainSuffix: ""
bootstrap:
  mode: "recover" # or recover
  # how long to wait
  waitTimeoutSeconds: 300
setup:
  image:
    name: ghcr.io/nine-minds/alga-psa-ee
    tag: "4f2c91d"
server:
  image: { name: ghcr.io/nine-minds/alga-psa-ee, tag: "4f2c91d" }
  newKey: [ 1, "two", { three: 3 } ]
licenseService:
  url: https://license.nineminds.com
`,
  );
});

Deno.test("renderValues() edits exactly what each release's contract names", () => {
  const after = (release: HelmReleaseName) => parse(rendered(release, "kept: true\n"));
  assert.deepEqual(after("temporal-worker"), { kept: true, publicBaseUrl: URL, image: { tag: "3333ccc" } });
  assert.deepEqual(after("workflow-worker"), { kept: true, image: { tag: "9be1f02" } });
  assert.deepEqual(after("email-service"), { kept: true, image: { tag: "2222bbb" } });
});

Deno.test("renderValues() hands variables to the pods whose charts have a place for them, and keeps the published ones", () => {
  const manifest = sampleReleaseManifest();
  const key = valuesKey("workflow-worker", "single-node");
  manifest.profileValues[key] = `extraEnv:
  - name: HTTP_PROXY
    value: http://published.example
  - name: REDIS_PASSWORD # from the cluster
    valueFrom: {secretKeyRef: {name: redis-credentials, key: REDIS_PASSWORD}}
`;
  manifest.profileValues[valuesKey("temporal-worker", "single-node")] = "extraEnv:\n";
  const values = renderValues(manifest, URL, { HTTP_PROXY: "http://proxy.example:3128", NO_PROXY: ".svc" });
  const ours = [{ name: "HTTP_PROXY", value: "http://proxy.example:3128" }, {
    name: "NO_PROXY",
    value: ".svc",
  }];
  for (const { release, text } of values) {
    const { extraEnv } = parse(text) ?? {};
    switch (release) {
      case "workflow-worker":
        assert.match(text, /REDIS_PASSWORD # from the cluster/);
        assert.deepEqual(extraEnv.slice(1), ours);
        assert.equal(extraEnv[0].valueFrom.secretKeyRef.name, "redis-credentials");
        break;
      case "temporal-worker":
        assert.deepEqual(extraEnv, ours);
        break;
      default:
        assert.ok(!text.includes("proxy.example"), release);
    }
  }
  manifest.profileValues[key] = "extraEnv: {HTTP_PROXY: x}\n";
  assert.throws(
    () => renderValues(manifest, URL, { HTTP_PROXY: "http://proxy.example:3128" }),
    /"workflow-worker.single-node.yaml" cannot be edited/,
  );
});

Deno.test("renderValues() leaves what nobody edits byte for byte as it was published", () => {
  const published = "a:   1\n\n\nb: 'x'   # odd   spacing\n";
  assert.equal(rendered("pgbouncer", published), published);
  assert.equal(rendered("temporal", ""), "");
  assert.equal(rendered("email-service", published, { emailService: undefined }), published);
});

Deno.test("renderValues() makes keys that are missing, empty or null", () => {
  for (
    const published of [
      "",
      "# only a comment\n",
      "~\n",
      "server:\nsetup: ~\n",
      "server:\n  image:\n  # none\n",
    ]
  ) {
    const after = parse(rendered("alga-core", published));
    assert.equal(after.server.image.tag, "4f2c91d", published);
    assert.equal(after.setup.image.tag, "4f2c91d");
    assert.equal(after.bootstrap.mode, "recover");
  }
});

Deno.test("renderValues() writes tags as text, whatever they look like", () => {
  for (const tag of ["1e3", "0123", "true", "null", "1.10", "2026-11-21", "0b11", "1_000", "yes"]) {
    const text = rendered("workflow-worker", "image: {tag: x}\n", { workflowWorker: tag });
    assert.strictEqual(parse(text).image.tag, tag);
    assert.ok(text.includes(`"${tag}"`));
  }
});

Deno.test("renderValues() writes variables as text also to Helm, which reads YAML 1.1", () => {
  for (const value of ["0b11", "1_000", "yes", "2026-11-21", "0x1f"]) {
    const values = renderValues(sampleReleaseManifest(), URL, { MARK: value });
    const text = values.find((it) => it.release === "temporal-worker")?.text ?? "";
    assert.equal(parse(text, { version: "1.1" }).extraEnv.at(-1).value, value);
  }
});

Deno.test("renderValues() keeps the published tag where the release names none", () => {
  const after = parse(
    rendered("temporal-worker", "image: {tag: published}\n", { temporalWorker: undefined }),
  );
  assert.deepEqual(after, { image: { tag: "published" }, publicBaseUrl: URL });
});

Deno.test("renderValues() names the file that is not a YAML map, in every release", () => {
  const wrongs = [
    "- a\n- list\n",
    "only text\n",
    "a: [1,\n",
    "a: 1\na: 2\n",
    "a: b: c\n",
    "---\na: 1\n---\nb: 2\n",
  ];
  for (const release of HELM_RELEASES) {
    for (const published of wrongs) {
      assert.throws(() => rendered(release, published), {
        code: "VALUES_FAILED",
        message: `The release's values "${valuesKey(release, "single-node")}" cannot be edited`,
        retrySafe: false,
        hint: /Choose another release/,
      }, `${release}: ${JSON.stringify(published)}`);
    }
  }
});

Deno.test("renderValues() refuses a place where a text stands instead of a map, and aliases that multiply", () => {
  assert.throws(() => rendered("alga-core", "server: on\n"), { code: "VALUES_FAILED" });
  assert.throws(() => rendered("alga-core", "appUrl: &url x\nother: *url\n"), { code: "VALUES_FAILED" });
  const bomb = ["a: &a [x, x, x, x, x, x, x, x]"];
  for (let i = 98; i < 104; i++) {
    const [name, of] = [String.fromCharCode(i), String.fromCharCode(i - 1)];
    bomb.push(`${name}: &${name} [${Array(8).fill(`*${of}`).join(", ")}]`);
  }
  assert.throws(() => rendered("pgbouncer", `${bomb.join("\n")}\n`), { code: "VALUES_FAILED" });
});

Deno.test("renderValues() gives either a file with the right values or an error in words, whatever is published", () => {
  const random = new Random(11);
  const published = sampleReleaseManifest().profileValues["alga-core.single-node.yaml"] ?? "";
  let good = 0;
  for (let i = 0; i < 600; i++) {
    try {
      const after = parse(rendered("alga-core", random.mutate(published)));
      assert.deepEqual([after.appUrl, after.server.image.tag, after.bootstrap.mode], [
        URL,
        "4f2c91d",
        "recover",
      ]);
      good++;
    } catch (error) {
      assert.equal((error as { code?: string }).code, "VALUES_FAILED", `seed ${random.seed}, ${i}: ${error}`);
    }
  }
  assert.ok(good > 100 && good < 600, `${good} good`);
});
