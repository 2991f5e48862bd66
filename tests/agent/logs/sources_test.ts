import assert from "node:assert/strict";
import { listPodLogFolders, ownerByName } from "../../../agent/logs/pod_log_files.ts";
import { setupLine } from "../../../agent/logs/setup_lines.ts";
import { listSources } from "../../../agent/logs/sources.ts";
import { FakeHost } from "../../fakes/fake_host.ts";

for (
  const [pod, owner] of [
    ["alga-core-sebastian-7874cf7d4b-gw6cl", "alga-core-sebastian"],
    ["db-0", "db"],
    ["alga-core-sebastian-bootstrap-x5b2d", "alga-core-sebastian-bootstrap"],
    ["svclb-traefik-2k9xw", "svclb-traefik"],
    ["email-service", "email-service"],
    ["temporal-ui-5c8f6d9b7c-zzzzz", "temporal-ui"],
  ] as const
) {
  Deno.test(`ownerByName() of "${pod}" is "${owner}"`, () => assert.equal(ownerByName(pod), owner));
}

Deno.test("sources are in groups: setup, application, Flux, Kubernetes, machine", () => {
  const folder = (namespace: string, pod: string, container = "app") => ({
    namespace,
    pod,
    uid: "u",
    container,
    path: `/var/log/pods/${namespace}_${pod}_u/${container}`,
  });
  const sources = listSources(
    // Told by Kubernetes alone: on another machine, or about to start.
    [{
      namespace: "msp",
      name: "odd",
      uid: "u",
      owner: { name: "email-service" },
      containers: [{ name: "a" }, { name: "init" }],
    }],
    [
      folder("kube-system", "coredns-7874cf7d4b-gw6cl"),
      folder("flux-system", "helm-controller-7874cf7d4b-gw6cl", "manager"),
      folder("msp", "db-0", "db"),
      folder("msp", "db-0", "init"),
      folder("msp", "alga-core-sebastian-7874cf7d4b-gw6cl"),
      folder("msp", "alga-core-sebastian-7874cf7d4b-x5b2d"),
    ],
  );
  assert.deepEqual(sources.map((it) => [it.group, it.id, it.title, it.containers.length]), [
    ["Setup", "setup", "Setup steps", 0],
    ["App", "msp/alga-core-sebastian", "alga-core (alga-core-sebastian)", 2],
    ["App", "msp/db", "db", 2],
    ["App", "msp/email-service", "email-service", 2],
    ["Flux", "flux-system/helm-controller", "helm-controller", 1],
    ["Kubernetes", "kube-system/coredns", "coredns (kube-system)", 1],
    ["Host", "agent", "This agent", 0],
    ["Host", "k3s", "k3s (Kubernetes)", 0],
    ["Host", "kernel", "Kernel (errors)", 0],
  ]);
  assert.equal(sources.find((it) => it.id === "msp/email-service")?.containers[0]?.folder, undefined);
});

Deno.test("before Kubernetes exists there are the machine's own sources", async () => {
  assert.equal(await listPodLogFolders(new FakeHost()), undefined);
  assert.deepEqual(listSources([], []).map((it) => it.id), ["setup", "agent", "k3s", "kernel"]);
});

Deno.test("names in /var/log/pods that are none are passed over", async () => {
  const host = new FakeHost({
    "/var/log/pods/msp_db-0_u/db/0.log": "x",
    "/var/log/pods/msp_db-0_u/UP CASE/0.log": "x",
    "/var/log/pods/odd/db/0.log": "x",
    "/var/log/pods/a_b_c_d/db/0.log": "x",
  });
  assert.deepEqual((await listPodLogFolders(host))?.map((it) => it.path), ["/var/log/pods/msp_db-0_u/db"]);
});

Deno.test("an entry of the record is a line: what, where, why", () => {
  const line = setupLine({
    seq: 4,
    at: "2026-11-21T12:00:00.000Z",
    type: "step.failed",
    data: { stepId: "k3s", failure: { message: "k3s did not start" } },
  });
  assert.deepEqual(line, {
    at: "2026-11-21T12:00:00.000000000Z",
    text: 'Setup: step "k3s": failed: k3s did not start.',
    level: "error",
  });
  const counted = setupLine({
    seq: 5,
    at: "2026-11-21T12:00:01.000Z",
    type: "step.progress",
    data: { stepId: "k3s", progress: { done: 3, total: 9, unit: "images" } },
  });
  assert.equal(counted.text, 'Setup: step "k3s": goes on: 3 of 9 images');
});
