import { errorText } from "../error.ts";
import type { Host } from "../host/host.ts";
import { PATHS } from "../state/paths.ts";
import { utcDay } from "../text/utc_time.ts";
import { type CertificateFacts, readCertificate } from "./read_certificate.ts";

/** More than any chain and key. */
const READ = { maxBytes: 256 * 1024 } as const;
const [CERTIFICATE, KEY] = [PATHS.siteCertificate, PATHS.siteCertificateKey];

/** What the two files of the site hold. A problem says what is wrong with which file, and the way out; it quotes neither. */
export type SiteCertificate =
  | { status: "absent" }
  | { status: "refused"; problem: string; next: string }
  | { status: "found"; certificate: string; key: string; facts: CertificateFacts };

/** Reads the site's own certificate and key; whether they belong together is told by {@link refusalOf}. Never throws. */
export async function readSiteCertificate(host: Host, nowMs: number): Promise<SiteCertificate> {
  const texts = await Promise.all([CERTIFICATE, KEY].map((path) => readFile(host, path)));
  const unreadable = texts.find((it) => typeof it === "object");
  if (unreadable !== undefined) return unreadable;
  const [certificate, key] = texts as (string | undefined)[];
  if (certificate === undefined && key === undefined) return { status: "absent" };
  if (certificate === undefined) {
    return refused(
      `"${CERTIFICATE}" is missing beside its key`,
      `Put the certificate there, or remove "${KEY}"`,
    );
  }
  if (key === undefined) {
    return refused(
      `"${KEY}" is missing beside its certificate`,
      `Put the key there, or remove "${CERTIFICATE}"`,
    );
  }
  const facts = readCertificate(certificate);
  if (facts === undefined) {
    return refused(
      `"${CERTIFICATE}" is not a certificate in PEM`,
      'Copy it again; the file begins with "-----BEGIN CERTIFICATE-----"',
    );
  }
  if (key.includes("ENCRYPTED")) {
    return refused(
      `The key in "${KEY}" has a password`,
      "Put it there without one (openssl pkey -in KEY -out tls.key)",
    );
  }
  if (facts.validToMs <= nowMs) {
    return refused(
      `The certificate in "${CERTIFICATE}" ended on ${utcDay(facts.validToMs)}`,
      "Put a new one there",
    );
  }
  if (facts.validFromMs > nowMs) {
    return refused(
      `The certificate in "${CERTIFICATE}" begins on ${utcDay(facts.validFromMs)}`,
      "Wait until then, or look at this machine's clock (timedatectl)",
    );
  }
  return { status: "found", certificate, key, facts };
}

/** Why the TLS library did not take a pair, in our words. */
export function refusalOf(error: unknown): { status: "refused"; problem: string; next: string } {
  if (/KeyMismatch/.test(errorText(error))) {
    return refused(
      `The key in "${KEY}" is not that of the certificate in "${CERTIFICATE}"`,
      "Put both files of one certificate there; the server's own comes first in its file",
    );
  }
  return refused(
    `The key in "${KEY}" cannot be used`,
    "Put a private key in PEM there: ECDSA, Ed25519, or RSA of 2,048 bits or more",
  );
}

async function readFile(host: Host, path: string) {
  try {
    return await host.readText(path, READ);
  } catch (error) {
    return refused(`"${path}" cannot be read: ${errorText(error)}`, "Put a file there that root may read");
  }
}

function refused(problem: string, next: string) {
  return { status: "refused", problem, next } as const;
}
