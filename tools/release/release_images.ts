import { APP_PORT } from "../../agent/product/ports.ts";
import { parse } from "yaml";
import { releaseImages, type ReleaseManifest } from "../../agent/release/mod.ts";
import { HELM_RELEASES, type HelmReleaseName } from "../../agent/product/helm_releases.ts";
import { renderValues } from "../../agent/release/render_values.ts";
import { type Chart, effectiveValues } from "./chart_values.ts";
import type { Files } from "./pack_files.ts";

/** An image as a registry is asked for it. */
export interface ImageReference {
  host: string;
  repository: string;
  /** Tag, or digest where there is one: it wins. */
  reference: string;
  text: string;
}

/** The address that values are rendered with: nothing answers there. */
export const SAMPLE_URL = `http://appliance.invalid:${APP_PORT}`;

/** What a release brings beside its manifest; what could not be had is left out. */
export interface ReleaseParts {
  /** Charts by the release that installs them. */
  charts: ReadonlyMap<HelmReleaseName, Chart>;
  bundle: Files;
  /** Images of the pods that Helm made, by release: they count in place of what a reader finds in values and templates. */
  rendered?: ReadonlyMap<HelmReleaseName, readonly string[]>;
}

/**
 * Every image that an appliance will pull for a release: in the values that it would write over the charts' own, written out in
 * templates and in the bundle, and as preflight looks for them.
 */
export function imagesOf(
  manifest: ReleaseManifest,
  { charts, bundle, rendered = new Map() }: ReleaseParts,
): ImageReference[] {
  const texts = new Set(releaseImages(manifest).map((it) => `${it.host}/${it.repository}:${it.tag}`));
  const values = new Map(
    renderValues(manifest, SAMPLE_URL).map((it) => [it.release, it.text]),
  );
  for (const name of HELM_RELEASES) {
    const images = rendered.get(name);
    if (images !== undefined) {
      for (const it of images) texts.add(it);
      continue;
    }
    const chart = charts.get(name);
    collect(effectiveValues(chart, parse(values.get(name) ?? "")), texts);
    if (chart) collectWritten(chart.templates, texts);
  }
  collectWritten(bundle, texts);
  for (const it of [manifest.supportAgent, manifest.controlPlane]) {
    if (it?.includes("/")) texts.add(it); // early drafts give a bare tag for the control plane
  }
  const images = [...texts].map(parseImage);
  return [...new Map(images.map((it) => [`${it.host}/${it.repository}:${it.reference}`, it])).values()];
}

/** Reads an image reference as container runtimes do: no host means Docker Hub. */
export function parseImage(text: string): ImageReference {
  const [rest = "", digest] = text.split("@");
  const tag = /:([^/:]+)$/.exec(rest)?.[1];
  const name = tag === undefined ? rest : rest.slice(0, -tag.length - 1);
  const [first = "", ...others] = name.split("/");
  const hasHost = others.length > 0 && (/[.:]/.test(first) || first === "localhost");
  const path = hasHost ? others.join("/") : name;
  const host = hasHost ? first : "docker.io";
  return {
    host,
    repository: host === "docker.io" && !path.includes("/") ? `library/${path}` : path,
    reference: digest ?? tag ?? "latest",
    text,
  };
}

/** Values name images as `image: { name or repository, tag, digest }`, at any depth; what is switched off pulls nothing. */
function collect(value: unknown, texts: Set<string>): void {
  if (typeof value !== "object" || value === null) return;
  if ((value as Record<string, unknown>).enabled === false) return;
  for (const [key, child] of Object.entries(value)) {
    if (/image$/i.test(key) && typeof child === "string" && child !== "") texts.add(child);
    if (/image$/i.test(key) && typeof child === "object" && child !== null) {
      const { name, repository = name, tag, digest } = child as Record<string, unknown>;
      if (typeof repository === "string" && repository !== "" && tag !== undefined && tag !== null) {
        texts.add(`${repository}:${tag}${typeof digest === "string" && digest !== "" ? `@${digest}` : ""}`);
      }
    }
    collect(child, texts);
  }
}

/** Images that stand in Kubernetes objects word for word, without a value in them. */
function collectWritten(files: Files, texts: Set<string>): void {
  for (const [path, text] of Object.entries(files)) {
    if (!/\.(yaml|yml|tpl)$/.test(path)) continue;
    for (const [, image] of text.matchAll(/^[ \t-]*image:[ \t]*["']?([\w./:@-]+)["']?[ \t]*(?:#.*)?$/gm)) {
      if (image !== undefined) texts.add(image);
    }
  }
}
