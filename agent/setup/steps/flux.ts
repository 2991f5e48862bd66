import { KUBE_SERVICE_ADDRESS } from "../../product/networks.ts";
import { NAMESPACES } from "../../product/names.ts";
import { isDeepStrictEqual } from "node:util";
import {
  AUTHORITIES_ANNOTATION,
  FLUX_CONTROLLERS,
  fluxObjects,
  PROXY_ANNOTATION,
  PROXY_SECRET,
  startAnnotations,
} from "../../../flux/controllers.ts";
import { readFluxCrds } from "../../../flux/crds.ts";
import { proxyEnvironment } from "../../../k8s/k3s/config.ts";
import { KINDS, type KubeClient } from "../../../k8s/mod.ts";
import { waitFor } from "../../operation/wait_for.ts";
import type { Step, StepContext } from "../step.ts";
import { deploymentState, requireKube } from "./cluster.ts";
import { applyAuthorities, areAuthoritiesRight, startVersions } from "./flux_authorities.ts";
import { applySecret, readSecret } from "./secret_data.ts";

const CRD_TIMEOUT_SEC = 60;
const CONTROLLER_TIMEOUT_SEC = 600;

/** Installs Flux from pinned manifests by server-side apply. */
export const fluxStep: Step = {
  id: "flux",
  title: "Install Flux",
  failure: {
    category: "flux",
    cannot: "Flux could not be installed",
    nextAction: "See whether ghcr.io can be reached (sudo alga-agent preflight), then try again",
  },
  installState: { status: "flux-install", phase: "flux" },
  async look(context) {
    const kube = await requireKube(context);
    for (const crd of await readFluxCrds(context.host)) {
      if (await crdState(kube, crd.metadata.name) !== true) return false;
    }
    if (
      !isDeepStrictEqual(await readSecret(kube, NAMESPACES.flux, PROXY_SECRET), proxyValues(context.inputs))
    ) {
      return false;
    }
    if (!await areAuthoritiesRight(context.host, kube)) return false;
    const annotations = startAnnotations(await startVersions(kube));
    for (const wanted of fluxObjects().filter((it) => it.kind === "Deployment")) {
      const found = await kube.get({
        resource: KINDS.Deployment,
        namespace: NAMESPACES.flux,
        name: wanted.metadata.name,
      });
      const [is, want] = [found?.spec?.template, wanted.spec.template];
      if (is?.spec?.containers?.[0]?.image !== want.spec.containers[0].image) return false;
      if (!hasAnnotations(is?.metadata?.annotations, annotations)) return false;
      if (await deploymentState(kube, NAMESPACES.flux, wanted.metadata.name) !== true) return false;
    }
    return true;
  },
  async act(context) {
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
    const [namespace] = fluxObjects();
    if (namespace) await kube.apply(namespace, { force: true });
    await applyProxySecret(context.inputs, kube);
    await applyAuthorities(host, kube);
    for (const object of fluxObjects(await startVersions(kube))) await kube.apply(object, { force: true });
    for (const name of FLUX_CONTROLLERS) {
      say(`Waiting for ${name}`);
      await waitFor(context, () => deploymentState(kube, NAMESPACES.flux, name), {
        what: name,
        timeoutSec: CONTROLLER_TIMEOUT_SEC,
      });
    }
  },
};

type ProxyAnswers = Pick<StepContext["inputs"], "proxyUrl" | "noProxy">;

/** What Flux is told of the proxy; `undefined` when requests leave without one. */
export function proxyValues(inputs: ProxyAnswers): Record<string, string> | undefined {
  return inputs.proxyUrl === ""
    ? undefined
    : proxyEnvironment({ ...inputs, nodeAddresses: [KUBE_SERVICE_ADDRESS] });
}

/** Whether pods were started with these versions, and with no other. */
export function hasAnnotations(
  found: Readonly<Record<string, string>> | undefined,
  wanted: Readonly<Record<string, string>>,
): boolean {
  return [PROXY_ANNOTATION, AUTHORITIES_ANNOTATION].every((it) => found?.[it] === wanted[it]);
}

/** An earlier Secret that is no longer wanted goes. */
export async function applyProxySecret(inputs: ProxyAnswers, kube: KubeClient): Promise<void> {
  await applySecret(kube, { namespace: NAMESPACES.flux, name: PROXY_SECRET }, proxyValues(inputs));
}

async function crdState(kube: KubeClient, name: string): Promise<true | string> {
  const found = await kube.get({ resource: KINDS.CustomResourceDefinition, name });
  const conditions = (found?.status?.conditions ?? []) as { type: string; status: string }[];
  return conditions.some((it) => it.type === "Established" && it.status === "True")
    ? true
    : `${name} is not established`;
}
