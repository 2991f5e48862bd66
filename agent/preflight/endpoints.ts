import { NEEDED_REGISTRIES, type RegistryMirrors } from "../release/mod.ts";

/** Who is really asked for one registry. */
export interface Endpoint {
  registry: string;
  hostName: string;
  port: number;
  isEncrypted: boolean;
}

/** The needed registries, each with its mirror in place. A mirror of ghcr.io alone stands for all: it is an offline site. */
export function askedEndpoints(mirrors: RegistryMirrors): Endpoint[] {
  const registries = mirrors["ghcr.io"] !== undefined && mirrors["docker.io"] === undefined
    ? ["ghcr.io"]
    : NEEDED_REGISTRIES;
  return registries.map((registry) => {
    const url = new URL(
      mirrors[registry] ?? `https://${registry === "docker.io" ? "registry-1.docker.io" : registry}`,
    );
    const isEncrypted = url.protocol === "https:";
    return {
      registry,
      hostName: url.hostname.replace(/^\[|\]$/g, ""),
      port: Number(url.port) || (isEncrypted ? 443 : 80),
      isEncrypted,
    };
  });
}
