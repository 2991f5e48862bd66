import {
  placeOf,
  PublishedManifest,
  RELEASE_REGISTRY,
  RELEASE_REPOSITORY,
} from "../../agent/release/manifest.ts";
import type { ReleasedAgent } from "./agent_offer.ts";
import { fluxArtifact, type Origin } from "./flux_artifact.ts";
import { chartArtifact, readChart } from "./helm_chart.ts";
import { createArtifact, encodeJson, type OciArtifact, type Place } from "./oci_artifact.ts";
import { ReleaseError } from "./release_error.ts";
import type { ReleaseSpec } from "./release_spec.ts";
import { profileValues, readTopology, renderTopology } from "./topology.ts";

export const RELEASE_TYPE = "application/vnd.alga.appliance.release.v1";
export const RELEASE_CONFIG = "application/vnd.alga.appliance.release.config.v1+json";
const CONFIG_REPOSITORY = "nine-minds/alga-appliance-config";

/** A release as it can be pushed: charts, agent, bundle, and last the pointer that names them. */
export interface BuiltRelease {
  manifest: PublishedManifest;
  artifacts: readonly OciArtifact[];
}

/**
 * Makes a release from its spec, a topology and charts; nothing is sent. The same inputs give the same digests.
 * @throws {ReleaseError} If something is missing.
 */
export async function buildRelease(
  spec: ReleaseSpec,
  options: {
    topologyDir: string;
    chartDirs: readonly string[];
    origin: Origin;
    /** The agent that it brings. */
    agent?: ReleasedAgent;
  },
): Promise<BuiltRelease> {
  const packed = await Promise.all(options.chartDirs.map(readChart));
  const charts: Record<string, string> = { ...spec.charts };
  for (const { name, version } of packed) {
    if (charts[name] !== undefined && charts[name] !== version) {
      throw new ReleaseError(
        `The release file says chart "${name}" is ${charts[name]}; its Chart.yaml says ${version}`,
        `Remove "${name}" from "charts"`,
      );
    }
    charts[name] = version;
  }
  const chartPlace = chartPlaceOf(spec.chartRepository.url);
  const source = await readTopology(options.topologyDir);
  const bundle = await fluxArtifact(
    { host: RELEASE_REGISTRY, repository: CONFIG_REPOSITORY, tag: spec.version },
    renderTopology(source, { ...spec, charts }),
    options.origin,
  );
  const values = profileValues(source, spec.profile, spec.images);
  const manifest = {
    schema: "alga.appliance.release/v1",
    version: spec.version,
    releasedAt: spec.releasedAt ?? toZulu(options.origin.createdAt),
    ...(spec.upgradeFrom && { upgradeFrom: spec.upgradeFrom }),
    ...(spec.backupWithinHours && { backupWithinHours: spec.backupWithinHours }),
    ...(spec.tookMinutes && { tookMinutes: spec.tookMinutes }),
    ...(spec.notes && { notes: spec.notes }),
    valuesProfile: spec.profile,
    images: spec.images,
    controlPlane: spec.controlPlane,
    supportAgent: spec.supportAgent,
    supportReceiptKeys: spec.supportReceiptKeys,
    config: {
      repository: `${RELEASE_REGISTRY}/${CONFIG_REPOSITORY}`,
      tag: spec.version,
      digest: bundle.digest,
    },
    charts,
    profileValues: values,
    ...(options.agent && { agent: options.agent.offer }),
  };
  const pointer = pointerArtifact(spec.version, manifest);
  const chartArtifacts = await Promise.all(packed.map((it) => chartArtifact(chartPlace, it)));
  const agentArtifacts = options.agent ? [options.agent.artifact] : [];
  return {
    manifest: PublishedManifest.parse(manifest),
    artifacts: [...chartArtifacts, ...agentArtifacts, bundle, pointer],
  };
}

/** The same moment in UTC, to the second: git tells it with the committer's time zone. */
function toZulu(time: string): string {
  return new Date(time).toISOString().replace(".000Z", "Z");
}

/** The release pointer: the manifest is its config, and once more its only layer. */
export function pointerArtifact(tag: string, manifest: unknown): OciArtifact {
  const bytes = encodeJson(manifest);
  return createArtifact({ host: RELEASE_REGISTRY, repository: RELEASE_REPOSITORY, tag }, {
    artifactType: RELEASE_TYPE,
    config: { mediaType: RELEASE_CONFIG, bytes },
    layers: [{
      mediaType: RELEASE_CONFIG,
      bytes,
      annotations: { "org.opencontainers.image.title": "release-manifest.json" },
    }],
  });
}

/** Where charts lie, by the `oci://` URL of their repository. */
export function chartPlaceOf(url: string): Omit<Place, "tag"> {
  const { registryHost: host, repository } = placeOf(url.replace(/^oci:\/\//, ""));
  return { host, repository };
}
