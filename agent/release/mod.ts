/** Releases and the registries that hold them. */
export { download } from "./download.ts";
export { createRegistryClient, type RegistryClientOptions } from "./registry_client.ts";
export * from "./registry.ts";
export * from "./release.ts";
export { NEEDED_REGISTRIES, type ReleaseImage, releaseImages } from "./release_images.ts";
export { resolveRelease } from "./resolve_release.ts";
