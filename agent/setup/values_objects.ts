import type { KubeObject } from "../../k8s/mod.ts";
import { NAMESPACES } from "../product/names.ts";
import type { ResolvedRelease } from "../release/mod.ts";
import { renderValues } from "../release/render_values.ts";
import { podEnvironment, type ProxyAnswers } from "./worker_proxy.ts";

/**
 * The ConfigMaps that Flux and the status read of a release with these answers.
 * @throws {AgentError} VALUES_FAILED when the release's values cannot be edited.
 */
export function valuesObjects(resolved: ResolvedRelease, answers: ProxyAnswers): KubeObject[] {
  const { appUrl } = answers;
  const values = renderValues(resolved.manifest, appUrl, podEnvironment(answers)).map((it) =>
    configMap(`${VALUES_PREFIX}${it.release}`, { [it.key]: it.text })
  );
  return [...values, configMap("appliance-release-selection", selectionData(resolved))];
}

/** Before the name of a Helm release: the ConfigMap with its values. */
export const VALUES_PREFIX = "appliance-values-";

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
