import { Buffer } from "node:buffer";
import { createHash, createPublicKey, X509Certificate } from "node:crypto";

const BLOCK = /-----BEGIN ([A-Z0-9 ]{1,40})-----([A-Za-z0-9+/=\s]*?)-----END \1-----/g;

/** What a certificate says of itself. */
export interface CertificateFacts {
  /** SHA-256 of the certificate as browsers show it: pairs of hex digits with colons. */
  fingerprint: string;
  validFromMs: number;
  validToMs: number;
}

/** Of the first certificate in a PEM text, which is the server's own; `undefined` where it cannot be read. */
export function readCertificate(pem: string): CertificateFacts | undefined {
  const base64 = [...pem.matchAll(BLOCK)].find(([, label]) => label === "CERTIFICATE")?.[2];
  if (base64 === undefined) return undefined;
  try {
    const der = Buffer.from(base64, "base64");
    const { validFrom, validTo } = new X509Certificate(der);
    const facts = {
      fingerprint: fingerprintOf(der),
      validFromMs: timeOf(validFrom),
      validToMs: timeOf(validTo),
    };
    return Number.isFinite(facts.validFromMs + facts.validToMs) ? facts : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a key of ECDSA or RSA is that of a certificate. */
export function isKeyOf(key: string, certificate: string): boolean {
  try {
    const { publicKey } = new X509Certificate(certificate);
    const [given, wanted] = [createPublicKey(key), publicKey].map((it) =>
      it.export({ type: "spki", format: "der" })
    );
    return given !== undefined && wanted !== undefined && given.equals(wanted);
  } catch {
    return false;
  }
}

function fingerprintOf(der: Uint8Array): string {
  const hex = createHash("sha256").update(der).digest("hex").toUpperCase();
  return hex.replaceAll(/..(?=.)/g, (pair) => `${pair}:`);
}

/** Deno writes "+00:00" for the zone, which Date.parse() does not take. */
function timeOf(text: string): number {
  return Date.parse(text.replace(/ \+00:00$/, " GMT"));
}
