import { type Document, parseAllDocuments } from "yaml";
import { HELM_RELEASES, type HelmReleaseName, valuesKey } from "../../agent/product/helm_releases.ts";
import { type Files, readFolder } from "./pack_files.ts";
import { ReleaseError } from "./release_error.ts";
import type { ReleaseSpec } from "./release_spec.ts";

/** What a HelmRelease of a topology asks for. */
export interface WantedRelease {
  chart: string;
  version: string;
  valuesKey: string;
  /** Helm's own name of it. */
  releaseName: string;
  /** Where it is installed. */
  namespace: string;
}

/** The source of a topology: `base/` and `profiles/` of a folder. */
export async function readTopology(dir: string): Promise<Files> {
  return { ...await readFolder(`${dir}/base`, "base/"), ...await readFolder(`${dir}/profiles`, "profiles/") };
}

/**
 * The topology of one release: chart versions, the profile's keys and the chart repository written in.
 * The appliance applies `./base` whatever the profile is, so a bundle serves one profile.
 * @throws {ReleaseError} If a chart has no version.
 */
export function renderTopology(
  source: Files,
  options: {
    version: string;
    profile: string;
    charts: Readonly<Record<string, string>>;
    chartRepository: ReleaseSpec["chartRepository"];
  },
): Files {
  const rendered: Record<string, string> = {};
  for (const [path, text] of Object.entries(source)) {
    const other = /^profiles\/([^/]+)\//.exec(path)?.[1];
    if (other !== undefined && other !== options.profile) continue;
    rendered[path] = path.startsWith("base/") ? renderFile(text, options) : text;
  }
  return rendered;
}

function renderFile(text: string, options: Parameters<typeof renderTopology>[1]): string {
  const documents = parseAllDocuments(text);
  let changed = false;
  for (const document of documents as Document[]) {
    const object = document.toJS() as { kind?: string; metadata?: { name?: string } } | null;
    const name = object?.metadata?.name ?? "";
    const edits: [(string | number)[], unknown][] = [];
    if (object?.kind === "HelmRelease") {
      const chart = String(document.getIn(["spec", "chart", "spec", "chart"]));
      const version = options.charts[chart];
      if (version === undefined) {
        throw new ReleaseError(
          `No version is known for the chart "${chart}"`,
          `Add it to "charts" in the release file, or name its folder with --chart`,
        );
      }
      edits.push([["spec", "chart", "spec", "version"], version]);
      edits.push([
        ["spec", "valuesFrom", 0, "valuesKey"],
        valuesKey(name as HelmReleaseName, options.profile),
      ]);
    } else if (object?.kind === "HelmRepository") {
      edits.push([["spec", "url"], options.chartRepository.url]);
      if (options.chartRepository.insecure) edits.push([["spec", "insecure"], true]);
    } else if (object?.kind === "ConfigMap" && name === "appliance-topology") {
      edits.push([["data", "releaseVersion"], options.version], [["data", "profile"], options.profile]);
    }
    for (const [path, value] of edits) {
      document.setIn(path, document.createNode(value));
      changed = true;
    }
  }
  return changed ? documents.map((it) => it.toString({ lineWidth: 0 })).join("") : text;
}

/** The profile's values by their keys in a release manifest, with the release's image tags written in. */
export function profileValues(
  source: Files,
  profile: string,
  images: ReleaseSpec["images"],
): Record<string, string> {
  const tags: Partial<Record<HelmReleaseName, [string[][], string]>> = {
    "alga-core": [[["server", "image", "tag"], ["setup", "image", "tag"]], images.algaCore],
    "workflow-worker": [[["image", "tag"]], images.workflowWorker],
    "email-service": [[["image", "tag"]], images.emailService],
    "temporal-worker": [[["image", "tag"]], images.temporalWorker],
  };
  return Object.fromEntries(HELM_RELEASES.map((release) => {
    const key = valuesKey(release, profile);
    const text = source[`profiles/${profile}/values/${key}`];
    if (text === undefined) {
      throw new ReleaseError(
        `The profile "${profile}" has no values for ${release}`,
        `Add profiles/${profile}/values/${key}`,
      );
    }
    const [paths, tag] = tags[release] ?? [[], ""];
    const [document] = parseAllDocuments(text) as Document[];
    if (document === undefined || paths.length === 0) return [key, text];
    for (const path of paths) document.setIn(path, document.createNode(tag));
    return [key, document.toString({ lineWidth: 0 })];
  }));
}

/** Kubernetes objects of a bundle, in the order of its files. @throws if a file is not YAML. */
export function objectsOf(files: Files, folder = "base/"): TopologyObject[] {
  const paths = Object.keys(files).filter((it) =>
    it.startsWith(folder) && it.endsWith(".yaml") && !it.endsWith("/kustomization.yaml")
  );
  return paths.flatMap((path) =>
    parseAllDocuments(files[path] ?? "").flatMap((document) => {
      if (document.errors[0]) throw new SyntaxError(`${path}: ${document.errors[0].message}`);
      const object = document.toJS() as TopologyObject | null;
      return typeof object?.metadata?.name === "string" ? [object] : [];
    })
  );
}

/** What a bundle, ours or another publisher's, asks Helm for by release; and where its charts come from. */
export function readBundle(files: Files): {
  releases: Map<string, WantedRelease>;
  chartRepositoryUrl: string | undefined;
} {
  const objects = objectsOf(files);
  const releases = objects.filter((it) => it.kind === "HelmRelease");
  return {
    releases: new Map(releases.map(({ metadata, spec }) => [metadata.name, {
      chart: String(spec?.chart?.spec?.chart),
      version: String(spec?.chart?.spec?.version),
      valuesKey: String(spec?.valuesFrom?.[0]?.valuesKey),
      releaseName: String(spec?.releaseName ?? metadata.name),
      namespace: String(spec?.targetNamespace ?? metadata.namespace ?? "default"),
    }])),
    chartRepositoryUrl: objects.find((it) => it.kind === "HelmRepository")?.spec?.url,
  };
}

/** A Kubernetes object as it stands in a file. */
export interface TopologyObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; [key: string]: unknown };
  // deno-lint-ignore no-explicit-any -- other people's schemas
  spec?: any;
  // deno-lint-ignore no-explicit-any -- other people's schemas
  [key: string]: any;
}
