import { parse, stringify } from "yaml";
import { ReleaseManifest } from "../../agent/release/manifest.ts";
import { type HelmReleaseName } from "../../agent/product/helm_releases.ts";
import { buildRelease, type BuiltRelease } from "../../tools/release/build_release.ts";
import { moveChannel, pushRelease } from "../../tools/release/push_release.ts";
import { createRegistryWriter } from "../../tools/release/registry_writer.ts";
import { parseReleaseSpec } from "../../tools/release/release_spec.ts";
import { pushImage } from "../simulator/push.ts";

const repo = new URL("../..", import.meta.url).pathname;
const PORTS_SEC = { initialDelaySeconds: 1, periodSeconds: 2 };

/** An image that a sample release needs: `standin` answers over HTTP on the ports of its arguments and has a shell too. */
export interface SampleImage {
  /** host/repository:tag */
  name: string;
  kind: "standin" | "shell";
}

export interface SampleReleaseOptions {
  /** Default 1.4.0. */
  version?: string;
  /** Default the time of its commit. */
  releasedAt?: string;
  /** Release channels that point at it; default stable and nightly. */
  channels?: readonly ("stable" | "nightly")[];
  /** Host in image names; default ghcr.io, which a containerd mirror leads to the registry. */
  imageHost?: string;
  /** Where Flux finds charts; default the registry itself over plain HTTP. */
  chartRepository?: { url: string; insecure: boolean };
  /** Tags of the application's images; default the release's version. */
  images?: Partial<ReleaseManifest["images"]>;
  /** Names of images (like "email-service") that are not pushed: they are missing. */
  missing?: readonly string[];
  /** Merged over the values of a release, deeply: `{ "alga-core": { standin: … } }`. */
  values?: Partial<Record<HelmReleaseName, unknown>>;
  /** Shorter waits of Helm and of rollouts, in seconds, so that a release fails while a test looks. */
  timeoutSec?: Partial<Record<HelmReleaseName, number>>;
  /** Puts one image into the registry; default the least that has a tag, which no kubelet can run. */
  pushImage?(image: SampleImage): Promise<unknown>;
}

/** What {@link pushSampleRelease} made. */
export interface SampleRelease {
  built: BuiltRelease;
  manifest: ReleaseManifest;
  /** Digest of the release pointer. */
  digest: string;
  images: readonly SampleImage[];
}

/**
 * Publishes a whole release to a registry with the product's own topology and release tool: stand-in charts, our PgBouncer chart,
 * bundle, images, pointer, channels. Twice with the same options changes nothing.
 */
export async function pushSampleRelease(
  registryUrl: string,
  options: SampleReleaseOptions = {},
): Promise<SampleRelease> {
  const built = await buildSampleRelease(registryUrl, options);
  const { artifacts } = built;
  const manifest = ReleaseManifest.parse(built.manifest);
  // Whatever a name in the release says, this registry answers for it.
  const hosts = [
    "ghcr.io",
    new URL(registryUrl).host,
    new URL(options.chartRepository?.url ?? registryUrl).host,
  ];
  const writer = createRegistryWriter({
    mirrors: Object.fromEntries(hosts.map((it) => [it, registryUrl])),
    credentials: () => undefined,
  });
  const images = sampleImages(manifest, options.imageHost);
  const push = options.pushImage ??
    ((image) => {
      const [, repository = "", tag = ""] = /^[^/]+\/(.+):([^:/]+)$/.exec(image.name) ?? [];
      return pushImage(registryUrl, repository, tag);
    });
  for (const image of images) {
    if (!options.missing?.some((it) => image.name.includes(`/${it}:`))) await push(image);
  }
  await Array.fromAsync(pushRelease(writer, artifacts));
  const pointer = artifacts[artifacts.length - 1];
  if (pointer === undefined) throw new Error("A release has a pointer");
  for (const channel of options.channels ?? ["stable", "nightly"]) {
    await moveChannel(writer, pointer, channel);
  }
  return { built, manifest, digest: pointer.digest, images };
}

/** The same without sending anything. */
export async function buildSampleRelease(
  registryUrl: string,
  options: SampleReleaseOptions = {},
): Promise<BuiltRelease> {
  const version = options.version ?? "1.4.0";
  const chartRepository = options.chartRepository ?? {
    url: `oci://${new URL(registryUrl).host}/nine-minds/charts`,
    insecure: true,
  };
  const spec = parseReleaseSpec(stringify({
    version,
    images: {
      algaCore: version,
      workflowWorker: version,
      emailService: version,
      temporalWorker: version,
      ...options.images,
    },
    chartRepository,
    ...(options.releasedAt && { releasedAt: options.releasedAt }),
  }));
  const topologyDir = await Deno.makeTempDir({ prefix: "alga-topology-" });
  try {
    await writeSampleTopology(topologyDir, options);
    return await buildRelease(spec, {
      topologyDir,
      chartDirs: [
        `${repo}flux/charts/pgbouncer`,
        ...STANDIN_CHARTS.map((it) => `${repo}tests/charts/${it}`),
      ],
      origin: { commit: "0".repeat(40), createdAt: "2026-01-01T00:00:00Z" },
    });
  } finally {
    await Deno.remove(topologyDir, { recursive: true });
  }
}

/** Charts of tests/charts. */
export const STANDIN_CHARTS = [
  "sebastian",
  "temporal",
  "email-service",
  "workflow-worker",
  "temporal-worker",
];

function sampleImages({ images, version }: ReleaseManifest, host = "ghcr.io"): SampleImage[] {
  const standins = {
    "alga-psa-ee": images.algaCore,
    "workflow-worker": images.workflowWorker ?? version,
    "email-service": images.emailService ?? version,
    "temporal-worker": images.temporalWorker ?? version,
    standin: "1",
  };
  return [
    ...Object.entries(standins).map(([name, tag]) => ({
      name: `${host}/nine-minds/${name}:${tag}`,
      kind: "standin" as const,
    })),
    { name: `${host}/nine-minds/busybox:1`, kind: "shell" },
  ];
}

/** The repository's topology, its values made fit for a small, quick cluster. */
export async function writeSampleTopology(dir: string, options: SampleReleaseOptions = {}): Promise<void> {
  const place = `${options.imageHost ?? "ghcr.io"}/nine-minds`;
  const shell = { repository: `${place}/busybox`, tag: "1", digest: "" };
  const standin = { repository: `${place}/standin`, tag: "1", digest: "" };
  const probes = { readinessProbe: PORTS_SEC };
  const small = { persistence: { size: "64Mi" } };
  const overrides: Record<string, unknown> = {
    "alga-core": {
      server: { image: { name: `${place}/alga-psa-ee` }, ...small },
      setup: {
        image: { name: `${place}/alga-psa-ee` },
        waitForBootstrap: { image: { name: shell.repository, tag: shell.tag } },
      },
      db: { image: shell, ...small },
      redis: { image: shell, ...small },
      sharedTenantSecrets: { enabled: false },
      standin: { volumePrepImage: `${shell.repository}:${shell.tag}` },
    },
    pgbouncer: { image: standin, command: ["/standin"], args: ["6432"] },
    temporal: {
      image: standin,
      ui: { image: standin },
      namespaceInit: { image: shell },
      server: probes,
    },
    "email-service": {
      image: { repository: `${place}/email-service` },
      waitForBootstrap: { image: { name: shell.repository, tag: shell.tag } },
      sharedTenantSecrets: { enabled: false },
      ...probes,
    },
    "workflow-worker": { image: { repository: `${place}/workflow-worker` }, ...probes },
    "temporal-worker": { image: { repository: `${place}/temporal-worker` }, ...probes },
  };
  const profile = "profiles/single-node/values";
  for (const folder of ["base", "base/platform", "base/core", "base/background", profile]) {
    await Deno.mkdir(`${dir}/${folder}`, { recursive: true });
    for await (const { name, isFile } of Deno.readDir(`${repo}flux/${folder}`)) {
      if (isFile) await Deno.copyFile(`${repo}flux/${folder}/${name}`, `${dir}/${folder}/${name}`);
    }
  }
  for (const [release, sec] of Object.entries(options.timeoutSec ?? {})) {
    const layer = ["alga-core", "pgbouncer"].includes(release) ? "core" : "background";
    const path = `${dir}/base/${layer}/${release}.yaml`;
    const text = (await Deno.readTextFile(path)).replace(/^ {2}timeout: .*$/m, `  timeout: ${sec}s`)
      .replace(/progressDeadlineSeconds: \d+/, `progressDeadlineSeconds: ${sec}`);
    await Deno.writeTextFile(path, text);
    if (release === "pgbouncer") {
      Object.assign(overrides[release] as object, { progressDeadlineSeconds: sec });
    }
  }
  for (const [release, override] of Object.entries(overrides)) {
    const path = `${dir}/${profile}/${release}.single-node.yaml`;
    const own = options.values?.[release as HelmReleaseName];
    const values = merge(merge(parse(await Deno.readTextFile(path)), override), own);
    await Deno.writeTextFile(path, stringify(values));
  }
}

function merge(under: unknown, over: unknown): unknown {
  if (over === undefined) return under;
  if (!isMap(under) || !isMap(over)) return over;
  const keys = new Set([...Object.keys(under), ...Object.keys(over)]);
  return Object.fromEntries([...keys].map((key) => [key, merge(under[key], over[key])]));
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
