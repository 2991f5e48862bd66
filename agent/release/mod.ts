/** Releases: what one is, which images it needs, how a channel leads to it. */
export * from "./manifest.ts";
export {
  NEEDED_REGISTRIES,
  type ReleaseImage,
  releaseImages,
  type ValuesImage,
  valuesImages,
} from "./images.ts";
export { type ImageSize, type Layer, measureImage } from "./measure_image.ts";
export { type NamedImage, namedImages } from "./named_images.ts";
export { type AskedImage, fetchConfig, findLargestLayer, resolveRelease } from "./resolve.ts";
export { touchedReleases } from "./touches.ts";
export { isOlder, numbersOf, pathProblem } from "./upgrade_path.ts";
