import * as z from "zod";
import { tryParseJson } from "../text/try_parse_json.ts";

/** Media type of a payload that cosign signed. */
export const SIMPLE_SIGNING = "application/vnd.dev.cosign.simplesigning.v1+json";
/** Annotation of its layer with the signature: DER in base64. */
export const SIGNATURE_ANNOTATION = "dev.cosignproject.cosign/signature";
/** Longest payload that is read, in bytes: two names and a digest. */
export const MAX_PAYLOAD_BYTES = 64 * 1024;

const Payload = z.object({
  critical: z.object({
    type: z.literal("cosign container image signature"),
    image: z.record(z.string(), z.unknown()),
    identity: z.object({ "docker-reference": z.string().max(1024).optional() }).optional(),
  }),
});

/**
 * Why a signed payload says nothing of this manifest; `undefined` where it does. Its reference must lead to the same repository,
 * whatever the host and what stands before it: sites have mirrors under names of their own.
 */
export function payloadProblem(
  bytes: Uint8Array,
  { digest, repository }: { digest: string; repository: string },
): string | undefined {
  const parsed = Payload.safeParse(tryParseJson(bytes));
  if (!parsed.success) return "what was signed is not the payload of a cosign signature";
  const { image, identity } = parsed.data.critical;
  // The text of the specification writes a capital letter. @see SIGNATURE_SPEC.md
  const signed = Object.entries(image).filter(([key]) => key.toLowerCase() === "docker-manifest-digest");
  if (signed.length !== 1 || signed[0]?.[1] !== digest) return "it is of another manifest";
  const reference = identity?.["docker-reference"] ?? "";
  if (reference !== "" && !leadsTo(reference, repository)) return `it is for "${reference.slice(0, 200)}"`;
  return undefined;
}

/** "host:5000/some/repository:tag@digest" leads to "repository", and to "some/repository". */
function leadsTo(reference: string, repository: string): boolean {
  const [name = ""] = (reference.split("@")[0] ?? "").split(/:[^/]*$/);
  return name === repository || name.endsWith(`/${repository}`);
}
