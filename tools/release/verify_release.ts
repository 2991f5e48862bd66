import { errorText } from "../../agent/error.ts";
import {
  AGENT_ARCHITECTURES,
  placeOf,
  RELEASE_REGISTRY,
  type ReleaseManifest,
  type ResolvedRelease,
  resolveRelease,
} from "../../agent/release/mod.ts";
import { HELM_RELEASES, type HelmReleaseName, valuesKey } from "../../agent/product/helm_releases.ts";
import { K3S } from "../../agent/product/pins.ts";
import { renderValues } from "../../agent/release/render_values.ts";
import { type RegistryClient } from "../../agent/registry/registry.ts";
import { parseJson } from "../../agent/registry/reply.ts";
import type { TrustedKey } from "../../agent/trust/public_key.ts";
import { verifySignature } from "../../agent/trust/verify_signature.ts";
import { signedParts } from "./sign_release.ts";
import { chartPlaceOf } from "./build_release.ts";
import { type Chart, readChartValues } from "./chart_values.ts";
import { failureHint } from "./failure_hint.ts";
import { FLUX_CONTENT } from "./flux_artifact.ts";
import { chartTag, HELM_CONFIG, HELM_CONTENT } from "./helm_chart.ts";
import { pinProblem } from "./image_pin.ts";
import type { Descriptor } from "./oci_artifact.ts";
import { type Files, unpackFiles } from "./pack_files.ts";
import { type ImageReference, imagesOf, SAMPLE_URL } from "./release_images.ts";
import { type Helm, renderChart } from "./render_chart.ts";
import { renderedImages } from "./rendered_images.ts";
import { ReleaseError } from "./release_error.ts";
import { readBundle } from "./topology.ts";
import { verifyAgentProgram } from "./verify_agent.ts";

/** One thing that a release needs, and whether it is there. */
export interface Finding {
  what: string;
  ok: boolean;
  problem?: string;
  nextStep?: string;
}

/** How closely a release is looked at. */
export interface VerifyOptions {
  /** Pointer and bundle must be signed by one of them; without any, signatures are not looked at. */
  keys?: readonly TrustedKey[];
  /** Renders the charts; without it they are read: what a template makes of its values is not seen. */
  helm?: Helm | undefined;
}

/**
 * Reads a published release as an appliance does, without credentials, and looks for everything it names.
 * One missing thing does not hide the others; only an unreadable pointer ends it.
 */
export async function* verifyRelease(
  client: RegistryClient,
  reference: string,
  { keys = [], helm }: VerifyOptions = {},
): AsyncGenerator<Finding> {
  let resolved: ResolvedRelease | undefined;
  yield await look(`release ${reference}`, async () => {
    resolved = await resolveRelease(client, { reference, channel: "stable" });
  });
  if (resolved === undefined) return;
  const release: ReleaseManifest = resolved.manifest;
  for (const part of keys.length === 0 ? [] : signedParts(resolved)) {
    yield await look(`signature of ${part.repository}@${part.digest}`, async () => {
      const found = await verifySignature(client, part, { keys, nowMs: Date.now() });
      const why = found.status === "invalid" ? found.problem : "it has none";
      require(found.status === "valid", why, "Sign it: deno task release sign");
    });
  }
  const { config, charts, valuesProfile, version } = release;
  const { registryHost: host, repository } = placeOf(config.repository);
  let bundleFiles: Files = {};
  let bundle: ReturnType<typeof readBundle> | undefined;
  yield await look(`config bundle ${config.repository}@${config.digest}`, async () => {
    bundleFiles = await fetchBundle(client, host, repository, config.digest);
    bundle = readBundle(bundleFiles);
  });
  if (config.tag !== undefined) {
    const { tag, digest } = config;
    yield await look(`config bundle ${config.repository}:${tag}`, async () => {
      const found = (await client.fetchManifest(host, repository, tag)).digest;
      require(
        found === digest,
        `it is ${found}, the release names ${digest}`,
        "Build and push under a new version",
      );
    });
  }
  const { agent } = release;
  for (const it of agent ? AGENT_ARCHITECTURES.filter((it) => agent.programs[it]) : []) {
    yield await look(`agent ${agent?.version} for ${it}`, async () => {
      if (agent) await verifyAgentProgram(client, agent, it, keys);
    });
  }
  for (const name of bundle === undefined ? [] : HELM_RELEASES) {
    yield await look(`topology of ${name}`, () => {
      const wanted = bundle?.releases.get(name);
      const key = valuesKey(name, valuesProfile);
      const hint = "Build the release again from a whole topology";
      require(wanted !== undefined, "the config bundle has no HelmRelease of that name", hint);
      require(
        wanted.valuesKey === key,
        `it reads the values "${wanted.valuesKey}", the appliance writes "${key}"`,
        hint,
      );
      const told = charts[wanted.chart];
      require(
        told === wanted.version,
        `the bundle installs chart ${wanted.chart} ${wanted.version}, the release ${version} names ${
          told ?? "none"
        }`,
        hint,
      );
      return Promise.resolve();
    });
  }
  const place = chartPlaceOf(bundle?.chartRepositoryUrl ?? `oci://${RELEASE_REGISTRY}/nine-minds/charts`);
  const fetched = new Map<string, FetchedChart>();
  for (const [name, chartVersion] of Object.entries(charts)) {
    yield await look(`chart ${name} ${chartVersion}`, async () => {
      fetched.set(name, await fetchChart(client, place, name, chartVersion));
    });
  }
  const installed = new Map<HelmReleaseName, Chart>();
  const rendered = new Map<HelmReleaseName, readonly string[]>();
  for (const name of HELM_RELEASES) {
    const wanted = bundle?.releases.get(name);
    const found = fetched.get(wanted?.chart ?? "");
    if (wanted === undefined || found === undefined) continue;
    installed.set(name, found.chart);
    if (helm === undefined) continue;
    yield await look(`rendering of ${name} by Helm ${helm.version}`, async () => {
      const values = renderValues(release, SAMPLE_URL).find((it) => it.release === name);
      const text = await renderChart(helm, {
        packed: found.packed,
        releaseName: wanted.releaseName,
        namespace: wanted.namespace,
        values: values?.text ?? "",
        kubernetesVersion: K3S.version,
      });
      rendered.set(name, renderedImages(text));
    });
  }
  let images: ImageReference[] = [];
  yield await look("values of the six releases", () => {
    images = imagesOf(release, { charts: installed, bundle: bundleFiles, rendered });
    return Promise.resolve();
  });
  for (const image of images) {
    yield await look(`pin of ${image.text}`, () => {
      const problem = pinProblem(image);
      require(problem === undefined, problem ?? "", "Name a whole version, or a digest");
      return Promise.resolve();
    });
    yield await look(`image ${image.text}`, async () => {
      const found = await client.exists(image.host, image.repository, image.reference);
      require(found, `${image.host} does not have it`, "Push the image, or release with another tag");
    });
  }
}

async function fetchBundle(
  client: RegistryClient,
  host: string,
  repository: string,
  digest: string,
): Promise<Files> {
  const manifest = await client.fetchManifest(host, repository, digest);
  const { layers = [] } = parseJson(manifest.bytes, host) as { layers?: Descriptor[] };
  const [layer] = layers;
  const hint = "Build and push the release again";
  require(layer?.mediaType === FLUX_CONTENT, "its first layer is not what Flux takes", hint);
  const files = await unpack(await client.fetchBlob(host, repository, layer), hint);
  require(files["base/kustomization.yaml"] !== undefined, "it has no base/kustomization.yaml", hint);
  return files;
}

interface FetchedChart {
  chart: Chart;
  /** As it lies in the registry. */
  packed: Uint8Array;
}

/** @throws if it is not a chart, or another than its place says. */
async function fetchChart(
  client: RegistryClient,
  place: { host: string; repository: string },
  name: string,
  version: string,
): Promise<FetchedChart> {
  const repository = `${place.repository}/${name}`;
  const { bytes } = await client.fetchManifest(place.host, repository, chartTag(version));
  const { config, layers = [] } = parseJson(bytes, place.host) as {
    config?: Descriptor;
    layers?: Descriptor[];
  };
  const content = layers.find((it) => it.mediaType === HELM_CONTENT);
  const hint = "Push the chart again under a new version";
  require(config?.mediaType === HELM_CONFIG && content !== undefined, "it is not a Helm chart", hint);
  const packed = await client.fetchBlob(place.host, repository, content);
  const meta = parseJson(await client.fetchBlob(place.host, repository, config), place.host) as Record<
    string,
    unknown
  >;
  require(
    meta.name === name && meta.version === version,
    `it says of itself that it is ${meta.name} ${meta.version}`,
    hint,
  );
  return { chart: readChartValues(await unpack(packed, hint)), packed };
}

async function unpack(bytes: Uint8Array, hint: string): Promise<Files> {
  return await unpackFiles(bytes).catch((cause) => {
    throw new ReleaseError(`it cannot be unpacked: ${errorText(cause)}`, hint, { cause });
  });
}

async function look(what: string, check: () => Promise<unknown>): Promise<Finding> {
  try {
    await check();
    return { what, ok: true };
  } catch (error) {
    return { what, ok: false, problem: errorText(error), nextStep: failureHint(error) };
  }
}

function require(condition: unknown, problem: string, hint: string): asserts condition {
  if (!condition) throw new ReleaseError(problem, hint);
}
