import assert from "node:assert/strict";
import { actionOf } from "../../../agent/causes/action.ts";
import { CAUSES } from "../../../agent/causes/cause.ts";
import { DNS } from "../../../agent/causes/dns.ts";
import { NETWORK } from "../../../agent/causes/network.ts";
import { componentByName } from "../../../agent/product/components.ts";
import { REPO, sources } from "../../house/sources.ts";

/** Ids that documents, scripts and journals may hold: none is ever renamed or given to another cause. */
const PUBLIC_IDS = `
  dns.refused dns.timeout dns.nxdomain dns.servfail dns.coredns-loop dns.coredns-none
  dns.cluster-stale
  net.no-route net.egress net.proxy-auth net.proxy-denied net.proxy-down net.tls-intercept
  net.mtu net.node-ip-changed net.registry time.skew reg.ratelimit reg.auth
  reg.unavailable img.not-found img.interrupted img.slow img.stalled img.arch
  img.no-space img.invalid img.pull-failed disk.io-error disk.pressure disk.full disk.readonly disk.slow
  mem.oom-host mem.oom-container sched.resources sched.port sched.taint k3s.download
  k3s.start-port k3s.start-cgroup k3s.db-corrupt k3s.cert-expired k3s.token-mismatch k3s.crash-loop
  k3s.config-invalid k3s.registries-invalid k3s.token-invalid node.no-default-route
  k3s.api-down k3s.node-gone k3s.node-not-ready k3s.not-ready-cni k3s.node-paused node.hostname-changed
  stor.claim-lost stor.pvc-pending stor.provisioner stor.subpath stor.mount stor.owner cfg.missing-secret
  cfg.container cfg.service-links app.db-auth app.db-start app.db-version app.bootstrap-running
  app.bootstrap-failed app.migration-failed app.seed-guard app.temporal-schema app.redis-damaged app.redis app.url
  app.certificate app.crash app.probe flux.source-auth flux.source-tls flux.source-notfound
  flux.source-failed flux.verify flux.build flux.health-check flux.dependency flux.suspended
  flux.stalled flux.helm-pending flux.helm-timeout flux.values flux.controller-down flux.crd-missing bg.degraded
  agent.setup-failed agent.state-damaged agent.certificate-refused agent.certificate-ends agent.update-failed
  agent.unknown
  platform.part-down core.degraded login.degraded
  dns.failed net.ipv6 net.web-page net.cert-expired net.host-firewall k3s.iptables-flushed k3s.no-kmsg
  k3s.sandbox-failed k3s.container-failed node.resolv-conf node.cpu-too-old img.store-damaged
  sched.volume-elsewhere sched.unplaced stor.claim-missing app.port-taken
  app.not-ending app.task-failed flux.not-ready
  k3s.stopped node.condition
  dns.resolver-down img.queued img.old-format app.redis-unsaved cfg.namespace-ending
  node.file-watches node.kernel-keys node.process-limit node.open-files node.apparmor
  cfg.quota cfg.limits cfg.webhook cfg.pod-security cfg.missing-account cfg.pod-refused
`.split(/\s+/).filter((it) => it !== "");

Deno.test("every public id is that of a cause, and no cause has another", () => {
  assert.deepEqual(Object.keys(CAUSES).toSorted(), PUBLIC_IDS.toSorted());
});

Deno.test("no two causes have the same id", async () => {
  const ids: string[] = [];
  for (const path of await sources("agent/causes/")) {
    ids.push(
      ...[...(await Deno.readTextFile(REPO + path)).matchAll(/^ {4}id: "([^"]+)"/gm)].map((it) =>
        it[1] ?? ""
      ),
    );
  }
  assert.deepEqual(ids.toSorted(), Object.keys(CAUSES).toSorted());
});

Deno.test("whatever people are told to wait for has a limit, after which somebody has to act", () => {
  for (const { id, owner, nextAction, limit } of Object.values(CAUSES)) {
    const isWait = owner === "nobody" ||
      typeof nextAction === "string" && /^(?:Wait|Nothing to do)\b/.test(nextAction);
    if (!isWait) continue;
    assert.ok(limit !== undefined, `${id} has no limit`);
    assert.ok(limit.afterMs <= 6 * 3_600_000, id);
    assert.notEqual(limit.owner, "nobody", id);
    assert.notEqual(limit.action, "wait", id);
  }
});

/** Causes beside which another try, by whomever, may cost data. */
const NOT_SAFE = `
  disk.readonly disk.io-error app.db-start app.db-version app.redis-damaged app.redis-unsaved
  app.migration-failed cfg.namespace-ending
  k3s.db-corrupt k3s.token-invalid k3s.token-mismatch flux.verify
  sched.volume-elsewhere stor.claim-missing stor.claim-lost stor.mount
`.split(/\s+/).filter((it) => it !== "");

Deno.test("another try is called safe nowhere where data may be hurt, and no remedy is offered there", () => {
  const unsafe = Object.values(CAUSES).filter((it) => !it.retrySafe);
  assert.deepEqual(unsafe.map((it) => it.id).toSorted(), NOT_SAFE.toSorted());
  assert.deepEqual(unsafe.filter((it) => it.remedy !== undefined).map((it) => it.id), []);
});

Deno.test("nobody has to act where there is only to wait, and nowhere else", () => {
  for (const { id, owner, action } of Object.values(CAUSES)) {
    assert.equal(action === "wait", owner === "nobody", id);
  }
});

Deno.test("nobody is told to open port 53 to a server that answers", () => {
  for (const text of [DNS.nxdomain.nextAction, DNS.servfail.nextAction]) {
    assert.doesNotMatch(text, /\b53\b|\bUDP\b/);
  }
});

Deno.test("what to allow names the port that is asked, once", () => {
  const { nextAction } = NETWORK.egress;
  const texts = ["ghcr.io", "registry.lan:5000", ""].map((server) => nextAction({ server }));
  assert.deepEqual(texts, [
    "Ask the network administrator to allow outgoing connections to ghcr.io on port 443.",
    "Ask the network administrator to allow outgoing connections to registry.lan:5000.",
    "Ask the network administrator to allow outgoing connections to the registry on port 443.",
  ]);
});

Deno.test("a remedy is offered only where trying again is safe", () => {
  for (const { id, remedy, retrySafe } of Object.values(CAUSES)) {
    assert.ok(remedy === undefined || retrySafe, id);
  }
});

Deno.test("a cause that is always at one place names a component or what is not a component", () => {
  for (const { id, place } of Object.values(CAUSES)) {
    if (!place) continue;
    const isWide = ["node", "network", "setup", "appliance", "flux"].includes(place.component);
    assert.ok(isWide || componentByName(place.component), id);
  }
});

Deno.test("an action has a page only while setup has something to do there", () => {
  assert.deepEqual(actionOf("open-setup", { isSetupOver: false }), { kind: "open-setup", href: "/setup" });
  assert.deepEqual(actionOf("open-setup", { isSetupOver: true }), { kind: "open-setup" });
  assert.deepEqual(actionOf("call-vendor", { isSetupOver: false }), { kind: "call-vendor" });
});
