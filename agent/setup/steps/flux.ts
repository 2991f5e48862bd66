import { FLUX_CONTROLLERS, FLUX_NAMESPACE, fluxObjects, PROXY_SECRET } from "../../../flux/controllers.ts";
import { readFluxCrds } from "../../../flux/crds.ts";
import { proxyEnvironment } from "../../../k8s/k3s_config.ts";
import { KINDS, type KubeClient } from "../../../k8s/mod.ts";
import { type Step, type StepContext, waitFor } from "../step.ts";
import { deploymentState, requireKube } from "./cluster.ts";

const CRD_TIMEOUT_SEC = 60;
const CONTROLLER_TIMEOUT_SEC = 600;

/** Installs Flux from pinned manifests by server-side apply. @see contract.md 2.5; components.md 2 */
export const fluxStep: Step = {
  id: "flux",
  title: "Install Flux",
  async isDone(context) {
    const kube = await requireKube(context);
    for (const crd of await readFluxCrds(context.host)) {
      if (await crdState(kube, crd.metadata.name) !== true) return false;
    }
    for (const wanted of fluxObjects().filter((it) => it.kind === "Deployment")) {
      const found = await kube.get({
        resource: KINDS.Deployment,
        namespace: FLUX_NAMESPACE,
        name: wanted.metadata.name,
      });
      if (
        found?.spec?.template?.spec?.containers?.[0]?.image !== wanted.spec.template.spec.containers[0].image
      ) return false;
      if (await deploymentState(kube, FLUX_NAMESPACE, wanted.metadata.name) !== true) return false;
    }
    return true;
  },
  async run(context) {
    const { say, host } = context;
    const kube = await requireKube(context);
    const crds = await readFluxCrds(host);
    say(`Applying ${crds.length} resource definitions`);
    for (const crd of crds) await kube.apply(crd, { force: true });
    for (const crd of crds) {
      await waitFor(context, () => crdState(kube, crd.metadata.name), {
        what: `the definition ${crd.metadata.name}`,
        timeoutSec: CRD_TIMEOUT_SEC,
      });
    }
    const [namespace, ...rest] = fluxObjects();
    if (namespace) await kube.apply(namespace, { force: true });
    await applyProxySecret(context, kube);
    for (const object of rest) await kube.apply(object, { force: true });
    for (const name of FLUX_CONTROLLERS) {
      say(`Waiting for ${name}`);
      await waitFor(context, () => deploymentState(kube, FLUX_NAMESPACE, name), {
        what: name,
        timeoutSec: CONTROLLER_TIMEOUT_SEC,
      });
    }
  },
};

async function applyProxySecret({ inputs }: StepContext, kube: KubeClient): Promise<void> {
  const environment = proxyEnvironment({ ...inputs, nodeAddresses: ["10.43.0.1"] });
  if (Object.keys(environment).length === 0) return;
  await kube.apply({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: PROXY_SECRET, namespace: FLUX_NAMESPACE },
    stringData: environment,
  }, { force: true });
}

async function crdState(kube: KubeClient, name: string): Promise<true | string> {
  const found = await kube.get({ resource: KINDS.CustomResourceDefinition, name });
  const conditions = (found?.status?.conditions ?? []) as { type: string; status: string }[];
  return conditions.some((it) => it.type === "Established" && it.status === "True")
    ? true
    : `${name} is not established`;
}
