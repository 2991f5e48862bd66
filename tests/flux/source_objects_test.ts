import assert from "node:assert/strict";
import { parseAllDocuments } from "yaml";
import { sourceObjects } from "../../flux/source_objects.ts";
import type { KubeObject } from "../../k8s/client/kube_client.ts";

const DIGEST = `sha256:${"1".repeat(64)}`;
const CONFIG = { repository: "ghcr.io/nine-minds/alga-appliance-config", digest: DIGEST };

const specOf = (mirrors: Record<string, string>, repository = CONFIG.repository) =>
  sourceObjects({ repository, digest: DIGEST }, mirrors)[0].spec;

Deno.test("sourceObjects() names the bundle by digest, never by a tag", () => {
  assert.deepEqual(specOf({}), {
    interval: "1m0s",
    url: "oci://ghcr.io/nine-minds/alga-appliance-config",
    ref: { digest: DIGEST },
  });
});

Deno.test("sourceObjects() writes a mirror into the address; only a plain one is insecure", () => {
  assert.deepEqual(specOf({ "ghcr.io": "http://192.0.2.9:5000" }), {
    interval: "1m0s",
    url: "oci://192.0.2.9:5000/nine-minds/alga-appliance-config",
    ref: { digest: DIGEST },
    insecure: true,
  });
  const secure = specOf({ "ghcr.io": "https://mirror.example" });
  assert.equal(secure.url, "oci://mirror.example/nine-minds/alga-appliance-config");
  assert.ok(!("insecure" in secure));
  assert.equal(specOf({ "docker.io": "http://192.0.2.9" }).url, specOf({}).url, "another registry's mirror");
  assert.equal(specOf({}, "localhost:5000/a/b").url, "oci://localhost:5000/a/b");
});

Deno.test("sourceObjects() lets Flux apply ./base of that source and take away what is gone", () => {
  const [source, kustomization] = sourceObjects(CONFIG, {});
  assert.deepEqual(kustomization.spec, {
    interval: "5m0s",
    path: "./base",
    prune: true,
    sourceRef: { kind: source.kind, name: source.metadata.name },
  });
  for (const it of [source, kustomization]) {
    assert.deepEqual(it.metadata, { name: "alga-appliance", namespace: "flux-system" });
  }
});

Deno.test("sourceObjects() sends Flux to the mirror for charts too, and only then", () => {
  const patches = (mirrors: Record<string, string>) => sourceObjects(CONFIG, mirrors)[1].spec.patches;
  assert.equal(patches({}), undefined);
  assert.equal(patches({ "docker.io": "http://192.0.2.9" }), undefined);
  const [plain] = patches({ "ghcr.io": "http://192.0.2.9:5000" });
  assert.deepEqual(plain.target, { kind: "HelmRepository", name: "alga-charts" });
  assert.deepEqual(JSON.parse(plain.patch), [
    { op: "replace", path: "/spec/url", value: "oci://192.0.2.9:5000/nine-minds/charts" },
    { op: "add", path: "/spec/insecure", value: true },
  ]);
  const [secure] = patches({ "ghcr.io": "https://mirror.example" });
  assert.deepEqual(JSON.parse(secure.patch).length, 1);
});

Deno.test("sourceObjects() keeps the path of a mirror, and names the login only for the host that is asked", () => {
  const mirrors = { "ghcr.io": "https://mirror.example/ghcr-remote" };
  const [source, kustomization] = sourceObjects(CONFIG, mirrors, {
    hasLogin: (host) => host === "mirror.example",
  });
  assert.equal(source.spec.url, "oci://mirror.example/ghcr-remote/nine-minds/alga-appliance-config");
  assert.deepEqual(source.spec.secretRef, { name: "alga-registry-login" });
  assert.deepEqual(JSON.parse(kustomization.spec.patches[0].patch), [
    { op: "replace", path: "/spec/url", value: "oci://mirror.example/ghcr-remote/nine-minds/charts" },
    { op: "add", path: "/spec/secretRef", value: { name: "alga-registry-login" } },
  ]);
  assert.equal(
    sourceObjects(CONFIG, mirrors, { hasLogin: (host) => host === "ghcr.io" })[0].spec.secretRef,
    undefined,
  );
  const [own, ownCharts] = sourceObjects(CONFIG, {}, { hasLogin: (host) => host === "ghcr.io" });
  assert.deepEqual(own.spec.secretRef, { name: "alga-registry-login" });
  assert.deepEqual(JSON.parse(ownCharts.spec.patches[0].patch).map((it: { path: string }) => it.path), [
    "/spec/secretRef",
  ]);
});

Deno.test("sourceObjects() lets Flux verify the bundle by the agent's keys, where it is signed by one", () => {
  const [{ spec }] = sourceObjects(CONFIG, {}, { isSigned: true });
  assert.deepEqual(spec.verify, { provider: "cosign", secretRef: { name: "alga-release-keys" } });
  assert.ok(!("verify" in sourceObjects(CONFIG, {})[0].spec));
});

const definitions = await Deno.readTextFile(new URL("../../flux/flux-crds.yaml", import.meta.url))
  .catch(() => undefined);

Deno.test({
  name: "sourceObjects() are valid by Flux's own definitions (needs `deno task crds`)",
  ignore: definitions === undefined,
  fn() {
    const crds = parseAllDocuments(definitions ?? "").map((it) => it.toJS() as KubeObject);
    for (const mirrors of [{}, { "ghcr.io": "http://192.0.2.9:5000" }]) {
      for (const it of sourceObjects(CONFIG, mirrors)) {
        assert.deepEqual(problems(it, schemaFor(crds, it)), []);
        assert.notDeepEqual(
          problems({ ...it, spec: { ...it.spec, unknownField: 1 } }, schemaFor(crds, it)),
          [],
        );
        assert.notDeepEqual(problems({ ...it, spec: {} }, schemaFor(crds, it)), []);
      }
    }
    const [source] = sourceObjects({ ...CONFIG, digest: DIGEST }, {});
    const wrong = { ...source, spec: { ...source.spec, url: "https://ghcr.io/x", interval: 60 } };
    assert.equal(problems(wrong, schemaFor(crds, source)).length, 2);
  },
});

interface Schema {
  items?: Schema;
  type?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  pattern?: string;
  enum?: unknown[];
}

function schemaFor(crds: readonly KubeObject[], object: KubeObject): Schema {
  const [group, version] = object.apiVersion?.split("/") ?? [];
  const crd = crds.find((it) => it.spec.group === group && it.spec.names.kind === object.kind);
  const served = crd?.spec.versions.find((it: { name: string; served: boolean }) =>
    it.name === version && it.served
  );
  assert.ok(served, `${object.apiVersion} ${object.kind} is served`);
  return served.schema.openAPIV3Schema;
}

/** As much of OpenAPI as our objects use. */
function problems(value: unknown, schema: Schema, path = ""): string[] {
  if (path === ".metadata") return [];
  if (schema.enum && !schema.enum.includes(value)) return [`${path} is none of ${schema.enum}`];
  const type = value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
  if (schema.type && schema.type !== type) return [`${path} is ${type}, not ${schema.type}`];
  if (schema.pattern && !new RegExp(schema.pattern).test(String(value))) {
    return [`${path} is not ${schema.pattern}`];
  }
  const { items } = schema;
  if (Array.isArray(value) && items) return value.flatMap((it, i) => problems(it, items, `${path}[${i}]`));
  if (!schema.properties) return [];
  const given = value as Record<string, unknown>;
  const missing = (schema.required ?? []).filter((it) => given[it] === undefined);
  return [
    ...missing.map((it) => `${path}.${it} is missing`),
    ...Object.entries(given).flatMap(([key, inner]) => {
      const inside = schema.properties?.[key];
      return inside ? problems(inner, inside, `${path}.${key}`) : [`${path}.${key} is unknown`];
    }),
  ];
}
