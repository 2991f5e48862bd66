import { parseAllDocuments } from "yaml";

/** Deeper than any Kubernetes object is. */
const MAX_DEPTH = 30;
const CONTAINERS: readonly string[] = ["containers", "initContainers", "ephemeralContainers"];

/**
 * The images of every pod that rendered objects describe, each once: of workloads, Jobs, hooks and pods that stand in other
 * objects. A container without an image is left out.
 * @throws {SyntaxError} If it is not YAML.
 */
export function renderedImages(text: string): string[] {
  const images = new Set<string>();
  for (const document of parseAllDocuments(text)) {
    if (document.errors[0]) throw new SyntaxError(document.errors[0].message);
    collect(document.toJS({ maxAliasCount: 50 }), images, MAX_DEPTH);
  }
  return [...images];
}

function collect(value: unknown, images: Set<string>, depth: number): void {
  if (typeof value !== "object" || value === null || depth === 0) return;
  for (const [key, child] of Object.entries(value)) {
    if (CONTAINERS.includes(key) && Array.isArray(child)) {
      for (const it of child) if (typeof it?.image === "string" && it.image !== "") images.add(it.image);
    }
    collect(child, images, depth - 1);
  }
}
