import * as z from "zod";
import { tryParseJson } from "../text/try_parse_json.ts";

/** Media types of the bundles that cosign 3 writes: v0.3 and later parts of it. @see BUNDLE_SPEC.md of sigstore/cosign */
export const SIGSTORE_BUNDLE =
  /^application\/vnd\.dev\.sigstore\.bundle(\.v0\.\d{1,2})?\+json(;version=0\.\d{1,2})?$/;
/** Longest bundle that is read, in bytes; one with a certificate and log entries has about ten thousand. */
export const MAX_BUNDLE_BYTES = 256 * 1024;

const STATEMENT_TYPE = "application/vnd.in-toto+json";
/** Of all that a key may attest to, this alone says "released". */
const SIGN_PREDICATE = "https://sigstore.dev/cosign/sign/v1";
const MOST_SIGNATURES = 10;
const MOST_SUBJECTS = 100;

const Bundle = z.object({
  mediaType: z.string().regex(SIGSTORE_BUNDLE),
  dsseEnvelope: z.object({
    payload: z.base64(),
    payloadType: z.literal(STATEMENT_TYPE),
    signatures: z.array(z.object({ sig: z.base64().max(200) })).min(1).max(MOST_SIGNATURES),
  }),
});

const Statement = z.object({
  _type: z.string().regex(/^https:\/\/in-toto\.io\/Statement\/v(0\.1|1)$/),
  subject: z.array(z.object({ digest: z.record(z.string(), z.string()) })).min(1).max(MOST_SUBJECTS),
  predicateType: z.string(),
});

/** What a bundle has its key say of a manifest: these bytes, with one of these signatures. */
export interface SignedStatement {
  bytes: Uint8Array;
  signatures: readonly string[];
}

/** Reads a bundle; or says why it says nothing of this manifest. Nothing is believed yet: the signature is looked at next. */
export function readBundle(bytes: Uint8Array, digest: string): SignedStatement | { problem: string } {
  const bundle = Bundle.safeParse(tryParseJson(bytes));
  if (!bundle.success) return { problem: "it is not a bundle with a signed statement" };
  const { payload, payloadType, signatures } = bundle.data.dsseEnvelope;
  const body = Uint8Array.fromBase64(payload);
  const statement = Statement.safeParse(tryParseJson(body));
  if (!statement.success) return { problem: "what was signed is not a statement" };
  if (statement.data.predicateType !== SIGN_PREDICATE) {
    return { problem: "it attests to something else than a release" };
  }
  if (!statement.data.subject.some((it) => `sha256:${it.digest["sha256"]}` === digest)) {
    return { problem: "it is of another manifest" };
  }
  return { bytes: preAuthentication(payloadType, body), signatures: signatures.map((it) => it.sig) };
}

/** What a signature of an envelope is over. @see DSSE 1.0, "Signature Definition" (PAE) */
export function preAuthentication(type: string, body: Uint8Array): Uint8Array {
  const encoder = new TextEncoder();
  const head = encoder.encode(`DSSEv1 ${encoder.encode(type).length} ${type} ${body.length} `);
  const all = new Uint8Array(head.length + body.length);
  all.set(head);
  all.set(body, head.length);
  return all;
}
