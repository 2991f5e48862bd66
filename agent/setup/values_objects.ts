import type { KubeObject } from "../../k8s/mod.ts";
import { proxyEnvironment } from "../../k8s/k3s/config.ts";
import { NAMESPACES } from "../product/names.ts";
import { KUBE_SERVICE_ADDRESS } from "../product/networks.ts";
import type { ResolvedRelease } from "../release/mod.ts";
import { renderValues } from "../release/render_values.ts";

/** What of the answers the values of the releases depend on. */
export interface ValuesAnswers {
  appUrl: string;
  proxyUrl: string;
  noProxy: string;
}

/**
 * The ConfigMaps that Flux and the status read of a release with these answers. @see contract.md 2.4
 * @throws {AgentError} VALUES_FAILED when the release's values cannot be edited.
 */
export function valuesObjects(resolved: ResolvedRelease, answers: ValuesAnswers): KubeObject[] {
  const { appUrl } = answers;
  const values = renderValues(resolved.manifest, appUrl, podEnvironment(answers)).map((it) =>
    configMap(`${VALUES_PREFIX}${it.release}`, { [it.key]: it.text })
  );
  return [...values, configMap("appliance-release-selection", selectionData(resolved))];
}

/** Before the name of a Helm release: the ConfigMap with its values. */
export const VALUES_PREFIX = "appliance-values-";

/** Pods reach each other and the application without the proxy. One with a password is kept from them: a ConfigMap is no place for it. */
function podEnvironment({ appUrl, proxyUrl, noProxy }: ValuesAnswers): Record<string, string> {
  if (proxyUrl === "" || new URL(proxyUrl).password !== "") return {};
  const nodeAddresses = [KUBE_SERVICE_ADDRESS, new URL(appUrl).hostname];
  return proxyEnvironment({ proxyUrl, noProxy, nodeAddresses });
}

function selectionData(
  { manifest, channel, registryHost, repository, manifestDigest }: ResolvedRelease,
): Record<string, string> {
  return {
    releaseVersion: manifest.version,
    selectedChannel: channel,
    appVersion: manifest.version,
    registryHost,
    repository,
    manifestDigest,
    algaCoreTag: manifest.images.algaCore,
    workflowWorkerTag: manifest.images.workflowWorker ?? "",
    emailServiceTag: manifest.images.emailService ?? "",
    temporalWorkerTag: manifest.images.temporalWorker ?? "",
    controlPlaneTag: manifest.controlPlane ?? "",
    supportAgent: manifest.supportAgent ?? "",
  };
}

function configMap(name: string, data: Record<string, string>): KubeObject {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: NAMESPACES.settings }, data };
}
