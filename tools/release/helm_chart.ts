import { parse } from "yaml";
import * as z from "zod";
import { createArtifact, encodeJson, type OciArtifact } from "./oci_artifact.ts";
import { type Files, packFiles, readFolder } from "./pack_files.ts";
import { ReleaseError } from "./release_error.ts";

export const HELM_CONFIG = "application/vnd.cncf.helm.config.v1+json";
export const HELM_CONTENT = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";

const ChartFile = z.looseObject({
  apiVersion: z.literal("v2"),
  name: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, "must be a chart name"),
  version: z.string().regex(
    /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/,
    "must be a version like 1.2.3",
  ),
});

/** A Helm chart's folder. */
export interface Chart {
  name: string;
  version: string;
  /** Chart.yaml as data. */
  meta: Record<string, unknown>;
  files: Files;
}

/** @throws {ReleaseError} If the folder holds no chart. */
export async function readChart(dir: string): Promise<Chart> {
  const files = await readFolder(dir).catch((cause) => {
    throw new ReleaseError(`Cannot read the chart "${dir}"`, "Name a folder with a Chart.yaml", { cause });
  });
  let data: unknown;
  try {
    data = parse(files["Chart.yaml"] ?? "", { logLevel: "error" });
  } catch (cause) {
    throw new ReleaseError(`"${dir}/Chart.yaml" is not YAML`, "Fix Chart.yaml", { cause });
  }
  const meta = ChartFile.safeParse(data);
  if (!meta.success) {
    const { path, message } = meta.error.issues[0] ?? { path: [], message: "is not a chart" };
    throw new ReleaseError(`"${dir}/Chart.yaml": ${path.join(".")} ${message}`, "Fix Chart.yaml");
  }
  return { name: meta.data.name, version: meta.data.version, meta: meta.data, files };
}

/** The chart as `helm push` would make it. */
export async function chartArtifact(
  place: { host: string; repository: string },
  chart: Chart,
): Promise<OciArtifact> {
  const packed = Object.fromEntries(
    Object.entries(chart.files).map(([path, text]) => [`${chart.name}/${path}`, text]),
  );
  return createArtifact(
    { host: place.host, repository: `${place.repository}/${chart.name}`, tag: chartTag(chart.version) },
    {
      config: { mediaType: HELM_CONFIG, bytes: encodeJson(chart.meta) },
      layers: [{ mediaType: HELM_CONTENT, bytes: await packFiles(packed) }],
    },
  );
}

/** Tags may not hold a plus sign. */
export function chartTag(version: string): string {
  return version.replaceAll("+", "_");
}
