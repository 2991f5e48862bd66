import { KINDS, type KubeClient } from "../../../k8s/mod.ts";
import { AgentError } from "../../error.ts";
import type { Step, StepTools } from "../../operation/step.ts";
import { requireKube } from "../../setup/steps/cluster.ts";
import { releasesOf, type UpdateContext } from "../context.ts";
import { imagePod, podState, removeImagePods } from "./image_pods.ts";
import { countImages, progressOf } from "./image_count.ts";
import { canonicalName, readImagesThere } from "./images_there.ts";
import { measureImages, type NeededImage, neededImages } from "./needed_images.ts";

/** What fetching images beforehand may use. */
export type PrepareContext =
  & StepTools
  & Pick<UpdateContext, "request" | "settings" | "registry" | "mirrors" | "agentPort" | "connectKube">;

/** Id of the obligation to take unfinished pods away. Stored, so never renamed. */
export const STOP_FETCHING = "stop-fetching";

const LOOK_MS = 1_000;
/** Without a byte or a word for this long it is lost. */
const STALLED_MS = 60 * 60_000;
/** The kubelet has given up for now; it would try again by itself, and so does this, where people see it. */
const PULL_FAILED =
  /^(ErrImagePull|ImagePullBackOff|InvalidImageName|ErrImageNeverPull|RegistryUnavailable)$/;

/** Has the kubelet fetch every image of the way, one after the other. What came stays, however this ends. */
export const fetchImagesStep: Step<PrepareContext> = {
  id: "fetch-images",
  title: "Fetch the images",
  mayCancel: true,
  failure: {
    category: "registry-release-source",
    cannot: "An image could not be fetched",
    nextAction: 'See on the page "Status" whether the registry can be reached; what is there stays there',
  },
  async look(context) {
    const there = await readImagesThere(await requireKube(context));
    return imagesFor(context).every((it) => there.has(canonicalName(it.name)));
  },
  async act(context) {
    const kube = await requireKube(context);
    const images = imagesFor(context);
    await removeImagePods(kube, { allBut: images.map((it) => it.name) });
    await context.owe(STOP_FETCHING, {});
    const count = await createCount(context, images);
    const nodeName = await requireNode(kube);
    for (const [at, image] of images.entries()) {
      const there = await readImagesThere(kube);
      await count(there);
      if (there.has(canonicalName(image.name))) continue;
      context.say(`Image ${at + 1} of ${images.length}: ${image.name}`);
      await fetchImage(context, { kube, image, nodeName, tell: () => count(there) });
    }
    await count(await readImagesThere(kube));
    context.say(`All ${images.length} images are on this machine`);
  },
};

function imagesFor(context: PrepareContext): NeededImage[] {
  return neededImages(releasesOf(context), context.mirrors);
}

async function requireNode(kube: KubeClient): Promise<string> {
  const [node] = (await kube.list(KINDS.Node)).items;
  if (node) return node.metadata.name;
  throw new AgentError("KUBE_API", "Kubernetes has no node", { hint: "Look at k3s (systemctl status k3s)" });
}

/** Waits until the kubelet has one image. `tell` gives how many bytes are there. */
async function fetchImage(
  { clock, signal }: PrepareContext,
  { kube, image, nodeName, tell }: {
    kube: KubeClient;
    image: NeededImage;
    nodeName: string;
    tell(): Promise<number>;
  },
): Promise<void> {
  let said = "";
  let lastMs = clock.nowMs();
  for (;;) {
    signal.throwIfAborted();
    const state = await podState(kube, image.name);
    if (state.is === "there") return;
    if (state.is === "absent") await kube.create(imagePod(image, nodeName));
    if (state.is === "waiting" && (PULL_FAILED.test(state.reason) || state.isOver)) {
      throw fetchError(image, state);
    }
    const now = `${JSON.stringify(state)} ${await tell()}`;
    if (now !== said) lastMs = clock.nowMs();
    said = now;
    if (clock.nowMs() - lastMs > STALLED_MS) {
      throw new AgentError("TIMEOUT", `Nothing of ${image.name} has come for an hour`);
    }
    await clock.sleep(LOOK_MS, signal);
  }
}

function fetchError(
  image: NeededImage,
  { reason, message }: { reason: string; message: string },
): AgentError {
  const why = [reason, message].filter(Boolean).join(": ");
  return new AgentError("DOWNLOAD_FAILED", `Image ${image.name} could not be fetched: ${why}`);
}

/** Tells how far it is where that is asked for; gives how much is there. */
async function createCount(
  { host, progress, ...context }: PrepareContext,
  images: readonly NeededImage[],
): Promise<(there: ReadonlySet<string>) => Promise<number>> {
  const measured = await measureImages(images, context);
  return async (there) => {
    const counted = progressOf(await countImages(host, { images, measured, there }));
    progress(counted);
    return counted.done;
  };
}
