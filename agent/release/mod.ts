/** Releases: what one is, which images it needs, how a channel leads to it. */
export * from "./manifest.ts";
export { NEEDED_REGISTRIES, type ReleaseImage, releaseImages } from "./images.ts";
export { fetchConfig, resolveRelease } from "./resolve.ts";
