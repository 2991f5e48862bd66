import { createHash } from "node:crypto";
import { KINDS, type KubeClient, type KubeObject } from "../../../k8s/mod.ts";
import { NAMESPACES } from "../../product/names.ts";
import type { NeededImage } from "./needed_images.ts";

/** Marks the pods that fetch images. */
const LABEL = "alga-agent/fetches-image";
const IMAGE = "alga-agent/image";

/**
 * A pod that has the kubelet fetch one image, so that it comes through the very mirrors, proxy, logins and authorities that the update
 * will use, and ends at once. It stays when it has ended: the kubelet takes no image away that a container uses, a finished one too.
 * What it runs need not be in the image; it gets no token, no privilege and no network of its own use.
 */
export function imagePod({ name }: Pick<NeededImage, "name">, nodeName: string): KubeObject {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      ...podRef(name),
      labels: { "app.kubernetes.io/managed-by": "alga-agent", [LABEL]: "true" },
      annotations: { [IMAGE]: name },
    },
    spec: {
      // Past the scheduler: there is one node, and nothing has to fit.
      nodeName,
      restartPolicy: "Never",
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: 0,
      containers: [{
        name: "image",
        image: name,
        imagePullPolicy: "IfNotPresent",
        command: ["true"],
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ["ALL"] },
        },
      }],
    },
  };
}

function podRef(image: string): { namespace: string; name: string } {
  const digest = createHash("sha256").update(image).digest("hex").slice(0, 16);
  return { namespace: NAMESPACES.settings, name: `alga-image-${digest}` };
}

/** What became of the pod of an image. */
export type PodState =
  | { is: "there" }
  /** It is not there, or on its way out. */
  | { is: "absent" | "leaving" }
  /** `isOver`: the kubelet does not go on with this pod. */
  | { is: "waiting"; reason: string; message: string; isOver: boolean };

/** How far the kubelet is with an image. */
export async function podState(kube: KubeClient, image: string): Promise<PodState> {
  const pod = await kube.get({ resource: KINDS.Pod, ...podRef(image) });
  if (!pod) return { is: "absent" };
  if (pod.metadata.deletionTimestamp !== undefined) return { is: "leaving" };
  if (hasImage(pod)) return { is: "there" };
  const { reason = "", message = "" } = pod.status?.containerStatuses?.[0]?.state?.waiting ?? {};
  // Refused before it began: the node is short of something.
  if (pod.status?.phase === "Failed") {
    const { reason = "Failed", message = "" } = pod.status;
    return { is: "waiting", reason, message, isOver: true };
  }
  return { is: "waiting", reason, message, isOver: false };
}

/** What comes after the image: it is there, whether or not what was to run could be started. */
const AFTER_PULL = /^(CreateContainer|RunContainer)/;

function hasImage(pod: KubeObject): boolean {
  const { waiting, running, terminated } = pod.status?.containerStatuses?.[0]?.state ?? {};
  return running !== undefined || terminated !== undefined || AFTER_PULL.test(waiting?.reason ?? "");
}

async function imagePods(kube: KubeClient): Promise<KubeObject[]> {
  const labelSelector = `${LABEL}=true`;
  return (await kube.list<KubeObject>(KINDS.Pod, { namespace: NAMESPACES.settings, labelSelector })).items;
}

/** Images that finished pods keep on the machine. */
export async function heldImages(kube: KubeClient): Promise<string[]> {
  return (await imagePods(kube)).filter(hasImage).map(imageOf);
}

/** Takes pods away: those that have no image yet, or all but those of some images. May be repeated. */
export async function removeImagePods(
  kube: KubeClient,
  which: "unfinished" | { allBut: readonly string[] },
): Promise<void> {
  for (const pod of await imagePods(kube)) {
    const goes = which === "unfinished" ? !hasImage(pod) : !which.allBut.includes(imageOf(pod));
    if (goes) {
      await kube.delete({ resource: KINDS.Pod, namespace: NAMESPACES.settings, name: pod.metadata.name });
    }
  }
}

function imageOf(pod: KubeObject): string {
  return pod.metadata.annotations?.[IMAGE] ?? "";
}
