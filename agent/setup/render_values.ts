import { type Document, parseDocument, Scalar } from "yaml";
import { AgentError } from "../error.ts";
import { HELM_RELEASES, type HelmReleaseName, type ReleaseManifest, valuesKey } from "../release/mod.ts";

/** One values file: its release, its key in the ConfigMap, its text. */
export interface RenderedValues {
  release: HelmReleaseName;
  key: string;
  text: string;
}

/**
 * The published values with this appliance's own written over them; comments and unknown keys stay. @see contract.md 4
 * @throws {AgentError} VALUES_FAILED naming the file that is not a YAML map.
 */
export function renderValues(manifest: ReleaseManifest, appUrl: string): RenderedValues[] {
  return HELM_RELEASES.map((release) => {
    const key = valuesKey(release, manifest.valuesProfile);
    const document = parseDocument(manifest.profileValues[key] ?? "");
    if (document.errors.length > 0 || (document.contents !== null && !document.toJS({ maxAliasCount: 50 }))) {
      throw unusable(key);
    }
    for (const [path, value] of overrides(release, manifest, appUrl)) set(document, path, value, key);
    return { release, key, text: document.toString({ lineWidth: 0 }) };
  });
}

function overrides(
  release: HelmReleaseName,
  { images }: ReleaseManifest,
  appUrl: string,
): [string[], string][] {
  const tag = (value: string | undefined): [string[], string][] =>
    value === undefined ? [] : [[["image", "tag"], value]];
  switch (release) {
    case "alga-core":
      return [
        [["bootstrap", "mode"], "recover"],
        [["appUrl"], appUrl],
        [["host"], new URL(appUrl).hostname],
        [["domainSuffix"], ""],
        [["setup", "image", "tag"], images.algaCore],
        [["server", "image", "tag"], images.algaCore],
      ];
    case "temporal-worker":
      return [[["publicBaseUrl"], appUrl], ...tag(images.temporalWorker)];
    case "workflow-worker":
      return tag(images.workflowWorker);
    case "email-service":
      return tag(images.emailService);
    case "pgbouncer":
    case "temporal":
      return [];
  }
}

function set(document: Document, path: string[], value: string, key: string): void {
  const scalar = new Scalar(value);
  scalar.type = Scalar.QUOTE_DOUBLE; // a tag like 1e3 must stay text
  try {
    document.setIn(path, scalar);
  } catch (cause) {
    throw unusable(key, cause);
  }
}

function unusable(key: string, cause?: unknown): AgentError {
  return new AgentError("VALUES_FAILED", `The release's values "${key}" cannot be edited`, {
    hint: "Choose another release and report this one to Alga support",
    retrySafe: false,
    ...(cause === undefined ? {} : { cause }),
  });
}
