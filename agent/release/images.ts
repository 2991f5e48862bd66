import { parse } from "yaml";
import { type ReleaseManifest } from "./manifest.ts";
import { type HelmReleaseName, valuesKey } from "../product/helm_releases.ts";

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

/** Images of the release's own, each with the tag that will really be used. @see contract.md 1.1, 4 */
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

/** Registries that a healthy install reads from. @see contract.md 1.4 */
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
