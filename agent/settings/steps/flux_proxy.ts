import { isDeepStrictEqual } from "node:util";
import { fluxObjects, PROXY_ANNOTATION, PROXY_SECRET } from "../../../flux/controllers.ts";
import { KINDS, type KubeClient, type KubeObject } from "../../../k8s/mod.ts";
import type { Change, Step } from "../../operation/step.ts";
import { NAMESPACES } from "../../product/names.ts";
import { waitFor } from "../../operation/wait_for.ts";
import { requireKube } from "../../setup/steps/cluster.ts";
import { applyProxySecret, proxyValues } from "../../setup/steps/flux.ts";
import { readSecret } from "../../setup/steps/secret_data.ts";
import type { SettingsContext } from "../context.ts";
import { rolloutState } from "../rollout_state.ts";

const CONTROLLER_TIMEOUT_SEC = 600;

/** Gives Flux the proxy: a Secret, and a restart of each controller that was started with another. */
export const fluxProxyStep: Step<SettingsContext> = {
  id: "flux-proxy",
  title: "Give Flux the proxy",
  failure: {
    category: "flux",
    cannot: "Flux could not be given the proxy",
    nextAction: 'See on the page "Status" what does not start, then try again',
  },
  async look(context) {
    const kube = await requireKube(context);
    return await isSecretRight(kube, context) && (await staleControllers(kube)).length === 0;
  },
  async act(context) {
    const { say, settings } = context;
    const kube = await requireKube(context);
    if (!await isSecretRight(kube, context)) await applyProxySecret(settings, kube);
    const proxyVersion = await secretVersion(kube);
    for (const { metadata: { name } } of await staleControllers(kube)) {
      const wanted = deployments(proxyVersion).find((it) => it.metadata.name === name);
      if (!wanted) continue;
      say(`Restarting ${name}`);
      await kube.apply(wanted, { force: true });
      const workload = { kind: "Deployment", namespace: NAMESPACES.flux, name } as const;
      await waitFor(context, () => rolloutState(kube, workload), {
        what: name,
        timeoutSec: CONTROLLER_TIMEOUT_SEC,
        onWaiting: say,
      });
    }
  },
  async plan(context) {
    const kube = await requireKube(context);
    const isRight = await isSecretRight(kube, context);
    const secret: Change = {
      object: `Secret ${NAMESPACES.flux}/${PROXY_SECRET}`,
      field: "HTTPS_PROXY, NO_PROXY",
      from: await readSecret(kube, NAMESPACES.flux, PROXY_SECRET) === undefined ? undefined : "set",
      to: proxyValues(context.settings) === undefined ? undefined : "set",
      isSecret: true,
    };
    const restarted = isRight ? await staleControllers(kube) : deployments(undefined);
    return [
      ...(isRight ? [] : [secret]),
      ...restarted.map((it) => ({
        object: `Deployment ${NAMESPACES.flux}/${it.metadata.name}`,
        field: "",
        from: "running",
        to: "restarted",
      })),
    ];
  },
};

async function isSecretRight(kube: KubeClient, { settings }: SettingsContext): Promise<boolean> {
  return isDeepStrictEqual(await readSecret(kube, NAMESPACES.flux, PROXY_SECRET), proxyValues(settings));
}

async function secretVersion(kube: KubeClient): Promise<string | undefined> {
  const ref = { resource: KINDS.Secret, namespace: NAMESPACES.flux, name: PROXY_SECRET };
  return (await kube.get(ref))?.metadata.resourceVersion;
}

function deployments(proxyVersion: string | undefined): KubeObject[] {
  return fluxObjects({ proxyVersion }).filter((it) => it.kind === "Deployment");
}

/** Controllers that were started with another version of the Secret, or are not back yet. */
async function staleControllers(kube: KubeClient): Promise<KubeObject[]> {
  const proxyVersion = await secretVersion(kube);
  const stale: KubeObject[] = [];
  for (const wanted of deployments(proxyVersion)) {
    const { name } = wanted.metadata;
    const found = await kube.get({ resource: KINDS.Deployment, namespace: NAMESPACES.flux, name });
    const isCurrent = found?.spec?.template?.metadata?.annotations?.[PROXY_ANNOTATION] === proxyVersion;
    const workload = { kind: "Deployment", namespace: NAMESPACES.flux, name } as const;
    if (!isCurrent || await rolloutState(kube, workload) !== true) stale.push(wanted);
  }
  return stale;
}
