import assert from "node:assert/strict";
import { type BlockerId, CAUSES } from "../../../agent/causes/cause.ts";
import { explain } from "../../../agent/explain/explain.ts";
import type { Finding } from "../../../agent/explain/finding.ts";
import { rankFindings } from "../../../agent/explain/rank.ts";
import { componentByName, COMPONENTS } from "../../../agent/product/components.ts";
import { makeFacts } from "../../../agent/facts/facts.ts";
import { TIER_IDS } from "../../../agent/product/tiers.ts";
import { Random } from "../../fakes/random.ts";
import {
  ago,
  broken,
  flux,
  notReady,
  NOW_MS,
  podOf,
  snapshotOf,
  stalled,
  waiting,
} from "../status/objects.ts";

const IDS = Object.keys(CAUSES) as BlockerId[];
const NOT_FOUND =
  'Back-off pulling image "R/busybox:nope": ErrImagePull: rpc error: code = NotFound desc = failed to pull and unpack image "R/busybox:nope": failed to resolve image: R/busybox:nope: not found';

function make(id: BlockerId, component: string, more: Partial<Finding> = {}): Finding {
  return {
    id,
    component,
    tier: componentByName(component)?.tier ?? "platform",
    key: component,
    hard: true,
    since: ago(60),
    said: { title: "Title", reason: "Reason.", nextAction: "Nothing." },
    evidence: [],
    covers: [],
    ...more,
  };
}

function randomFindings(random: Random): Finding[] {
  const components = [...COMPONENTS.map((it) => it.name), "node", "network"];
  return Array.from({ length: 1 + random.below(12) }, () => {
    const component = random.pick(components);
    return make(random.pick(IDS), component, {
      key: random.next() < 0.2 ? "shared" : component,
      hard: random.next() < 0.7,
      since: ago(random.below(5_000)),
      covers: random.next() < 0.3 ? [random.pick(components)] : [],
      tier: componentByName(component)?.tier ?? random.pick(TIER_IDS),
    });
  });
}

Deno.test("rankFindings() never puts a symptom first when a cause is as bad, in 2,000 mixtures", () => {
  const random = new Random(20261121);
  for (let round = 0; round < 2_000; round++) {
    const findings = randomFindings(random);
    const ranked = rankFindings(findings, { loginReady: random.next() < 0.3 });
    const [first, ...rest] = ranked;
    assert.ok(first, "something was found, so something is shown");
    if (CAUSES[first.finding.id].kind !== "symptom") continue;
    const better = rest.find((it) =>
      CAUSES[it.finding.id].kind !== "symptom" && it.loginBlocking === first.loginBlocking &&
      it.finding.hard === first.finding.hard
    );
    assert.equal(better, undefined, `${first.finding.id} before ${better?.finding.id} in round ${round}`);
  }
});

Deno.test("rankFindings() loses nothing: every finding is shown, merged or named as suppressed", () => {
  const random = new Random(7);
  for (let round = 0; round < 1_000; round++) {
    const findings = randomFindings(random);
    const ranked = rankFindings(findings, { loginReady: false });
    const shown = ranked.flatMap((it) => [it.finding, ...it.suppressed]).map((it) => `${it.id} ${it.key}`);
    assert.deepEqual([...new Set(findings.map((it) => `${it.id} ${it.key}`))].sort(), shown.toSorted());
  }
});

Deno.test("rankFindings() does not depend on the order of what was found", () => {
  const random = new Random(99);
  for (let round = 0; round < 500; round++) {
    const findings = randomFindings(random);
    const ids = (list: Finding[]) =>
      rankFindings(list, { loginReady: false }).map((it) => `${it.finding.id} ${it.finding.key}`);
    assert.deepEqual(ids(findings), ids(findings.toReversed()));
  }
});

Deno.test("rankFindings() does not depend on the order where findings about the machine explain each other", () => {
  const machine: BlockerId[] = [
    "k3s.api-down",
    "k3s.crash-loop",
    "k3s.stopped",
    "node.condition",
    "k3s.start-port",
    "k3s.node-gone",
    "k3s.node-not-ready",
    "net.node-ip-changed",
    "node.hostname-changed",
    "disk.slow",
    "disk.pressure",
    "sched.taint",
    "sched.resources",
  ];
  const random = new Random(3);
  for (let round = 0; round < 8_000; round++) {
    const findings = Array.from({ length: 2 + random.below(5) }, () => {
      const id = random.pick(machine);
      return make(id, id.startsWith("sched.") ? random.pick(["db", "email-service"]) : "node", {
        key: `${random.below(3)}`,
        hard: random.next() < 0.6,
        covers: random.next() < 0.3 ? ["node"] : [],
      });
    });
    const ids = (list: Finding[]) =>
      rankFindings(list, { loginReady: false }).map((it) => `${it.finding.id} ${it.finding.key}`);
    assert.deepEqual(ids(findings), ids(findings.toReversed()), `round ${round}`);
    assert.ok(ids(findings).length > 0, "no two findings may explain each other away");
  }
});

Deno.test("rankFindings() puts lower tiers first among causes", () => {
  const ranked = rankFindings([
    make("img.not-found", "alga-core"),
    make("stor.subpath", "db"),
    make("disk.pressure", "node"),
  ], { loginReady: false });
  assert.deepEqual(ranked.map((it) => it.finding.component), ["node", "db", "alga-core"]);
});

Deno.test("rankFindings() puts what blocks logging in before what does not", () => {
  const ranked = rankFindings([make("img.not-found", "workflow-worker"), make("app.probe", "alga-core")], {
    loginReady: false,
  });
  assert.deepEqual(ranked.map((it) => it.loginBlocking), [true, false]);
});

Deno.test("rankFindings() keeps a specific cause of a dependent component", () => {
  const ranked = rankFindings([
    make("stor.subpath", "db"),
    make("img.not-found", "temporal"),
    make("app.crash", "temporal"),
  ], { loginReady: false });
  assert.deepEqual(ranked.map((it) => it.finding.id), ["stor.subpath", "img.not-found"]);
});

Deno.test("explain() names the missing image and not the Helm timeout, stall, health check and dependency behind it", () => {
  const pod = podOf("alga-core", waiting("ImagePullBackOff", NOT_FOUND));
  const cluster = broken("alga-core", { pods: [pod] });
  const timeout = notReady(
    "InstallFailed",
    "Helm install failed for release msp/alga-core with chart sebastian@0.0.1: context deadline exceeded",
  );
  cluster.flux = [
    flux("HelmRelease", "alga-core", [timeout, stalled()]),
    flux("HelmRelease", "pgbouncer", [
      notReady("DependencyNotReady", "dependency 'alga-system/alga-core' is not ready"),
    ]),
    flux("Kustomization", "alga-core", [
      notReady(
        "HealthCheckFailed",
        "health check failed after 30m: timeout waiting for: [HelmRelease/alga-system/alga-core status: 'Failed']",
      ),
    ]),
    flux("Kustomization", "alga-background", [
      notReady("DependencyNotReady", "dependency 'flux-system/alga-core' is not ready"),
    ]),
  ];
  const { blockers } = explain(makeFacts(snapshotOf(cluster), NOW_MS), { loginReady: false });
  assert.equal(blockers[0]?.id, "img.not-found");
  assert.ok(blockers[0]?.suppressed.includes("flux.helm-timeout"));
  assert.ok(blockers[0]?.suppressed.includes("flux.health-check"));
  assert.deepEqual(
    blockers.filter((it) => it.id === "flux.helm-timeout" || it.id === "flux.health-check"),
    [],
  );
});

Deno.test("explain() shows the Helm timeout when no deeper cause is known", () => {
  const cluster = broken("alga-core", {});
  cluster.flux = [
    flux("HelmRelease", "alga-core", [
      notReady("InstallFailed", "Helm install failed: context deadline exceeded"),
      stalled(),
    ]),
  ];
  const { blockers } = explain(makeFacts(snapshotOf(cluster), NOW_MS), { loginReady: false });
  assert.equal(blockers[0]?.id, "flux.helm-timeout");
  assert.equal(blockers[0]?.loginBlocking, true);
});

Deno.test("explain() tells one DNS failure once, however many pods it hits", () => {
  const text =
    'Back-off pulling image "R/x:1": ErrImagePull: failed to pull and unpack image "R/x:1": failed to resolve image: failed to do request: Head "https://ghcr.io/v2/x/manifests/1": dial tcp: lookup ghcr.io on 192.0.2.53:53: read udp 127.0.0.1:43187->192.0.2.53:53: read: connection refused';
  const pods = (["alga-core", "workflow-worker", "email-service"] as const).map((it) =>
    podOf(it, waiting("ImagePullBackOff", text))
  );
  const { blockers } = explain(makeFacts(snapshotOf(broken("alga-core", { pods })), NOW_MS), {
    loginReady: false,
  });
  assert.deepEqual(blockers.filter((it) => it.id === "dns.refused").map((it) => it.component), ["alga-core"]);
  assert.equal(blockers[0]?.title, "The DNS server 192.0.2.53 does not answer");
  assert.ok(blockers[0]?.evidence.some((it) => it.text === "email-service, workflow-worker"));
});

Deno.test("explain() raises trouble of the workflow engine while the first-time setup waits for it", () => {
  const pod = podOf("temporal-worker", waiting("ImagePullBackOff", NOT_FOUND));
  const cluster = broken("temporal-worker", { pods: [pod] });
  cluster.jobs = [{
    kind: "Job",
    metadata: { namespace: "msp", name: "alga-core-sebastian-bootstrap", uid: "j" },
    status: { active: 1 },
  }];
  const at = (tail: string[]) =>
    explain(makeFacts(snapshotOf(cluster, { bootstrapLog: { pod: "p", tail } }), NOW_MS), {
      loginReady: false,
    }).blockers[0];
  assert.equal(at(["Waiting for tenant creation workflow to complete"])?.id, "img.not-found");
  assert.equal(at(["Waiting for tenant creation workflow to complete"])?.loginBlocking, true);
  assert.equal(at(["Running migrations"])?.id, "app.bootstrap-running");
});

Deno.test("one rule that throws does not stop the others where somebody is told of it; else it throws", () => {
  const snapshot = snapshotOf(broken("db", { pods: [podOf("db", waiting("ImagePullBackOff", NOT_FOUND))] }));
  const odd = {
    ...snapshot,
    nodes: [{ ...snapshot.nodes[0], conditions: undefined }],
  } as unknown as typeof snapshot;
  const told: string[] = [];
  const { blockers, ruleErrors } = explain(makeFacts(odd, NOW_MS), {
    loginReady: false,
    onRuleError: (rule, error) => told.push(`${rule}: ${error}`),
  });
  assert.equal(blockers[0]?.id, "img.not-found");
  assert.ok(ruleErrors > 0);
  assert.equal(told.length, ruleErrors);
  assert.match(told[0] ?? "", /k3s\.node-gone.*: TypeError/);
  assert.throws(() => explain(makeFacts(odd, NOW_MS), { loginReady: false }), TypeError);
});
