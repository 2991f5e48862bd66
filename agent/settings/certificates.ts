import { X509Certificate } from "node:crypto";

const MAX_CERTIFICATES = 20;
const BLOCK = /-----BEGIN ([A-Z0-9 ]{1,40})-----[A-Za-z0-9+/=\s]*?-----END \1-----/g;

/** One certificate authority of this site, as it is shown. */
export interface Authority {
  /** Its own name: the common name, else the organisation. */
  name: string;
  /** ISO 8601 */
  validTo: string;
  /** First 16 hex digits of its SHA-256; part of the file's name on the host. */
  mark: string;
  /** The certificate alone, with a newline at its end. */
  pem: string;
}

/** Authorities of a PEM text, in order, each once. A text in its place says why it cannot be used; it repeats nothing of a private key. */
export function parseAuthorities(text: string): Authority[] | { problem: string } {
  const blocks = [...text.matchAll(BLOCK)];
  if (text.includes("PRIVATE KEY-----")) {
    return {
      problem: "There is a private key in the text: enter certificates only, and keep the key secret",
    };
  }
  const rest = text.replaceAll(BLOCK, "");
  if (/-----(BEGIN|END) /.test(rest)) {
    return { problem: "A certificate is cut off: enter it whole, from BEGIN to END" };
  }
  if (blocks.length === 0) {
    return text.trim() === ""
      ? []
      : { problem: 'This is not PEM text; it begins with "-----BEGIN CERTIFICATE-----"' };
  }
  if (blocks.length > MAX_CERTIFICATES) return { problem: `Enter at most ${MAX_CERTIFICATES} certificates` };
  const found = new Map<string, Authority>();
  for (const [i, [pem, label]] of blocks.entries()) {
    const which = blocks.length === 1 ? "The certificate" : `Certificate ${i + 1}`;
    const read = label === "CERTIFICATE" ? tryParse(pem) : undefined;
    if (read === undefined) return { problem: `${which} cannot be read: copy it again` };
    if (!read.isAuthority) {
      return { problem: `${which} (${read.name}) is not an authority: enter the certificate that signed it` };
    }
    found.set(read.mark, { name: read.name, validTo: read.validTo, mark: read.mark, pem: read.pem });
  }
  return [...found.values()];
}

function tryParse(pem: string): Authority & { isAuthority: boolean } | undefined {
  try {
    const read = new X509Certificate(pem);
    return {
      name: nameOf(read.subject),
      validTo: new Date(read.validTo).toISOString(),
      mark: read.fingerprint256.replaceAll(":", "").slice(0, 16).toLowerCase(),
      isAuthority: read.ca,
      pem: `${pem.replaceAll("\r", "").trim()}\n`,
    };
  } catch {
    return undefined;
  }
}

/** A subject is lines of "KEY=value". */
function nameOf(subject: string): string {
  const field = (key: string) => subject.split("\n").find((it) => it.startsWith(key))?.slice(key.length);
  return (field("CN=") ?? field("O=") ?? subject.replaceAll("\n", ", ")).slice(0, 100);
}
