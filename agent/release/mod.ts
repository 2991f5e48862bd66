/** Releases and the registries that hold them. */
export { download } from "../net/download.ts";
export { createRegistryClient, type RegistryClientOptions } from "../registry/client.ts";
export * from "../registry/registry.ts";
export * from "./manifest.ts";
export { NEEDED_REGISTRIES, type ReleaseImage, releaseImages } from "./images.ts";
export { resolveRelease } from "./resolve.ts";
