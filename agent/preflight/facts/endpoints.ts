import { NEEDED_REGISTRIES } from "../../release/mod.ts";
import { type RegistryMirrors, registryUrl } from "../../registry/registry.ts";
import type { Endpoint } from "../../net/endpoint.ts";

/**
 * Needed registries that have no mirror although ghcr.io has one. Such a site is taken to be offline and to have these
 * images on the machine: they are not asked, and the check of the mirrors says so.
 */
export function unmirrored(mirrors: RegistryMirrors): string[] {
  return mirrors["ghcr.io"] === undefined ? [] : NEEDED_REGISTRIES.filter((it) => mirrors[it] === undefined);
}

/** The needed registries that are asked, each with its mirror in place. */
export function askedEndpoints(mirrors: RegistryMirrors): Endpoint[] {
  const left = unmirrored(mirrors);
  return NEEDED_REGISTRIES.filter((it) => !left.includes(it)).map((registry) => {
    const url = new URL(registryUrl(registry, mirrors));
    const isEncrypted = url.protocol === "https:";
    return {
      registry,
      hostName: url.hostname.replace(/^\[|\]$/g, ""),
      port: Number(url.port) || (isEncrypted ? 443 : 80),
      isEncrypted,
    };
  });
}
