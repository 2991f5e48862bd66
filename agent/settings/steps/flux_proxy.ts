import { isDeepStrictEqual } from "node:util";
import {
  AUTHORITIES_CONFIG_MAP,
  fluxObjects,
  PROXY_SECRET,
  startAnnotations,
  type StartVersions,
} from "../../../flux/controllers.ts";
import { applyAuthorities, areAuthoritiesRight, startVersions } from "../../setup/steps/flux_authorities.ts";
import { KINDS, type KubeClient, type KubeObject } from "../../../k8s/mod.ts";
import type { Change, Step } from "../../operation/step.ts";
import { readRegistryLogins } from "../../net/registry_logins.ts";
import { NAMESPACES } from "../../product/names.ts";
import { waitFor } from "../../operation/wait_for.ts";
import { requireKube } from "../../setup/steps/cluster.ts";
import { applyProxySecret, hasAnnotations, proxyValues } from "../../setup/steps/flux.ts";
import { applyLogins, areLoginsRight } from "../../setup/steps/source.ts";
import { readSecret } from "../../setup/steps/secret_data.ts";
import type { SettingsContext } from "../context.ts";
import { rolloutState } from "../rollout_state.ts";

const CONTROLLER_TIMEOUT_SEC = 600;

/** Gives Flux the proxy and this machine's authorities, and restarts each controller that was started with others. */
export const fluxProxyStep: Step<SettingsContext> = {
  id: "flux-proxy",
  title: "Give Flux the proxy and the authorities",
  failure: {
    category: "flux",
    cannot: "Flux could not be given the proxy and the authorities",
    nextAction: 'See on the page "Status" what does not start, then try again',
  },
  async look(context) {
    const kube = await requireKube(context);
    return await isSecretRight(kube, context) && await areAuthoritiesRight(context.host, kube) &&
      await areLoginsRight(kube, context.host) && (await staleControllers(kube)).length === 0;
  },
  async act(context) {
    const { say, settings, host } = context;
    const kube = await requireKube(context);
    if (!await isSecretRight(kube, context)) await applyProxySecret(settings, kube);
    if (!await areAuthoritiesRight(host, kube)) await applyAuthorities(host, kube);
    if (!await areLoginsRight(kube, host)) await applyLogins(kube, await readRegistryLogins(host));
    const versions = await startVersions(kube);
    for (const { metadata: { name } } of await staleControllers(kube)) {
      const wanted = deployments(versions).find((it) => it.metadata.name === name);
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
    const areRight = await areAuthoritiesRight(context.host, kube);
    const authorities: Change = {
      object: `ConfigMap ${NAMESPACES.flux}/${AUTHORITIES_CONFIG_MAP}`,
      field: "",
      from: undefined,
      to: "as this machine trusts",
    };
    const restarted = isRight && areRight ? await staleControllers(kube) : deployments({});
    return [
      ...(isRight ? [] : [secret]),
      ...(areRight ? [] : [authorities]),
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

function deployments(versions: StartVersions): KubeObject[] {
  return fluxObjects(versions).filter((it) => it.kind === "Deployment");
}

/** Controllers that were started with something else, or are not back yet. */
async function staleControllers(kube: KubeClient): Promise<KubeObject[]> {
  const versions = await startVersions(kube);
  const annotations = startAnnotations(versions);
  const stale: KubeObject[] = [];
  for (const wanted of deployments(versions)) {
    const { name } = wanted.metadata;
    const found = await kube.get({ resource: KINDS.Deployment, namespace: NAMESPACES.flux, name });
    const isCurrent = hasAnnotations(found?.spec?.template?.metadata?.annotations, annotations);
    const workload = { kind: "Deployment", namespace: NAMESPACES.flux, name } as const;
    if (!isCurrent || await rolloutState(kube, workload) !== true) stale.push(wanted);
  }
  return stale;
}
