import { createArtifact, encodeJson, type OciArtifact, type Place } from "./oci_artifact.ts";
import { type Files, packFiles } from "./pack_files.ts";

export const FLUX_CONFIG = "application/vnd.cncf.flux.config.v1+json";
export const FLUX_CONTENT = "application/vnd.cncf.flux.content.v1.tar+gzip";

/** Where content came from: a commit, and its date (ISO 8601, UTC). */
export interface Origin {
  commit: string;
  createdAt: string;
}

/** Files as an artifact that Flux' source-controller takes. */
export async function fluxArtifact(
  place: Place,
  files: Files,
  { commit, createdAt }: Origin,
): Promise<OciArtifact> {
  return createArtifact(place, {
    config: { mediaType: FLUX_CONFIG, bytes: encodeJson({}) },
    layers: [{ mediaType: FLUX_CONTENT, bytes: await packFiles(files) }],
    annotations: {
      "org.opencontainers.image.created": createdAt,
      "org.opencontainers.image.revision": `${place.tag}@sha1:${commit}`,
    },
  });
}
