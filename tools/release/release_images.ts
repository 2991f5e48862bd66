import { parse } from "yaml";
import { releaseImages, type ReleaseManifest } from "../../agent/release/mod.ts";
import { renderValues } from "../../agent/setup/render_values.ts";

/** An image as a registry is asked for it. */
export interface ImageReference {
  host: string;
  repository: string;
  /** Tag, or digest where there is one: it wins. */
  reference: string;
  text: string;
}

/** Every image that the manifest names: in the values that an appliance would write, and as preflight looks for them. */
export function imagesOf(manifest: ReleaseManifest): ImageReference[] {
  const texts = new Set(releaseImages(manifest).map((it) => `${it.host}/${it.repository}:${it.tag}`));
  for (const { text } of renderValues(manifest, "http://appliance.invalid:3000")) collect(parse(text), texts);
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

/** Values name images as `image: { name or repository, tag, digest }`, at any depth. */
function collect(value: unknown, texts: Set<string>): void {
  if (typeof value !== "object" || value === null) return;
  for (const [key, child] of Object.entries(value)) {
    if (/image$/i.test(key) && typeof child === "string") texts.add(child);
    if (/image$/i.test(key) && typeof child === "object" && child !== null) {
      const { name, repository = name, tag, digest } = child as Record<string, unknown>;
      if (typeof repository === "string" && tag !== undefined) {
        texts.add(`${repository}:${tag}${typeof digest === "string" && digest !== "" ? `@${digest}` : ""}`);
      }
    }
    collect(child, texts);
  }
}
