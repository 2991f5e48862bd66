import { createHash } from "node:crypto";
import { RegistryError } from "../../../../agent/registry/errors.ts";
import type { RegistryClient } from "../../../../agent/registry/registry.ts";
import { registryOf } from "../update_world.ts";

/** What a registry has of one image: its layers, each "NAME SIZE" in MB, and for which machine. */
export interface FakeImage {
  layers: readonly string[];
  architecture?: string;
}

/** The digest of a layer by its name. */
export function layerDigest(name: string): string {
  return `sha256:${createHash("sha256").update(name).digest("hex")}`;
}

/** A registry of these images, by "REPOSITORY:TAG" without what stands before the last slash. */
export function imageRegistry(images: Record<string, FakeImage>): RegistryClient {
  const encode = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
  const find = (repository: string, reference: string): FakeImage => {
    const found = images[`${repository.split("/").at(-1)}:${reference}`];
    if (found) return found;
    throw new RegistryError(
      "not-found",
      "ghcr.io",
      `ghcr.io does not have ${repository}:${reference} (404)`,
      {
        status: 404,
      },
    );
  };
  return {
    ...registryOf(() => {
      throw new TypeError("no release is asked for here");
    }, () => false),
    // deno-lint-ignore require-await -- what is missing is refused
    async fetchManifest(_host, repository, reference) {
      const { layers, architecture = "amd64" } = find(repository, reference);
      const manifest = {
        config: { digest: layerDigest(architecture) },
        layers: layers.map((it) => {
          const [name = "", size] = it.split(" ");
          return { digest: layerDigest(name), size: Number(size) * 1e6 };
        }),
      };
      return { digest: "", mediaType: "", bytes: encode(manifest) };
    },
    fetchBlob: (_host, _repository, { digest }) =>
      Promise.resolve(
        encode({ os: "linux", architecture: digest === layerDigest("arm64") ? "arm64" : "amd64" }),
      ),
    exists: (_host, repository, reference) =>
      Promise.resolve(images[`${repository.split("/").at(-1)}:${reference}`] !== undefined),
  };
}

/** The four images of a release of the update world, with one layer that all releases share. */
export function imagesOf(version: string, ownMb: number): Record<string, FakeImage> {
  const names = ["alga-psa-ee", "workflow-worker", "email-service", "temporal-worker"];
  return Object.fromEntries(names.map((it) => [
    `${it}:tag-${version}`,
    { layers: ["base 1000", `${it}-${version} ${ownMb}`] },
  ]));
}
