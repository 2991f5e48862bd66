import { AgentError } from "../../error.ts";
import { KINDS, type KubeClient } from "../../../k8s/mod.ts";
import type { StepContext } from "../step.ts";

/** The cluster's API. @throws {AgentError} KUBE_API while there is no kubeconfig. */
export async function requireKube({ connectKube }: Pick<StepContext, "connectKube">): Promise<KubeClient> {
  const kube = await connectKube();
  if (!kube) {
    throw new AgentError("KUBE_API", "Kubernetes has no kubeconfig yet", {
      hint: "Wait until k3s has started",
    });
  }
  return kube;
}

/** True when a Deployment is Available in its current generation, else what it waits for. */
export async function deploymentState(
  kube: KubeClient,
  namespace: string,
  name: string,
): Promise<true | string> {
  const found = await kube.get({ resource: KINDS.Deployment, namespace, name });
  if (!found) return `${name} does not exist yet`;
  if ((found.status?.observedGeneration ?? 0) < (found.metadata.generation ?? 0)) {
    return `${name} has not been looked at yet`;
  }
  const conditions = (found.status?.conditions ?? []) as { type: string; status: string; message?: string }[];
  const available = conditions.find((it) => it.type === "Available");
  return available?.status === "True"
    ? true
    : `${name} is not available yet${available?.message ? `: ${available.message}` : ""}`;
}
