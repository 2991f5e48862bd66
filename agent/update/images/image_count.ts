import type { Host } from "../../host/host.ts";
import type { Progress } from "../../operation/step.ts";
import type { Layer } from "../../release/mod.ts";
import { progressText } from "../../text/progress_text.ts";
import { bytesThere, canonicalName } from "./images_there.ts";
import type { MeasuredImage, NeededImage } from "./needed_images.ts";

/** How much of some images is on this machine. */
export interface ImageCount {
  images: { done: number; total: number };
  /** Layers that several images share count once. `undefined` where the registry does not tell every size. */
  bytes?: { done: number; total: number };
}

/** Counts against what is there, by canonical names. Bytes are counted where every size is `measured`. */
export async function countImages(
  host: Host,
  { images, measured, there }: {
    images: readonly NeededImage[];
    /** What the registry said of them; empty while it has not. */
    measured: readonly MeasuredImage[];
    there: ReadonlySet<string>;
  },
): Promise<ImageCount> {
  const isThere = (it: NeededImage) => there.has(canonicalName(it.name));
  const counted = { done: images.filter(isThere).length, total: images.length };
  const total = sum(layersOf(measured));
  if (measured.length < images.length || measured.some((it) => "problem" in it) || total === 0) {
    return { images: counted };
  }
  const whole = layersOf(measured.filter(isThere));
  const known = new Set(whole.map((it) => it.digest));
  const open = layersOf(measured).filter((it) => !known.has(it.digest));
  return { images: counted, bytes: { done: sum(whole) + await bytesThere(host, open), total } };
}

/** The finer of the two. */
export function progressOf({ images, bytes }: ImageCount): Progress {
  return bytes ? { unit: "bytes", ...bytes } : { unit: "images", ...images };
}

/** "12 of 31 images, 4.1 of 9.6 GB" */
export function countText({ images, bytes }: ImageCount): string {
  const texts = [progressText({ unit: "images", ...images })];
  if (bytes) texts.push(progressText({ unit: "bytes", ...bytes }));
  return texts.join(", ");
}

/** Every layer of these images, once. */
function layersOf(images: readonly MeasuredImage[]): Layer[] {
  const all = images.flatMap((it) => "size" in it ? it.size.layers : []);
  return [...new Map(all.map((it) => [it.digest, it])).values()];
}

function sum(layers: readonly Layer[]): number {
  return layers.reduce((bytes, it) => bytes + it.sizeBytes, 0);
}
