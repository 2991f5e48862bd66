import assert from "node:assert/strict";
import {
  FLUX_CONTROLLERS,
  FLUX_NAMESPACE,
  fluxObjects,
  PROXY_ANNOTATION,
  PROXY_SECRET,
} from "../../flux/controllers.ts";
import type { KubeObject } from "../../k8s/client/kube_client.ts";
import { kindOf } from "../../k8s/client/kinds.ts";

interface Container {
  name: string;
  args: string[];
  ports: { name: string; containerPort: number }[];
  volumeMounts: { name: string; mountPath: string }[];
  securityContext: Record<string, unknown>;
  resources: { requests: Record<string, string>; limits: Record<string, string> };
  envFrom: { secretRef: { name: string; optional: boolean } }[];
  livenessProbe: { httpGet: { port: string } };
  readinessProbe: { httpGet: { path: string; port: string } };
}

const objects = fluxObjects();
const deployments = objects.filter((it) => it.kind === "Deployment");
const podOf = (it: KubeObject) => it.spec.template.spec;
const containerOf = (it: KubeObject): Container => podOf(it).containers[0];
const idOf = (it: KubeObject) => `${it.kind} ${it.metadata.namespace ?? ""}/${it.metadata.name}`;

/** Every value under a key, however deep. */
function valuesOf(value: unknown, key: string): unknown[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => name === key ? [inner] : valuesOf(inner, key));
}

Deno.test("Flux: every image is pinned by tag and digest, from Flux's own place", () => {
  const images = valuesOf(objects, "image");
  assert.equal(images.length, 4);
  for (const image of images) {
    assert.match(String(image), /^ghcr\.io\/fluxcd\/[a-z]+-controller:v\d+\.\d+\.\d+@sha256:[0-9a-f]{64}$/);
  }
  assert.equal(new Set(images).size, 4);
  assert.deepEqual(valuesOf(objects, "imagePullPolicy"), Array(4).fill("IfNotPresent"));
});

Deno.test("Flux: the four default controllers, one Deployment each", () => {
  assert.deepEqual(deployments.map((it) => it.metadata.name), [...FLUX_CONTROLLERS]);
  assert.deepEqual([...FLUX_CONTROLLERS].sort(), [
    "helm-controller",
    "kustomize-controller",
    "notification-controller",
    "source-controller",
  ]);
});

Deno.test("Flux: settings for one node: one replica, Recreate, no leader election", () => {
  for (const it of deployments) {
    assert.equal(it.spec.replicas, 1);
    assert.deepEqual(it.spec.strategy, { type: "Recreate" });
    assert.equal(podOf(it).containers.length, 1);
    assert.equal(containerOf(it).name, "manager");
    assert.ok(containerOf(it).args.includes("--enable-leader-election=false"), it.metadata.name);
    assert.ok(containerOf(it).args.includes("--watch-all-namespaces=true"));
    assert.equal(podOf(it).priorityClassName, "system-cluster-critical");
  }
});

Deno.test("Flux: events go to the notification controller, artifacts to where they are asked for", () => {
  const host = (name: string) => `${name}.flux-system.svc.cluster.local.`;
  for (const it of deployments) {
    const sends = containerOf(it).args.includes(`--events-addr=http://${host("notification-controller")}/`);
    assert.equal(sends, it.metadata.name !== "notification-controller");
  }
  const source = deployments.find((it) => it.metadata.name === "source-controller");
  assert.ok(source && containerOf(source).args.includes(`--storage-adv-addr=${host("source-controller")}`));
});

Deno.test("Flux: no controller runs as root, writes its own files or may gain rights", () => {
  for (const it of deployments) {
    assert.deepEqual(containerOf(it).securityContext, {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      runAsNonRoot: true,
      capabilities: { drop: ["ALL"] },
      seccompProfile: { type: "RuntimeDefault" },
    });
    const { requests, limits } = containerOf(it).resources;
    assert.deepEqual([requests.memory, limits.memory, limits.cpu], ["64Mi", "1Gi", "1"]);
  }
});

Deno.test("Flux: every name that an object refers to is there", () => {
  const has = (kind: string, name: string) =>
    objects.some((it) => it.kind === kind && it.metadata.name === name);
  for (const it of deployments) {
    const container = containerOf(it);
    const ports = container.ports.map((port) => port.name);
    const pod = podOf(it);
    const volumes = pod.volumes.map((volume: { name: string }) => volume.name);
    assert.ok(has("ServiceAccount", pod.serviceAccountName));
    assert.deepEqual(container.volumeMounts.map((mount) => mount.name).sort(), volumes.sort());
    assert.ok(ports.includes(container.livenessProbe.httpGet.port));
    assert.ok(ports.includes(container.readinessProbe.httpGet.port));
    assert.equal(new Set(ports).size, ports.length);
    assert.ok(ports.every((port) => port.length <= 15), "the API refuses longer names");
    const labels = it.spec.template.metadata.labels;
    assert.ok(Object.entries(it.spec.selector.matchLabels).every(([key, value]) => labels[key] === value));
    assert.deepEqual(container.envFrom, [{ secretRef: { name: PROXY_SECRET, optional: true } }]);
  }
  for (const it of objects.filter((object) => object.kind === "Service")) {
    const target = deployments.find((d) => d.spec.template.metadata.labels.app === it.spec.selector.app);
    assert.ok(target, idOf(it));
    const ports = containerOf(target).ports.map((port) => port.name);
    for (const port of it.spec.ports) assert.ok(ports.includes(port.targetPort), idOf(it));
  }
  for (const it of objects.filter((object) => object.kind === "ClusterRoleBinding")) {
    const { name } = it.roleRef as { name: string };
    assert.ok(name === "cluster-admin" || has("ClusterRole", name), idOf(it));
    for (const subject of it.subjects as { name: string; namespace: string }[]) {
      assert.ok(has("ServiceAccount", subject.name) && subject.namespace === FLUX_NAMESPACE);
    }
  }
});

Deno.test("Flux: only the two controllers that apply things are cluster-admin", () => {
  const admins = objects.filter((it) =>
    (it.roleRef as { name: string } | undefined)?.name === "cluster-admin"
  );
  const subjects = admins.flatMap((it) => it.subjects as { name: string }[]).map((it) => it.name);
  assert.deepEqual(subjects.sort(), ["helm-controller", "kustomize-controller"]);
});

Deno.test("Flux: objects are of kinds that we know, in their namespace, each once", () => {
  for (const it of objects) {
    assert.equal(it.metadata.namespace, kindOf(it).namespaced ? FLUX_NAMESPACE : undefined, idOf(it));
  }
  assert.equal(new Set(objects.map(idOf)).size, objects.length);
});

Deno.test("Flux: the order of applying is always the same, what is referred to first", () => {
  assert.equal(JSON.stringify(fluxObjects()), JSON.stringify(objects));
  assert.equal(objects[0]?.kind, "Namespace");
  const place = (kind: string, name: string) =>
    objects.findIndex((it) => it.kind === kind && it.metadata.name === name);
  for (const name of FLUX_CONTROLLERS) assert.ok(place("ServiceAccount", name) < place("Deployment", name));
  assert.ok(place("ResourceQuota", "critical-pods") < place("Deployment", FLUX_CONTROLLERS[0] ?? ""));
});

Deno.test("Flux: a changed proxy changes the pods and nothing else", () => {
  const withProxy = fluxObjects({ proxyVersion: "42" });
  for (const [i, it] of withProxy.entries()) {
    if (it.kind !== "Deployment") {
      assert.deepEqual(it, objects[i]);
      continue;
    }
    assert.deepEqual(it.spec.template.metadata.annotations, { [PROXY_ANNOTATION]: "42" });
    delete it.spec.template.metadata.annotations;
    assert.deepEqual(it, objects[i]);
  }
});

Deno.test("fluxObjects() lets parts that wait look again soon, and only layers be interrupted by a fix", () => {
  const argsOf = (name: string) => {
    const found = fluxObjects().find((it) => it.kind === "Deployment" && it.metadata.name === name);
    assert.ok(found, name);
    return found.spec.template.spec.containers[0].args as string[];
  };
  for (const name of ["kustomize-controller", "helm-controller"]) {
    assert.ok(argsOf(name).includes("--requeue-dependency=5s"), name);
  }
  for (const name of ["source-controller", "notification-controller"]) {
    assert.ok(!argsOf(name).some((it) => it.startsWith("--requeue-dependency")), name);
  }
  const gate = (name: string) =>
    argsOf(name).some((it) => it.includes("CancelHealthCheckOnNewRevision=true"));
  assert.deepEqual(["kustomize-controller", "helm-controller"].map(gate), [true, false]);
});
