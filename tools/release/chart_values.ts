import { parse } from "yaml";
import { ReleaseError } from "./release_error.ts";
import type { Files } from "./pack_files.ts";

/** What a chart decides about images when nobody tells it otherwise. */
export interface Chart {
  /** Its values.yaml; charts inside it under their names, as Helm has it. */
  values: Values;
  templates: Files;
}

export type Values = Readonly<Record<string, unknown>>;

/**
 * Reads a chart's files as Helm unpacks them: below a folder of the chart's name.
 * @throws {ReleaseError} If its values.yaml is not a map.
 */
export function readChartValues(files: Files): Chart {
  const inside = Object.fromEntries(
    Object.entries(files).map(([path, text]) => [path.slice(path.indexOf("/") + 1), text]),
  );
  let values: Values = {};
  for (const path of Object.keys(inside)) {
    const name = /^charts\/([^/]+)\/values\.yaml$/.exec(path)?.[1];
    if (name !== undefined) values = { ...values, [name]: parseValues(inside[path] ?? "", path) };
  }
  return {
    values: merge(values, parseValues(inside["values.yaml"] ?? "", "values.yaml")) as Values,
    templates: Object.fromEntries(
      Object.entries(inside).filter(([path]) => /^(charts\/[^/]+\/)?templates\//.test(path)),
    ),
  };
}

/** The values that Helm renders a chart with: its own, and those of the release over them. */
export function effectiveValues(chart: Chart | undefined, released: unknown): unknown {
  return merge(chart?.values ?? {}, released ?? {});
}

function parseValues(text: string, path: string): Values {
  const hint = "Fix the chart and push it under a new version";
  let values: unknown;
  try {
    values = parse(text, { logLevel: "error", maxAliasCount: 50 });
  } catch (cause) {
    throw new ReleaseError(`its ${path} is not YAML`, hint, { cause });
  }
  if (values === null || values === undefined) return {};
  if (!isMap(values)) throw new ReleaseError(`its ${path} is not a map of values`, hint);
  return values;
}

/** Maps are laid over each other, everything else is replaced; null takes a default away. */
function merge(under: unknown, over: unknown): unknown {
  if (!isMap(under) || !isMap(over)) return over;
  const merged: Record<string, unknown> = { ...under };
  for (const [key, value] of Object.entries(over)) {
    if (value === null) delete merged[key];
    else merged[key] = merge(under[key], value);
  }
  return merged;
}

function isMap(value: unknown): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
