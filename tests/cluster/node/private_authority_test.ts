import assert from "node:assert/strict";
import {
  applyAuthorities,
  areAuthoritiesRight,
  startVersions,
} from "../../../agent/setup/steps/flux_authorities.ts";
import { RealHost } from "../../../agent/host/real_host.ts";
import { PATHS } from "../../../agent/state/paths.ts";
import { FLUX_CONTROLLERS, FLUX_NAMESPACE, fluxObjects } from "../../../flux/controllers.ts";
import { readFluxCrds } from "../../../flux/crds.ts";
import { KINDS, type KubeClient } from "../../../k8s/mod.ts";
import { pushFluxArtifact } from "../../simulator/push.ts";
import { until } from "../../until.ts";
import { makeCertificates } from "../certificates.ts";
import { nodeRequirements } from "./node_requirements.ts";
import { type RealNode, startNode, UNTRUSTED_REGISTRY_HOST } from "./real_node.ts";

const requirements = await nodeRequirements();
const REPOSITORY = "site/config";
const SOURCE = { resource: KINDS.OCIRepository, namespace: FLUX_NAMESPACE, name: "private-authority" };

Deno.test({
  name: `Flux reads from a registry behind a private authority once this machine trusts it${
    requirements.ok ? "" : ` (skipped: ${requirements.reason})`
  }`,
  ignore: !requirements.ok,
  sanitizeOps: false,
  sanitizeResources: false,
  fn: withPrivateAuthority,
});

async function withPrivateAuthority(): Promise<void> {
  const node = await startNode({ kubernetes: "now", flux: true });
  const kube = node.client();
  try {
    const host = new RealHost(node.root);
    const authority = await Deno.readTextFile(`${node.namespace.dir}/pki/ca.crt`);
    // The simulated machine trusts nobody at first.
    await host.remove(PATHS.caBundle);
    await installFlux(node, kube);
    await pushFluxArtifact(node.registry.pushUrl, REPOSITORY, "1", {
      "kustomization.yaml": "resources: []\n",
    });
    await kube.apply({
      apiVersion: KINDS.OCIRepository.apiVersion,
      kind: "OCIRepository",
      metadata: { name: SOURCE.name, namespace: SOURCE.namespace },
      spec: { interval: "10s", url: `oci://${UNTRUSTED_REGISTRY_HOST}/${REPOSITORY}`, ref: { tag: "1" } },
    }, { force: true });
    await until(
      "Flux refuses the certificate",
      () => readyOf(kube),
      (it) => it?.status === "False" && /x509|certificate/.test(it.message),
      120,
    );

    await host.writeFile(PATHS.caBundle, authority, { mode: 0o644 });
    assert.equal(await areAuthoritiesRight(host, kube), false);
    await installFlux(node, kube);
    assert.equal(await areAuthoritiesRight(host, kube), true);
    await until("Flux reads the artifact", () => readyOf(kube), (it) => it?.status === "True", 180);

    // Another authority alone: what was trusted before no longer is.
    await host.writeFile(PATHS.caBundle, await otherAuthority(node), { mode: 0o644 });
    await installFlux(node, kube);
    await kube.patch(SOURCE, { spec: { interval: "11s" } });
    await until(
      "Flux refuses it again",
      () => readyOf(kube),
      (it) => it?.status === "False" && /x509|certificate/.test(it.message),
      180,
    );
  } finally {
    kube.close();
    await node.stop();
  }
}

/** As the agent's own step does; waits until the pods of this version are ready. */
async function installFlux(node: RealNode, kube: KubeClient): Promise<void> {
  const host = new RealHost(node.root);
  for (const crd of await readFluxCrds(host)) await kube.apply(crd, { force: true });
  const [namespace] = fluxObjects();
  if (namespace) await kube.apply(namespace, { force: true });
  await applyAuthorities(host, kube);
  for (const object of fluxObjects(await startVersions(kube))) await kube.apply(object, { force: true });
  for (const name of FLUX_CONTROLLERS) {
    await until(
      `${name} is there`,
      () => kube.get({ resource: KINDS.Deployment, namespace: FLUX_NAMESPACE, name }),
      (it) => it?.status?.readyReplicas === 1 && it.status.observedGeneration === it.metadata.generation,
      300,
    );
  }
}

async function readyOf(kube: KubeClient): Promise<{ status: string; message: string } | undefined> {
  const found = await kube.get(SOURCE);
  const conditions = (found?.status?.conditions ?? []) as { type: string; status: string; message: string }[];
  return conditions.find((it) => it.type === "Ready");
}

/** An authority that has signed nothing here. */
async function otherAuthority(node: RealNode): Promise<string> {
  const folder = `${node.namespace.dir}/other-pki`;
  await Deno.mkdir(folder);
  return (await makeCertificates(folder)).caPem;
}
