import type { ImageReference } from "./release_images.ts";

/** Images of the publisher, wherever they are mirrored: a tag there is a commit or a version, and is never given twice. */
const OWN = "nine-minds/";
/** A reference as container runtimes take it: one digest at most. @see github.com/distribution/reference, "Grammar" */
const REFERENCE = /^[A-Za-z0-9][\w./:-]{0,300}(@sha256:[0-9a-f]{64})?$/;
/** A version to its last part ("1.27.2", "v1.25.2-p0"), or a commit. */
const WHOLE_VERSION = /\d+\.\d+\.\d+|^[0-9a-f]{7,64}$/;

/**
 * Why the content of an image may change under its name; `undefined` when it is pinned: by digest, or by a tag that stands for one
 * version.
 */
export function pinProblem({ text, repository, reference }: ImageReference): string | undefined {
  if (!REFERENCE.test(text)) return "it is no name of an image";
  if (reference.startsWith("sha256:")) return undefined;
  if (reference === "latest") return "its content changes under the same name";
  if (repository.startsWith(OWN) || WHOLE_VERSION.test(reference)) return undefined;
  return `each newer version that begins with "${reference}" takes its place under the same name`;
}
