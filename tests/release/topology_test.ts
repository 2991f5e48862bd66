import assert from "node:assert/strict";
import { parse } from "yaml";
import { HELM_RELEASES, valuesKey } from "../../agent/product/helm_releases.ts";
import { SOURCE_NAME, sourceObjects } from "../../flux/source_objects.ts";
import { type Files, readFolder } from "../../tools/release/pack_files.ts";
import {
  objectsOf,
  profileValues,
  readTopology,
  renderTopology,
  type TopologyObject,
} from "../../tools/release/topology.ts";

const flux = new URL("../../flux", import.meta.url).pathname;
const PROFILES = ["single-node", "ha-3node"] as const;
const images = { algaCore: "aaa", workflowWorker: "bbb", emailService: "ccc", temporalWorker: "ddd" };
const charts = Object.fromEntries(
  ["sebastian", "pgbouncer", "temporal", "email-service", "workflow-worker", "temporal-worker"].map((
    it,
  ) => [it, "1.2.3"]),
);
const source = await readTopology(flux);

function render(profile: string): Files {
  return renderTopology(source, {
    version: "1.5.0",
    profile,
    charts,
    chartRepository: { url: "oci://ghcr.io/nine-minds/charts", insecure: false },
  });
}

/** What kustomize makes of a folder: its resources, files and folders, in order. No patches are used here. */
function build(files: Files, dir: string): TopologyObject[] {
  const text = files[`${dir}/kustomization.yaml`];
  assert.ok(text !== undefined, `${dir} has no kustomization.yaml`);
  const kustomization = parse(text);
  assert.deepEqual(Object.keys(kustomization), ["apiVersion", "kind", "resources"]);
  return (kustomization.resources as string[]).flatMap((it) => {
    if (!it.endsWith(".yaml")) return build(files, `${dir}/${it}`);
    const path = `${dir}/${it}`;
    assert.ok(files[path] !== undefined, `${dir}/kustomization.yaml names ${it}, which is not there`);
    return objectsOf({ [path]: files[path] });
  });
}

function seconds(duration: string): number {
  const [, hours = "0", minutes = "0", rest = "0"] = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(duration) ??
    [];
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(rest);
}

const layersOf = (files: Files) => build(files, "base").filter((it) => it.kind === "Kustomization");
const releasesOf = (files: Files) =>
  objectsOf(files).filter((it) => it.kind === "HelmRelease").sort((a, b) =>
    a.metadata.name < b.metadata.name ? -1 : 1
  );
const releasesIn = (layer: TopologyObject) =>
  build(source, String(layer.spec.path).slice(2)).filter((it) => it.kind === "HelmRelease");
const dependsOn = (it: TopologyObject): string[] =>
  ((it.spec.dependsOn ?? []) as { name: string }[]).map((d) => d.name);

/** Names in an order in which each comes after what it depends on. @throws for a missing name or a circle. */
function order(objects: readonly TopologyObject[]): string[] {
  const done: string[] = [];
  const waiting = new Set<string>();
  const visit = (name: string) => {
    if (done.includes(name)) return;
    const object = objects.find((it) => it.metadata.name === name);
    assert.ok(object, `"${name}" is depended on and does not exist`);
    assert.ok(!waiting.has(name), `"${name}" depends on itself`);
    waiting.add(name);
    dependsOn(object).forEach(visit);
    done.push(name);
  };
  objects.forEach((it) => visit(it.metadata.name));
  return done;
}

for (const profile of PROFILES) {
  Deno.test(`${profile}: the path that the agent applies builds, and each layer's path does`, () => {
    const files = render(profile);
    const path = String(sourceObjects({ repository: "ghcr.io/x/y", digest: "" }, {})[1]?.spec.path);
    assert.equal(path, "./base");
    assert.deepEqual(build(files, "base").map((it) => `${it.kind}/${it.metadata.name}`), [
      "Namespace/msp",
      "Namespace/alga-system",
      "Namespace/appliance-system",
      "HelmRepository/alga-charts",
      "Kustomization/alga-platform",
      "Kustomization/alga-core",
      "Kustomization/alga-background",
    ]);
    const built = layersOf(files).map((it) => build(files, String(it.spec.path).replace("./", "")));
    assert.deepEqual(built.map((objects) => objects.map((it) => it.metadata.name)), [
      ["appliance-topology"],
      ["alga-core", "pgbouncer"],
      ["temporal", "email-service", "workflow-worker", "temporal-worker"],
    ]);
  });

  Deno.test(`${profile}: every HelmRelease reads the ConfigMap and the key that the agent writes`, () => {
    for (const { metadata, spec } of releasesOf(render(profile))) {
      assert.deepEqual(spec.valuesFrom, [{
        kind: "ConfigMap",
        name: `appliance-values-${metadata.name}`,
        valuesKey: valuesKey(metadata.name as typeof HELM_RELEASES[number], profile),
      }]);
      assert.equal(metadata.namespace, "alga-system");
      assert.equal(spec.chart.spec.version, "1.2.3");
    }
  });

  Deno.test(`${profile}: values exist for every release, parse, and carry the release's tags`, () => {
    const values = profileValues(source, profile, images);
    assert.deepEqual(Object.keys(values).sort(), HELM_RELEASES.map((it) => valuesKey(it, profile)).sort());
    const of = (release: typeof HELM_RELEASES[number]) => parse(values[valuesKey(release, profile)] ?? "");
    assert.equal(of("alga-core").server.image.tag, "aaa");
    assert.equal(of("alga-core").setup.image.tag, "aaa");
    assert.equal(of("workflow-worker").image.tag, "bbb");
    assert.equal(of("email-service").image.tag, "ccc");
    assert.equal(of("temporal-worker").image.tag, "ddd");
    assert.equal(of("alga-core").bootstrap.mode, "recover");
    assert.doesNotMatch(Object.values(values).join(), /tag: (unset|latest)/);
  });

  Deno.test(`${profile}: an image that we choose is named by digest`, () => {
    const text = Object.values(profileValues(source, profile, images)).join("\n");
    const ours = [
      ...text.matchAll(
        /(?:repository|name): (?!ghcr\.io\/nine-minds)(\S+\/\S+)\n\s+tag: (\S+)(?:\n\s+digest: (\S+))?/g,
      ),
    ];
    assert.deepEqual(ours.map((it) => it[1]).sort(), [
      "docker.io/edoburu/pgbouncer",
      "docker.io/library/redis",
      "pgvector/pgvector",
      "pgvector/pgvector",
    ]);
    for (const [, name, tag, digest = ""] of ours) {
      // In one of the two, and never in both: a chart would write it twice.
      assert.equal(`${tag} ${digest}`.match(/sha256:[0-9a-f]{64}/g)?.length, 1, `${name}`);
    }
  });

  Deno.test(`${profile}: the database's only copy and the application's stay single`, () => {
    const core = parse(profileValues(source, profile, images)[valuesKey("alga-core", profile)] ?? "");
    assert.equal(core.server.replicaCount, 1);
    assert.equal(core.db.persistence.storageClass, "local-path");
  });
}

Deno.test("ha-3node: email-service runs on the node of alga-core, whose folder it reads", async () => {
  const email = parse(
    profileValues(source, "ha-3node", images)[valuesKey("email-service", "ha-3node")] ?? "",
  );
  assert.equal(email.sharedTenantSecrets.enabled, true);
  const terms = email.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution;
  assert.deepEqual(terms, [{
    topologyKey: "kubernetes.io/hostname",
    labelSelector: {
      matchLabels: {
        "app.kubernetes.io/name": "sebastian",
        "app.kubernetes.io/instance": "alga-core",
        "app.kubernetes.io/component": "main",
      },
    },
  }]);
  // A chart that does not read the key would leave it where it likes.
  const chart = await readFolder(new URL("../charts/email-service", import.meta.url).pathname);
  assert.match(chart["templates/workload.yaml"] ?? "", /with \.Values\.affinity/);
});

Deno.test("a bundle holds one profile, and says which release and profile it is", () => {
  const files = render("ha-3node");
  assert.ok(Object.keys(files).every((it) => !it.includes("single-node")));
  assert.ok(!Object.values(files).join().includes("single-node.yaml"));
  const topology = objectsOf(files).find((it) => it.metadata.name === "appliance-topology");
  assert.deepEqual(topology?.data, { releaseVersion: "1.5.0", profile: "ha-3node" });
});

Deno.test("layers depend on each other in one order, and core never on background", () => {
  const layers = layersOf(source);
  assert.deepEqual(order(layers), ["alga-platform", "alga-core", "alga-background"]);
  for (const { metadata, spec } of layers) {
    assert.equal(metadata.namespace, "flux-system");
    assert.deepEqual(spec.sourceRef, { kind: "OCIRepository", name: SOURCE_NAME });
    assert.equal(spec.wait, true);
  }
});

Deno.test("order() names a missing dependency and a circle", () => {
  const layer = (name: string, ...needs: string[]): TopologyObject => ({
    apiVersion: "v1",
    kind: "Kustomization",
    metadata: { name },
    spec: { dependsOn: needs.map((it) => ({ name: it })) },
  });
  assert.throws(() => order([layer("a", "b")]), /"b" is depended on and does not exist/);
  assert.throws(() => order([layer("a", "b"), layer("b", "a")]), /depends on itself/);
});

Deno.test("releases depend on releases that exist; those of core on core alone", () => {
  const releases = releasesOf(source);
  assert.equal(order(releases).length, HELM_RELEASES.length);
  const core = build(source, "base/core").map((it) => it.metadata.name);
  for (const it of build(source, "base/core")) {
    assert.ok(dependsOn(it).every((name) => core.includes(name)), it.metadata.name);
  }
});

Deno.test("no failed release is rolled back, uninstalled or tried again by Flux itself", () => {
  for (const { metadata, spec } of releasesOf(source)) {
    for (const action of [spec.install, spec.upgrade]) {
      assert.deepEqual(action.remediation, { retries: 0, remediateLastFailure: false }, metadata.name);
      assert.equal(action.strategy, undefined);
    }
  }
});

Deno.test("alga-core is ready once applied: its bootstrap waits for Temporal, which waits for it", () => {
  for (const { metadata, spec } of releasesOf(source)) {
    const expected = metadata.name === "alga-core" ? true : undefined;
    assert.equal(spec.install.disableWait, expected, metadata.name);
    assert.equal(spec.upgrade.disableWait, expected, metadata.name);
  }
});

/** Images that a release pulls, unless they are there; its own application first. */
const PULLED: Record<string, readonly string[]> = {
  "alga-core": ["alga-psa-ee", "pgvector", "redis", "busybox"],
  pgbouncer: ["pgbouncer"],
  temporal: ["auto-setup", "ui"],
  "email-service": ["email-service", "pgvector"],
  "workflow-worker": ["workflow-worker"],
  "temporal-worker": ["temporal-worker"],
};

Deno.test("one image of 20 minutes fits behind the small ones of its layer: rollout, then release", () => {
  const slowSec = 20 * 60;
  const smallSec = 60;
  const startSec = 300;
  for (const layer of layersOf(source)) {
    const releases = releasesIn(layer);
    // The kubelet pulls one image after the other, whoever asks.
    const queue = new Set(releases.flatMap(({ metadata }) => PULLED[metadata.name] ?? []));
    for (const { metadata, spec } of releases) {
      const { name } = metadata;
      const timeoutSec = seconds(spec.timeout);
      const needSec = slowSec + (queue.size - 1) * smallSec + startSec;
      assert.ok(timeoutSec >= needSec, `${name}: ${queue.size} images need ${needSec} s`);
      const patches: { patch: string }[] = spec.postRenderers?.[0].kustomize.patches ?? [];
      const texts = [
        ...patches.map((it) => it.patch),
        source[`profiles/single-node/values/${name}.single-node.yaml`],
      ];
      const deadline = /progressDeadlineSeconds: (\d+)/.exec(texts.join("\n"));
      assert.equal(Number(deadline?.[1]), timeoutSec, `${name}: Kubernetes' ten minutes would end it early`);
    }
  }
});

Deno.test("a layer does not give up before the releases that wait for each other in it", () => {
  for (const layer of layersOf(source)) {
    const releases = releasesIn(layer);
    const longestSec = (it: TopologyObject): number => {
      // Without waiting it is over as soon as it is applied.
      const ownSec = it.spec.install.disableWait ? 0 : seconds(it.spec.timeout);
      const before = releases.filter((other) => dependsOn(it).includes(other.metadata.name));
      return ownSec + Math.max(0, ...before.map(longestSec));
    };
    const needSec = Math.max(0, ...releases.map(longestSec));
    assert.ok(seconds(layer.spec.timeout) > needSec, `${layer.metadata.name} needs ${needSec} s`);
  }
});

Deno.test("service links are off where they collided: Temporal's workloads and PgBouncer", async () => {
  const temporal = releasesOf(source).find((it) => it.metadata.name === "temporal");
  const patches = temporal?.spec.postRenderers[0].kustomize.patches as {
    target: { kind: string };
    patch: string;
  }[];
  assert.deepEqual(patches.map((it) => it.target), [{ kind: "Deployment" }, { kind: "Job" }]);
  for (const { target, patch } of patches) {
    const object = parse(patch);
    assert.equal(object.kind, target.kind);
    assert.equal(object.spec.template.spec.enableServiceLinks, false);
  }
  const chart = await readFolder(`${flux}/charts/pgbouncer`);
  assert.match(chart["templates/deployment.yaml"] ?? "", /^ {6}enableServiceLinks: false$/m);
});

Deno.test("nothing of the topology is the agent's own work, and no status pod is in it", () => {
  const objects = objectsOf(source);
  assert.ok(!objects.some((it) => it.metadata.name === "appliance-status"));
  assert.deepEqual(objects.filter((it) => it.kind === "ConfigMap").map((it) => it.metadata.name), [
    "appliance-topology",
  ]);
  assert.ok(!objects.some((it) => ["Secret", "OCIRepository", "Deployment"].includes(it.kind)));
});

Deno.test("namespaces hold customer data: Flux never prunes them", () => {
  const namespaces = objectsOf(source).filter((it) => it.kind === "Namespace");
  assert.equal(namespaces.length, 3);
  for (const { metadata } of namespaces) {
    assert.deepEqual(metadata.annotations, { "kustomize.toolkit.fluxcd.io/prune": "disabled" });
  }
});

Deno.test("renderTopology() refuses a chart without a version and names it", () => {
  const { sebastian: _, ...others } = charts;
  assert.throws(
    () =>
      renderTopology(source, {
        version: "1",
        profile: "single-node",
        charts: others,
        chartRepository: { url: "oci://ghcr.io/nine-minds/charts", insecure: false },
      }),
    /No version is known for the chart "sebastian"/,
  );
});

Deno.test("renderTopology() writes another chart repository, and that it is plain HTTP", () => {
  const files = renderTopology(source, {
    version: "1",
    profile: "single-node",
    charts,
    chartRepository: { url: "oci://registry.test:5000/charts", insecure: true },
  });
  const repository = objectsOf(files).find((it) => it.kind === "HelmRepository");
  assert.equal(repository?.spec.url, "oci://registry.test:5000/charts");
  assert.equal(repository?.spec.insecure, true);
  assert.equal(
    objectsOf(render("single-node")).find((it) => it.kind === "HelmRepository")?.spec.insecure,
    undefined,
  );
});

Deno.test("no file of the topology lies unused, and every one is YAML without surprises", () => {
  const used = new Set<string>();
  const walk = (dir: string) => {
    used.add(`${dir}/kustomization.yaml`);
    for (const it of parse(source[`${dir}/kustomization.yaml`] ?? "").resources) used.add(`${dir}/${it}`);
  };
  ["base", "base/platform", "base/core", "base/background"].forEach(walk);
  for (const path of Object.keys(source)) {
    if (path.startsWith("base/")) assert.ok(used.has(path), `${path} is in no kustomization.yaml`);
    else {
      const profile = PROFILES.find((it) => path.startsWith(`profiles/${it}/values/`));
      assert.ok(profile && HELM_RELEASES.some((it) => path.endsWith(`/${valuesKey(it, profile)}`)), path);
    }
  }
});
