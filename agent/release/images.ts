import { parse } from "yaml";
import { type ReleaseManifest } from "./manifest.ts";
import { HELM_RELEASES, type HelmReleaseName, valuesKey } from "../product/helm_releases.ts";
import { type ImageName, parseImageName } from "../product/image_name.ts";

/** One image that a release will pull. */
export interface ReleaseImage {
  component: HelmReleaseName;
  /** Whether people can log in without it. */
  tier: "login" | "background";
  host: string;
  repository: string;
  tag: string;
}

const IMAGES: readonly {
  component: HelmReleaseName;
  tier: ReleaseImage["tier"];
  name: string;
  tag: keyof ReleaseManifest["images"];
  path: readonly string[];
}[] = [
  { component: "alga-core", tier: "login", name: "alga-psa-ee", tag: "algaCore", path: ["server", "image"] },
  {
    component: "email-service",
    tier: "background",
    name: "email-service",
    tag: "emailService",
    path: ["image"],
  },
  {
    component: "workflow-worker",
    tier: "background",
    name: "workflow-worker",
    tag: "workflowWorker",
    path: ["image"],
  },
  {
    component: "temporal-worker",
    tier: "background",
    name: "temporal-worker",
    tag: "temporalWorker",
    path: ["image"],
  },
];

/** Images of the release's own, each with the tag that will really be used. */
export function releaseImages(manifest: ReleaseManifest): ReleaseImage[] {
  return IMAGES.flatMap((it) => {
    const tag = manifest.images[it.tag] ?? profileTag(manifest, it.component, it.path);
    return tag === undefined ? [] : [{
      component: it.component,
      tier: it.tier,
      host: "ghcr.io",
      repository: `nine-minds/${it.name}`,
      tag,
    }];
  });
}

/** One image that the published values name beside the release's own, such as the database's. */
export interface ValuesImage extends ImageName {
  component: HelmReleaseName;
  tier: ReleaseImage["tier"];
}

/** Without these releases nobody can log in. */
const LOGIN_RELEASES: readonly HelmReleaseName[] = ["alga-core", "pgbouncer"];
/** Deeper than any values are. */
const MAX_DEPTH = 12;

/** Images of others in the published values, wherever an "image" stands in them; each once. Never throws. */
export function valuesImages({ profileValues, valuesProfile }: ReleaseManifest): ValuesImage[] {
  const own = new Set(IMAGES.map((it) => `nine-minds/${it.name}`));
  const found = new Map<string, ValuesImage>();
  for (const component of HELM_RELEASES) {
    const tier = LOGIN_RELEASES.includes(component) ? "login" : "background";
    for (
      const text of imageTexts(parseValues(profileValues[valuesKey(component, valuesProfile)]), MAX_DEPTH)
    ) {
      const image = parseImageName(text);
      const key = `${image.host}/${image.repository}@${image.reference}`;
      if (!own.has(image.repository) && !found.has(key)) found.set(key, { ...image, component, tier });
    }
  }
  return [...found.values()];
}

function parseValues(text = ""): unknown {
  try {
    return parse(text, { maxAliasCount: 50, logLevel: "error" });
  } catch {
    return undefined; // values that are not YAML are refused where they are rendered
  }
}

/** "redis:7" and { repository, tag, digest } under every "image". */
function imageTexts(value: unknown, depth: number): string[] {
  if (value === null || typeof value !== "object" || depth === 0) return [];
  return Object.entries(value).flatMap(([key, it]) => {
    const text = key === "image" ? imageText(it) : undefined;
    return text === undefined ? imageTexts(it, depth - 1) : [text];
  });
}

function imageText(value: unknown): string | undefined {
  if (typeof value === "string") return IMAGE_TEXT.test(value) ? value : undefined;
  if (value === null || typeof value !== "object") return undefined;
  const { registry, repository, name, tag, digest } = value as Record<string, unknown>;
  const path = [repository, name].find((it) => typeof it === "string" && it !== "");
  const [rest, end] = [tag, digest].map((it) =>
    typeof it === "string" || typeof it === "number" ? `${it}` : ""
  );
  if (path === undefined || (!rest && !end)) return undefined;
  const text = `${typeof registry === "string" && registry !== "" ? `${registry}/` : ""}${path}${
    rest ? `:${rest}` : ""
  }${end && !rest?.includes("@") ? `@${end}` : ""}`;
  return IMAGE_TEXT.test(text) ? text : undefined;
}

/** Registry and path, then a tag, a digest or both. @see OCI distribution spec, "Pulling manifests" */
const IMAGE_TEXT = /^[A-Za-z0-9][\w./:-]{0,250}(@sha256:[0-9a-f]{64})?$/;

/** Registries that a healthy install reads from. */
export const NEEDED_REGISTRIES = ["ghcr.io", "docker.io"] as const;

function profileTag(
  manifest: ReleaseManifest,
  component: HelmReleaseName,
  path: readonly string[],
): string | undefined {
  try {
    let at: unknown = parse(manifest.profileValues[valuesKey(component, manifest.valuesProfile)] ?? "", {
      logLevel: "error",
    });
    for (const key of [...path, "tag"]) at = (at as Record<string, unknown> | undefined)?.[key];
    return at === undefined || at === null ? undefined : String(at);
  } catch {
    return undefined; // values that are not YAML are refused where they are rendered
  }
}
