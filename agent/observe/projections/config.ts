import { parse } from "yaml";
import type { KubeObject } from "../../../k8s/client/kube_client.ts";
import { readMeta } from "./cluster.ts";
import { readOptionalText, readRecord, readText } from "./read_field.ts";
import type { AppValuesView, ReleaseView } from "../../facts/snapshot.ts";

/** What the two ConfigMaps of interest become. */
export type ConfigView = { kind: "values"; values: AppValuesView } | {
  kind: "release";
  release: ReleaseView;
};

/** The few facts of the agent's own ConfigMaps; every other ConfigMap is dropped. */
export function projectConfig(object: KubeObject): ConfigView | undefined {
  const { name } = readMeta(object);
  const data = readRecord(object.data);
  if (name === "appliance-values-alga-core") {
    return {
      kind: "values",
      values: readValues(readText(data["alga-core.single-node.yaml"], 1_000_000)),
    };
  }
  if (name === "appliance-release-selection") {
    return {
      kind: "release",
      release: {
        releaseVersion: readOptionalText(data.releaseVersion, 120),
        appVersion: readOptionalText(data.appVersion, 120),
        channel: readOptionalText(data.channel, 60) ?? readOptionalText(data.selectedChannel, 60),
        selectedChannel: readOptionalText(data.selectedChannel, 60) ?? readOptionalText(data.channel, 60),
        siteId: readOptionalText(data.siteId, 120),
      },
    };
  }
  return undefined;
}

function readValues(text: string): AppValuesView {
  let values: Record<string, unknown> = {};
  try {
    values = readRecord(parse(text, { maxAliasCount: 50 }));
  } catch {
    // A damaged document tells nothing; the HelmRelease will say so in its own words.
  }
  return {
    appUrl: readOptionalText(values.appUrl, 300),
    bootstrapMode: readOptionalText(readRecord(values.bootstrap).mode, 40),
    serverImage: imageOf(values.server),
    setupImage: imageOf(values.setup),
    temporalUiEnabled: readRecord(readRecord(values.temporal).ui).enabled !== false,
  };
}

function imageOf(section: unknown): string | undefined {
  const image = readRecord(readRecord(section).image);
  const name = readOptionalText(image.name, 250);
  const tag = typeof image.tag === "number" ? String(image.tag) : readOptionalText(image.tag, 130);
  return name === undefined || tag === undefined ? undefined : `${name}:${tag}`;
}
