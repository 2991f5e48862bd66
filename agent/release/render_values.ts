import { type Document, isMap, isScalar, isSeq, parseDocument, Scalar } from "yaml";
import { AgentError } from "../error.ts";
import { type ReleaseManifest } from "./mod.ts";
import { HELM_RELEASES, type HelmReleaseName, valuesKey } from "../product/helm_releases.ts";

/** One values file: its release, its key in the ConfigMap, its text. */
export interface RenderedValues {
  release: HelmReleaseName;
  key: string;
  text: string;
}

/** The charts that hand on variables of their values to their pods. The others have no place for any. */
const WITH_ENVIRONMENT: readonly HelmReleaseName[] = ["workflow-worker", "temporal-worker"];
/** Of these the ones that take a variable as it stands, and so from a Secret. The others write each value in quotes. */
const WITH_SECRETS: readonly HelmReleaseName[] = ["temporal-worker"];

/** A variable of pods: its value, or where it lies. */
export type PodVariable = string | { secret: string; key: string };

/**
 * The published values with this appliance's own written over them; comments and unknown keys stay.
 * `environment`: variables of the pods whose charts have a place for them; what is secret is pointed to, since values lie in a
 * ConfigMap, and a chart that has no place for that gets none of them.
 * @throws {AgentError} VALUES_FAILED naming the file that is not a YAML map.
 */
export function renderValues(
  manifest: ReleaseManifest,
  appUrl: string,
  environment: Readonly<Record<string, PodVariable>> = {},
): RenderedValues[] {
  return HELM_RELEASES.map((release) => {
    const key = valuesKey(release, manifest.valuesProfile);
    const published = manifest.profileValues[key] ?? "";
    const document = parseMap(published, key);
    const ours = overrides(release, manifest, appUrl);
    for (const [path, value] of ours) set(document, path, value, key);
    const hasPlace = Object.values(environment).every((it) => typeof it === "string")
      ? WITH_ENVIRONMENT
      : WITH_SECRETS;
    const variables = hasPlace.includes(release) ? Object.entries(environment) : [];
    if (variables.length > 0) setEnvironment(document, variables, key);
    return {
      release,
      key,
      text: ours.length + variables.length === 0 ? published : write(document, key),
    };
  });
}

function parseMap(text: string, key: string): Document {
  const document = parseDocument(text);
  if (document.errors[0]) throw unusable(key, document.errors[0]);
  if (document.contents === null || isNull(document.contents)) document.contents = null;
  else if (!isMap(document.contents)) throw unusable(key);
  try {
    document.toJS({ maxAliasCount: 50 }); // aliases that multiply
  } catch (cause) {
    throw unusable(key, cause);
  }
  return document;
}

/** "key:" with nothing behind it is YAML for null, and means an empty map to Helm. */
function isNull(node: unknown): boolean {
  return isScalar(node) && node.value === null;
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

/** @throws {AgentError} When an alias points at what was replaced. */
function write(document: Document, key: string): string {
  try {
    return document.toString({ lineWidth: 0 });
  } catch (cause) {
    throw unusable(key, cause);
  }
}

function set(document: Document, path: string[], value: string, key: string): void {
  const scalar = quoted(value);
  try {
    for (let depth = 1; depth < path.length; depth++) {
      const above = path.slice(0, depth);
      if (isNull(document.getIn(above, true))) document.setIn(above, document.createNode({}));
    }
    const old = document.getIn(path, true);
    if (isScalar(old)) scalar.comment = old.comment ?? null; // what stands behind it on its line
    document.setIn(path, scalar);
  } catch (cause) {
    throw unusable(key, cause);
  }
}

/** A text that stays text: 1e3 is a number, and to Helm, which reads YAML 1.1, so is 0b11, and "yes" is none either. */
function quoted(value: string): Scalar<string> {
  const scalar = new Scalar(value);
  scalar.type = Scalar.QUOTE_DOUBLE;
  return scalar;
}

/** The published variables stay, but for those of the same name. */
function setEnvironment(document: Document, variables: readonly [string, PodVariable][], key: string): void {
  const path = ["extraEnv"];
  const found = document.getIn(path, true);
  if (found === undefined || isNull(found)) document.setIn(path, document.createNode([]));
  const list = document.getIn(path, true);
  if (!isSeq(list)) throw unusable(key);
  const names = variables.map(([name]) => name);
  list.items = list.items.filter((it) => !(isMap(it) && names.includes(String(it.get("name")))));
  for (const [name, value] of variables) {
    list.add(document.createNode(
      typeof value === "string"
        ? { name, value: quoted(value) }
        : { name, valueFrom: { secretKeyRef: { name: value.secret, key: value.key } } },
    ));
  }
}

function unusable(key: string, cause?: unknown): AgentError {
  return new AgentError("VALUES_FAILED", `The release's values "${key}" cannot be edited`, {
    hint: "Choose another release and report this one to Alga support",
    retrySafe: false,
    ...(cause === undefined ? {} : { cause }),
  });
}
