import type { KubeClient } from "../../../k8s/mod.ts";
import type { Progress } from "../../operation/step.ts";
import { abortWith } from "../../signals.ts";
import { targetOf, type UpdateContext } from "../context.ts";
import { countImages, countText, type ImageCount, progressOf } from "./image_count.ts";
import { readImagesThere } from "./images_there.ts";
import { type MeasuredImage, measureImages, neededImages } from "./needed_images.ts";

const MINUTE_MS = 60_000;
/** One look reads three lists of Kubernetes and the sizes of the layers under way, so it comes less often than its caller asks. */
const LOOK_MS = 10_000;
/** Before that a download that rests for a moment is no news. */
const STALLED_MS = 3 * MINUTE_MS;

/** What has come of an update's images. */
export interface Arrival {
  /** "12 of 31 images, 4.1 of 9.6 GB are here"; and that nothing has come for some minutes, where that is so. */
  text: string;
  progress: Progress;
}

/** Follows the images of an update while they come. It is only told: whatever cannot be asked fails nothing. */
export interface Arrivals {
  /** `undefined` when all of them are here, and before anything is known. Between two looks the newest answer again. */
  look(kube: KubeClient): Promise<Arrival | undefined>;
  /** Asks the registry nothing more; resolves when it does not. */
  close(): Promise<void>;
}

/** Asks the registry for the sizes once, beside what goes on; until it has told, and where it does not, images alone are counted. */
export function followArrivals(
  context: Pick<UpdateContext, "request" | "mirrors" | "registry" | "host" | "clock" | "signal">,
): Arrivals {
  const { host, clock, registry } = context;
  const images = neededImages([targetOf(context)], context.mirrors);
  const closed = new AbortController();
  const unlink = abortWith(closed, context.signal);
  let measured: readonly MeasuredImage[] = [];
  const measuring = measureImages(images, { registry, signal: closed.signal })
    .then((it) => void (measured = it), () => {});
  let newest: Arrival | undefined;
  let lookedMs = -Infinity;
  let done = { images: -1, bytes: -1 };
  let cameMs = clock.nowMs();

  function arrivalOf(count: ImageCount): Arrival | undefined {
    const nowMs = clock.nowMs();
    const now = { images: count.images.done, bytes: count.bytes?.done ?? -1 };
    if (now.images !== done.images || now.bytes !== done.bytes) cameMs = nowMs;
    done = now;
    if (count.images.done === count.images.total) return undefined;
    const forMs = nowMs - cameMs;
    const came = forMs < STALLED_MS
      ? ""
      : `; ${count.bytes ? "nothing has come" : "no further image"} for ${Math.floor(forMs / MINUTE_MS)} min`;
    return { text: `${countText(count)} are here${came}`, progress: progressOf(count) };
  }

  return {
    async look(kube) {
      if (images.length === 0 || clock.nowMs() - lookedMs < LOOK_MS) return newest;
      lookedMs = clock.nowMs();
      try {
        const there = await readImagesThere(kube);
        newest = arrivalOf(await countImages(host, { images, measured, there }));
      } catch {
        // Away for a while: what was known stands.
      }
      return newest;
    },
    async close() {
      unlink();
      closed.abort();
      await measuring;
    },
  };
}
