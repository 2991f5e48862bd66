import { AgentError } from "../../error.ts";
import { conditionOf, KINDS, type KubeClient, type KubeObject } from "../../../k8s/mod.ts";
import type { StepContext } from "../step.ts";

/** Waiting for these is how every container starts. */
const NORMAL_WAITING = ["ContainerCreating", "PodInitializing"];

/** The cluster's API. @throws {AgentError} KUBE_API while there is no kubeconfig. */
export async function requireKube({ connectKube }: Pick<StepContext, "connectKube">): Promise<KubeClient> {
  const kube = await connectKube();
  if (!kube) {
    throw new AgentError("KUBE_API", "Kubernetes has no kubeconfig yet", {
      hint: "Wait until k3s has started (systemctl status k3s)",
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
  const available = conditionOf(found, "Available");
  if (available?.status === "True") return true;
  const why = await podTrouble(kube, found) ?? available?.message;
  return `${name} is not available yet${why ? `: ${why}` : ""}`;
}

/** Why the newest pod of a Deployment does not run, as the kubelet or the scheduler says it. */
async function podTrouble(kube: KubeClient, deployment: KubeObject): Promise<string | undefined> {
  const labels = Object.entries((deployment.spec?.selector?.matchLabels ?? {}) as Record<string, string>);
  const { items } = await kube.list(KINDS.Pod, {
    ...(deployment.metadata.namespace === undefined ? {} : { namespace: deployment.metadata.namespace }),
    labelSelector: labels.map(([key, value]) => `${key}=${value}`).join(","),
  });
  const created = (pod: KubeObject) => pod.metadata.creationTimestamp ?? "";
  const pod = items.sort((a, b) => created(a) < created(b) ? 1 : -1)[0];
  if (!pod) return undefined;
  const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
  for (const { state } of statuses as { state?: { waiting?: { reason?: string; message?: string } } }[]) {
    const { reason, message } = state?.waiting ?? {};
    if (reason && !NORMAL_WAITING.includes(reason)) return message ? `${reason}: ${message}` : reason;
  }
  const scheduled = conditionOf(pod, "PodScheduled");
  return scheduled?.status === "False" ? scheduled.message : undefined;
}
