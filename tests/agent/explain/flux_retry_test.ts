import assert from "node:assert/strict";
import type { KubeObject } from "../../../k8s/client/kube_client.ts";
import { fluxRule } from "../../../agent/explain/rules/flux.ts";
import { evaluate } from "../../../agent/status/evaluate.ts";
import { makeFacts } from "../../../agent/facts/facts.ts";
import { Random } from "../../fakes/random.ts";
import { ago, event, flux, healthyCluster, notReady, NOW_MS, ready, snapshotOf } from "../status/objects.ts";

/** Texts as recorded: testdata/recorded/flux-*.json. */
const NO_KIND = 'Widget/msp/one dry-run failed: no matches for kind "Widget" in version "site.test/v1"';
const UNHEALTHY =
  "health check failed after 30m0s: timeout waiting for: [Deployment/msp/x status: 'InProgress']";
const REFUSED =
  "Helm install failed for release msp/email-service: execution error: Refusing to generate db-credentials";
const NO_CHART =
  "HelmChart 'flux-system/alga-system-email-service' is not ready: latest generation of object has not been reconciled";

/** Blockers when these stand in the place of the healthy ones. */
function explained(objects: KubeObject[], events: KubeObject[] = []) {
  const cluster = healthyCluster();
  const isGiven = (it: KubeObject) =>
    objects.some((other) => other.kind === it.kind && other.metadata.name === it.metadata.name);
  cluster.flux = [...cluster.flux.filter((it) => !isGiven(it)), ...objects];
  cluster.events = events;
  return evaluate(snapshotOf(cluster), NOW_MS).topBlockers.filter((it) =>
    it.id.startsWith("flux.") || it.id === "app.db-auth"
  );
}

const told = (...given: Parameters<typeof explained>) => explained(...given).map((it) => it.id);

const progressing = (secondsAgo: number) =>
  notReady("Progressing", "Reconciliation in progress", {
    status: "Unknown",
    lastTransitionTime: ago(secondsAgo),
  });
const part = (secondsAgo: number) => flux("Kustomization", "alga-background", [progressing(secondsAgo)]);
const failed = (reason: string, message: string, secondsAgo: number) =>
  event(part(0), reason, message, { secondsAgo, firstSecAgo: secondsAgo + 600, count: 9 });

Deno.test("a part of a release that is tried again keeps its failure while the try may still fail the same way", () => {
  assert.deepEqual(told([part(5)], [failed("ReconciliationFailed", NO_KIND, 20)]), ["flux.crd-missing"]);
  assert.deepEqual(told([part(90)], [failed("ReconciliationFailed", NO_KIND, 120)]), [], "it got further");
  assert.deepEqual(told([part(5)]), [], "nothing failed before");
  const good = event(part(0), "ReconciliationSucceeded", "ok", { type: "Normal", secondsAgo: 10 });
  assert.deepEqual(
    told([part(5)], [failed("ReconciliationFailed", NO_KIND, 20), good]),
    [],
    "it was well since",
  );
});

Deno.test("a failed health check stands until it is over, or another release is there", () => {
  const events = [failed("HealthCheckFailed", UNHEALTHY, 700)];
  assert.deepEqual(told([part(600)], events), ["flux.health-check"]);
  const artifact = { ...ready("stored artifact"), type: "ArtifactInStorage", lastTransitionTime: ago(650) };
  const source = flux("OCIRepository", "alga-appliance", [ready(), artifact]);
  assert.deepEqual(told([part(600), source], events), []);
  assert.deepEqual(told([part(5)], [failed("HealthCheckCanceled", "new revision", 10)]), []);
});

Deno.test("a failure that is long over is not a failure of a new try, although a success leaves no event", () => {
  const events = [failed("HealthCheckFailed", UNHEALTHY, 700)];
  const at = (lastReconciledStatus: string, secondsAgo: number) => ({
    lastReconciled: ago(secondsAgo),
    lastReconciledStatus,
  });
  const withHistory = (...history: unknown[]) => {
    const object = part(600);
    return { ...object, status: { ...object.status, history } };
  };
  const good = at("ReconciliationSucceeded", 300);
  const bad = at("HealthCheckFailed", 700);
  assert.deepEqual(told([withHistory(bad, good)], events), []);
  assert.deepEqual(told([withHistory(good, at("HealthCheckFailed", 100))], events), ["flux.health-check"]);
});

Deno.test("a health check that was cut short is not a failure while Flux looks again, and told in its own words when it stays so", () => {
  const words = "failed to update status: timed out waiting for the condition";
  for (const reason of ["HealthCheckFailed", "Progressing", "ReconciliationFailed"]) {
    assert.deepEqual(told([part(5)], [failed(reason, words, 5)]), [], reason);
  }
  const before = failed("ReconciliationFailed", NO_KIND, 20);
  assert.deepEqual(told([part(5)], [before, failed("Progressing", words, 5)]), ["flux.crd-missing"]);
  const since = (secondsAgo: number) =>
    flux("Kustomization", "alga-core", [
      notReady("HealthCheckFailed", words, { lastTransitionTime: ago(secondsAgo) }),
    ]);
  assert.deepEqual(told([since(590)]), []);
  assert.deepEqual(told([since(610)]), ["flux.health-check"]);
  assert.equal(
    explained([since(610)])[0]?.reason,
    "The installer could not look to the end. The details quote what was said.",
  );
  assert.ok(explained([since(610)])[0]?.evidence.some((it) => it.text === words));
});

Deno.test("a source that is fetched again keeps its failure while that may still fail the same way", () => {
  const looks =
    "building artifact: new revision 'sha256:00' for 'ghcr.io/nine-minds/alga-appliance-config@sha256:00'";
  const source = (secondsAgo: number) =>
    flux("OCIRepository", "alga-appliance", [
      notReady("Progressing", looks, { status: "Unknown", lastTransitionTime: ago(secondsAgo) }),
    ]);
  const gone = "failed to determine artifact digest: MANIFEST_UNKNOWN: manifest unknown; unknown manifest";
  const failedBefore = event(source(0), "OCIArtifactPullFailed", gone, { secondsAgo: 8 });
  assert.deepEqual(told([source(3)], [failedBefore]), ["flux.source-notfound"]);
  assert.deepEqual(told([source(90)], [failedBefore]), [], "it got further");
  assert.deepEqual(told([source(3)]), [], "nothing failed before");
});

Deno.test("a health check that waits for parts of Flux alone is over once they are ready", () => {
  const waits = (name: string) =>
    `health check failed after 5m0s: timeout waiting for: [Kustomization/flux-system/${name} status: 'InProgress']`;
  const events = (name: string) => [failed("HealthCheckFailed", waits(name), 700)];
  assert.deepEqual(told([part(600)], events("alga-core")), []);
  assert.deepEqual(told([part(600)], events("alga-nowhere")), ["flux.health-check"]);
  assert.deepEqual(told([part(5)], events("alga-core")), [], "a new try will find them");
});

Deno.test("a failed health check is over before Flux looks again, when the release that it waited for is ready", () => {
  const waited = (name: string) =>
    flux("Kustomization", "alga-background", [
      notReady(
        "HealthCheckFailed",
        `health check failed after 21s: failed early due to stalled resources: [HelmRelease/alga-system/${name} status: 'Failed']`,
      ),
    ]);
  assert.deepEqual(told([waited("email-service")]), []);
  assert.deepEqual(told([waited("nowhere")]), ["flux.health-check"]);
});

/** What is told when alga-appliance waited in vain for these, and they are so. */
function toldWaitingFor(objects: KubeObject[], events: KubeObject[] = [], list?: string): string[] {
  const names = objects.map((it) =>
    `${it.kind}/${it.metadata.namespace}/${it.metadata.name} status: 'InProgress'`
  );
  const waited = flux("Kustomization", "alga-appliance", [
    notReady(
      "HealthCheckFailed",
      `health check failed after 5m0s: timeout waiting for: ${list ?? `[${names.join(", ")}]`}`,
    ),
  ]);
  return told([waited, ...objects], events);
}
const lookedAt = (name: string, secondsAgo: number) => flux("Kustomization", name, [progressing(secondsAgo)]);
const waitedFor = (waiting: KubeObject, awaited: string) =>
  event(waiting, "HealthCheckFailed", `health check failed after 5m0s: timeout waiting for: [${awaited}]`, {
    secondsAgo: 100,
    firstSecAgo: 700,
  });
const core = lookedAt("alga-core", 90);

Deno.test("a health check that waited for parts of Flux is not a failure while they are looked at again and nothing is wrong with them", () => {
  assert.deepEqual(toldWaitingFor([core]), []);
  const release = "HelmRelease/alga-system/email-service status: 'InProgress'";
  assert.deepEqual(toldWaitingFor([core], [waitedFor(core, release)]), [], "its own wait is over");
  const failed = event(core, "ReconciliationFailed", "etcdserver: leader changed", { secondsAgo: 120 });
  assert.deepEqual(toldWaitingFor([core], [failed]), [], "it got further");
  const installing = flux("HelmRelease", "email-service", [progressing(200)]);
  assert.deepEqual(toldWaitingFor([installing]), []);
  const next = flux("Kustomization", "alga-background", [
    notReady("DependencyNotReady", "dependency 'flux-system/alga-core' is not ready"),
  ]);
  assert.deepEqual(toldWaitingFor([core, next]), [], "one waits for the other");
});

Deno.test("a health check that waited for parts of Flux is told when one of them is at work for ever", () => {
  const both = ["flux.health-check", "flux.not-ready"];
  assert.deepEqual(toldWaitingFor([lookedAt("alga-core", 46 * 60)]).toSorted(), both);
  const installing = flux("HelmRelease", "email-service", [progressing(46 * 60)]);
  assert.deepEqual(toldWaitingFor([installing]).toSorted(), both);
  const release = "HelmRelease/alga-system/email-service status: 'InProgress'";
  assert.ok(toldWaitingFor([core, installing], [waitedFor(core, release)]).includes("flux.health-check"));
});

const IN_VAIN: [why: string, objects: KubeObject[], events?: KubeObject[], list?: string][] = [
  ["one of them failed", [flux("Kustomization", "alga-core", [notReady("PruneFailed", "no")])]],
  ["one of them has no state", [flux("Kustomization", "alga-core", [])]],
  ["one of them is paused", [flux("Kustomization", "alga-core", [progressing(90)], { suspend: true })]],
  ["one of them waits for a pod", [core], [waitedFor(core, "Deployment/msp/x status: 'InProgress'")]],
  [
    "they wait for each other",
    [core],
    [waitedFor(core, "Kustomization/flux-system/alga-appliance status: 'InProgress'")],
  ],
  [
    "it waited for something else, too",
    [core],
    [],
    "[Kustomization/flux-system/alga-core status: 'InProgress', Deployment/msp/x status: 'InProgress']",
  ],
  [
    "its words were cut off",
    [],
    [],
    "[Kustomization/flux-system/alga-core status: 'InProgress', Deployment/msp/x stat…",
  ],
  ["another namespace is meant", [], [], "[Kustomization/site/alga-core status: 'InProgress']"],
];
for (const [why, objects, events, list] of IN_VAIN) {
  Deno.test(`a health check that waited for parts of Flux is told when ${why}`, () => {
    assert.ok(toldWaitingFor(objects, events, list).includes("flux.health-check"));
  });
}

Deno.test("a health check is judged whatever it says it waited for, and whoever waits for whom (fuzz)", () => {
  const random = new Random(23);
  const names = ["alga-appliance", "alga-platform", "alga-core", "alga-background", "email-service", "x"];
  const entry = () =>
    `${random.pick(["Kustomization/flux-system", "HelmRelease/alga-system", "Deployment/msp"])}/${
      random.pick(names)
    } status: 'InProgress'`;
  const list = () => Array.from({ length: random.below(8) }, entry).join(", ");
  for (let round = 0; round < 300; round++) {
    const parts = names.slice(0, 4).map((it) => lookedAt(it, random.below(4_000)));
    const events = parts.map((it) => waitedFor(it, random.below(3) === 0 ? random.mutate(list()) : list()));
    const facts = makeFacts(snapshotOf({ ...healthyCluster(), flux: parts, events }), NOW_MS);
    for (const it of fluxRule.find(facts)) assert.equal(it.id, "flux.health-check");
  }
});

Deno.test("a Helm release that is tried again keeps its failure for a minute", () => {
  const release = (secondsAgo: number) =>
    flux("HelmRelease", "email-service", [
      progressing(secondsAgo),
      { ...notReady("InstallFailed", REFUSED), type: "Released" },
    ]);
  assert.deepEqual(told([release(5)]), ["app.db-auth"]);
  assert.deepEqual(told([release(90)]), []);
});

Deno.test("a chart that cannot be fetched is told by the chart's own event, one that is on its way not at all", () => {
  const release = (secondsAgo: number) =>
    flux("HelmRelease", "email-service", [
      notReady("SourceNotReady", NO_CHART, { lastTransitionTime: ago(secondsAgo) }),
    ]);
  const chart = {
    kind: "HelmChart",
    metadata: { namespace: "flux-system", name: "alga-system-email-service" },
  };
  const missing = event(
    chart,
    "ChartPullError",
    "chart pull error: failed to get 'oci://r.test/part:1.0.0': not found",
  );
  assert.deepEqual(told([release(5)], [missing]), ["flux.source-notfound"]);
  assert.deepEqual(told([release(5)]), []);
  assert.deepEqual(told([release(300)]), ["flux.source-failed"]);
});
