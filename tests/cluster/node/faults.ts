import { KINDS, type KubeClient, type KubeObject } from "../../../k8s/mod.ts";
import { NODE_NAME, type Part } from "./node_programs.ts";
import type { RealNode } from "./real_node.ts";
import { until } from "../../until.ts";

/** Takes a fault away again. */
export type Undo = () => Promise<void>;

/** A repository, or one tag of it, is not in the registry. `name` as in `nine-minds/email-service` or `…/manifests/1.4.0`. */
export function hideImage(node: RealNode, name: string): Undo {
  const undo = node.registry.fail(name.includes("/manifests/") ? name : `/v2/${name}/manifests/`, {
    kind: "status",
    status: 404,
  });
  return () => Promise.resolve(undo());
}

/**
 * A program of Kubernetes is killed; the undo starts it and waits until the API answers, for the kubelet until the node is Ready.
 * k3s is one process: with its API server its controllers start again too.
 */
export async function stopPart(node: RealNode, part: Part): Promise<Undo> {
  await node.k3s.stopPart(part);
  return async () => {
    await node.k3s.startPart(part);
    if (part === "kube-apiserver" || part === "kine") await node.untilApiAnswers();
    if (part === "kube-apiserver") await node.restartControllers();
    if (part === "kubelet") await untilNodeReady(node);
  };
}

/** A Deployment has no pods until the undo. */
export async function scaleToZero(node: RealNode, namespace: string, name: string): Promise<Undo> {
  const ref = { resource: KINDS.Deployment, namespace, name };
  return await withClient(node, async (kube) => {
    const before = (await kube.get(ref))?.spec?.replicas ?? 1;
    await kube.patch(ref, { spec: { replicas: 0 } });
    return () =>
      withClient(node, async (later) => void await later.patch(ref, { spec: { replicas: before } }));
  });
}

/** A Secret is not there until the undo. */
export async function removeSecret(node: RealNode, namespace: string, name: string): Promise<Undo> {
  const ref = { resource: KINDS.Secret, namespace, name };
  return await withClient(node, async (kube) => {
    const before = await kube.get(ref);
    if (!before) throw new Error(`There is no Secret ${namespace}/${name}`);
    await kube.delete(ref);
    const { type, data, metadata: { labels, annotations } } = before as KubeObject & {
      type?: string;
      data?: object;
    };
    const again = {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name, namespace, ...(labels && { labels }), ...(annotations && { annotations }) },
      ...(type && { type }),
      ...(data && { data }),
    };
    return () => withClient(node, async (later) => void await later.create(again));
  });
}

/** The kubelet takes no pods of the ordinary kind any more. */
export async function cordon(node: RealNode, name: string): Promise<Undo> {
  const ref = { resource: KINDS.Node, name };
  await withClient(node, (kube) => kube.patch(ref, { spec: { unschedulable: true } }));
  return () =>
    withClient(node, async (kube) => void await kube.patch(ref, { spec: { unschedulable: null } }));
}

async function untilNodeReady(node: RealNode): Promise<void> {
  const isReady = async (kube: KubeClient) => {
    const found = await kube.get({ resource: KINDS.Node, name: NODE_NAME });
    return found?.status?.conditions?.find((it) => it.type === "Ready")?.status === "True";
  };
  await withClient(node, (kube) => until("the node is Ready", () => isReady(kube), (it) => it));
}

async function withClient<T>(
  node: RealNode,
  body: (kube: KubeClient) => Promise<T>,
): Promise<T> {
  const kube = node.client();
  try {
    return await body(kube);
  } finally {
    kube.close();
  }
}
