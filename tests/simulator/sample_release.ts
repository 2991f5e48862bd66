import { type ReleaseManifest } from "../../agent/release/manifest.ts";
import { HELM_RELEASES, valuesKey } from "../../agent/product/helm_releases.ts";

/** Values of a sample release: invented, in the shape of published ones. */
const VALUES = {
  "alga-core": `# sample values of alga-core
namespace: msp
env: production
appUrl: "https://alga.local"
host: alga.local
domainSuffix: .local
bootstrap:
  mode: fresh
server:
  image:
    name: ghcr.io/nine-minds/alga-psa-ee
    tag: placeholder
  hostNetwork: true
  replicaCount: 1
setup:
  image:
    name: ghcr.io/nine-minds/alga-psa-ee
    tag: placeholder
  runMigrations: true
`,
  pgbouncer: "replicaCount: 1\n",
  temporal: "ui:\n  enabled: true\n",
  "workflow-worker": "image:\n  name: ghcr.io/nine-minds/workflow-worker\n  tag: placeholder\n",
  "email-service": "image:\n  name: ghcr.io/nine-minds/email-service\n  tag: placeholder\n",
  "temporal-worker":
    "publicBaseUrl: https://alga.local\nimage:\n  name: ghcr.io/nine-minds/temporal-worker\n  tag: placeholder\n",
} as const;

/** A release manifest as a publisher would write it. */
/** Version of every chart of the sample release. */
export const SAMPLE_CHARTS = "0.1.0";
const CHARTS = ["sebastian", "pgbouncer", "temporal", "temporal-worker", "workflow-worker", "email-service"];

/** Every chart in one version. */
export function sampleCharts(version = SAMPLE_CHARTS): Record<string, string> {
  return Object.fromEntries(CHARTS.map((it) => [it, version]));
}

export function sampleReleaseManifest(overrides: Partial<ReleaseManifest> = {}): ReleaseManifest {
  return {
    schema: "alga.appliance.release/v1",
    version: "1.4.0",
    channel: "stable",
    valuesProfile: "single-node",
    images: {
      algaCore: "4f2c91d",
      workflowWorker: "9be1f02",
      emailService: "2222bbb",
      temporalWorker: "3333ccc",
    },
    controlPlane: null,
    supportAgent: null,
    config: {
      repository: "ghcr.io/nine-minds/alga-appliance-config",
      tag: "1.4.0",
      digest: `sha256:${"1".repeat(64)}`,
    },
    charts: sampleCharts(),
    profileValues: Object.fromEntries(HELM_RELEASES.map((it) => [valuesKey(it, "single-node"), VALUES[it]])),
    ...overrides,
  };
}
