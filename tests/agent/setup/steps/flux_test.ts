import assert from "node:assert/strict";
import { stringify } from "yaml";
import { fluxStep } from "../../../../agent/setup/steps/flux.ts";
import { PATHS } from "../../../../agent/state/paths.ts";
import {
  AUTHORITIES_ANNOTATION,
  FLUX_CONTROLLERS,
  PROXY_ANNOTATION,
  PROXY_SECRET,
} from "../../../../flux/controllers.ts";
import { KINDS } from "../../../../k8s/mod.ts";
import { available, inStepWorld, type StepWorld, versionsOf, waitingPod } from "./step_world.ts";

const NAMESPACE = "flux-system";
const PROXY = { proxyUrl: "http://user:Geheim-77@proxy.example:3128", noProxy: "intern.example" };

function crd(plural: string, group: string): string {
  return stringify({
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${group}` },
    spec: { group, scope: "Namespaced", names: { plural, kind: "X" }, versions: [{ name: "v1" }] },
  });
}

async function withFlux(body: (world: StepWorld) => Promise<void>): Promise<void> {
  await inStepWorld(async (world) => {
    const definitions = Object.values(KINDS).filter((it) => it.apiVersion.includes("toolkit.fluxcd.io"))
      .map((it) => crd(it.plural, it.apiVersion.split("/")[0] ?? ""));
    world.host.put(PATHS.fluxCrdsPayload, definitions.join("---\n"));
    await body(world);
  });
}

const deployment = ({ kube }: StepWorld, name: string) =>
  kube.get({ resource: KINDS.Deployment, namespace: NAMESPACE, name });

Deno.test("flux: from nothing to definitions and four Available controllers by digest", async () => {
  await withFlux(async (world) => {
    assert.equal(await fluxStep.look(world.context()), false);
    await fluxStep.act(world.context());
    assert.equal(await fluxStep.look(world.context()), true);
    assert.equal(FLUX_CONTROLLERS.length, 4);
    for (const name of FLUX_CONTROLLERS) {
      const image = (await deployment(world, name))?.spec?.template.spec?.containers[0]?.image;
      assert.match(image ?? "", /^ghcr\.io\/fluxcd\/[a-z-]+:v[\d.]+@sha256:[0-9a-f]{64}$/);
    }
  });
});

Deno.test("flux: a second run changes no resourceVersion, with a proxy or without", async () => {
  for (const inputs of [{}, PROXY]) {
    await withFlux(async (world) => {
      await fluxStep.act(world.context({}, inputs));
      const before = versionsOf(world);
      await fluxStep.act(world.context({}, inputs));
      assert.deepEqual(versionsOf(world), before);
      assert.equal(await fluxStep.look(world.context({}, inputs)), true);
    });
  }
});

Deno.test("flux: a controller that is not Available fails the step with the reason of its pod", async () => {
  await withFlux(async (world) => {
    world.reactions.set("Deployment", (object) =>
      object.metadata.name === "kustomize-controller"
        ? {
          observedGeneration: object.metadata.generation,
          conditions: [{ type: "Available", status: "False", message: "no minimum availability" }],
        }
        : available(object));
    await assert.rejects(fluxStep.act(world.context()), {
      code: "TIMEOUT",
      message: /Waited 600 s for kustomize-controller: .*not available yet: no minimum availability/,
    });
    waitingPod(
      world,
      "kustomize-controller",
      NAMESPACE,
      "ErrImagePull",
      "dial tcp: lookup ghcr.io: no such host",
    );
    await assert.rejects(fluxStep.act(world.context()), {
      message: /kustomize-controller is not available yet: ErrImagePull: .*no such host/,
    });
    assert.equal(await fluxStep.look(world.context()), false);
  });
});

Deno.test("flux: a definition that is never established fails the step by its name", async () => {
  await withFlux(async (world) => {
    world.reactions.set(
      "CustomResourceDefinition",
      ({ metadata }) =>
        metadata.name.startsWith("kust")
          ? {
            conditions: [{ type: "Established", status: "False" }, { type: "NamesAccepted", status: "True" }],
          }
          : undefined,
    );
    await assert.rejects(fluxStep.act(world.context()), {
      code: "TIMEOUT",
      message: /definition kustomizations\.kustomize\.toolkit\.fluxcd\.io/,
    });
  });
});

Deno.test("flux: definitions that are cut off, empty or no YAML install nothing", async () => {
  await withFlux(async (world) => {
    const whole = await world.host.readText(PATHS.fluxCrdsPayload) ?? "";
    const broken = [
      "",
      "---\n---\n",
      "kind: ConfigMap\n",
      `${whole}---\nkind: "CustomRes`,
      "a: [1,\nb: }",
      "a: b: c",
      whole.split("---\n").slice(1).join("---\n"),
    ];
    for (const text of broken) {
      world.host.put(PATHS.fluxCrdsPayload, text);
      assert.equal(await fluxStep.look(world.context()).catch(() => false), false);
      await assert.rejects(fluxStep.act(world.context()), { code: "FLUX_FAILED", retrySafe: false }, text);
    }
    assert.equal(await deployment(world, "source-controller"), undefined);
  });
});

Deno.test("flux: another image, or a Deployment taken away, is not done and is fixed", async () => {
  await withFlux(async (world) => {
    await fluxStep.act(world.context());
    const ref = { resource: KINDS.Deployment, namespace: NAMESPACE, name: "helm-controller" };
    const container = (await world.kube.get(ref))?.spec?.template.spec?.containers[0];
    await world.kube.patch(ref, {
      spec: {
        template: { spec: { containers: [{ ...container, image: "ghcr.io/fluxcd/helm-controller:v1" }] } },
      },
    });
    assert.equal(await fluxStep.look(world.context()), false);
    await fluxStep.act(world.context());
    assert.equal(await fluxStep.look(world.context()), true);
    await world.kube.delete(ref);
    assert.equal(await fluxStep.look(world.context()), false);
  });
});

Deno.test("flux: a definition that was taken away, and pods that have not read the proxy, are not done", async () => {
  await withFlux(async (world) => {
    await fluxStep.act(world.context({}, PROXY));
    const ref = { resource: KINDS.Deployment, namespace: NAMESPACE, name: "helm-controller" };
    const annotations = { [PROXY_ANNOTATION]: "1" };
    await world.kube.patch(ref, { spec: { template: { metadata: { annotations } } } });
    await world.clock.sleep(0);
    assert.equal(await fluxStep.look(world.context({}, PROXY)), false);
    await fluxStep.act(world.context({}, PROXY));
    assert.equal(await fluxStep.look(world.context({}, PROXY)), true);

    const name = "helmreleases.helm.toolkit.fluxcd.io";
    await world.kube.delete({ resource: KINDS.CustomResourceDefinition, name });
    assert.equal(await fluxStep.look(world.context({}, PROXY)), false);
  });
});

Deno.test("flux: a restart that a person asked kubectl for does not undo the step", async () => {
  await withFlux(async (world) => {
    await fluxStep.act(world.context());
    await world.kube.patch({ resource: KINDS.Deployment, namespace: NAMESPACE, name: "helm-controller" }, {
      spec: { template: { metadata: { annotations: { "kubectl.kubernetes.io/restartedAt": "now" } } } },
    });
    await world.clock.sleep(0);
    assert.equal(await fluxStep.look(world.context()), true);
  });
});

Deno.test("flux: another proxy reaches the controllers, and none takes the old one away", async () => {
  await withFlux(async (world) => {
    const secret = { resource: KINDS.Secret, namespace: NAMESPACE, name: PROXY_SECRET };
    const mark = async () =>
      (await deployment(world, "source-controller"))?.spec?.template.metadata?.annotations
        ?.[PROXY_ANNOTATION];
    await fluxStep.act(world.context({}, PROXY));
    const first = await mark();
    assert.equal(first, (await world.kube.get(secret))?.metadata.resourceVersion);
    const noProxy = atob((await world.kube.get(secret))?.data?.NO_PROXY ?? "");
    for (const needed of ["intern.example", ".cluster.local.", ".svc", "10.43.0.1"]) {
      assert.ok(noProxy.split(",").includes(needed), `${needed} must not go through the proxy`);
    }

    const other = world.context({}, { proxyUrl: "http://other.example:3128" });
    assert.equal(await fluxStep.look(other), false);
    await fluxStep.act(other);
    assert.notEqual(await mark(), first, "the pods must start again to read it");
    assert.equal(await fluxStep.look(other), true);

    assert.equal(await fluxStep.look(world.context()), false);
    await fluxStep.act(world.context());
    assert.equal(await world.kube.get(secret), undefined);
    assert.equal(await mark(), undefined);
    assert.equal(await fluxStep.look(world.context()), true);
  });
});

Deno.test("flux: controllers trust what this machine trusts, and are started again when that changes", async () => {
  await withFlux(async (world) => {
    world.host.put(PATHS.caBundle, "site's own");
    await fluxStep.act(world.context());
    assert.equal(await fluxStep.look(world.context()), true);
    for (const name of FLUX_CONTROLLERS) {
      const template = (await deployment(world, name))?.spec?.template;
      const [container] = template?.spec?.containers ?? [];
      assert.deepEqual(
        container?.env?.find((it: { name: string }) => it.name === "SSL_CERT_FILE"),
        { name: "SSL_CERT_FILE", value: "/etc/alga-authorities/ca-certificates.crt" },
      );
      assert.ok(
        container?.volumeMounts?.some((it: { mountPath: string; readOnly?: boolean }) =>
          it.mountPath === "/etc/alga-authorities" && it.readOnly
        ),
      );
      assert.ok(template?.metadata?.annotations?.[AUTHORITIES_ANNOTATION], name);
    }
    world.host.put(PATHS.caBundle, "site's next");
    assert.equal(await fluxStep.look(world.context()), false);
    await fluxStep.act(world.context());
    assert.equal(await fluxStep.look(world.context()), true);
  });
});
