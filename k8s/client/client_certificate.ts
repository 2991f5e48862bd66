import { createPrivateKey, createPublicKey, X509Certificate } from "node:crypto";
import { AgentError, errorText } from "../../agent/error.ts";

/**
 * Refuses a client certificate that the TLS library would end the whole process over: one that cannot be read, whose key is
 * another's, or of X.509 version 1.
 * @throws {AgentError} KUBE_API
 */
export function requireUsableCertificate(certificatePem: string, keyPem: string): void {
  const unusable = (why: string) =>
    new AgentError("KUBE_API", `The kubeconfig cannot be used: its client certificate ${why}`, {
      hint: "Restart k3s, which writes it again: sudo systemctl restart k3s",
    });
  try {
    const certificate = new X509Certificate(certificatePem);
    if (!isVersion3(derOf(certificatePem))) throw unusable("is of an old version");
    const key = createPublicKey(createPrivateKey(keyPem)).export({ type: "spki", format: "der" });
    if (!key.equals(certificate.publicKey.export({ type: "spki", format: "der" }))) {
      throw unusable("does not belong to its key");
    }
  } catch (error) {
    if (error instanceof AgentError) throw error;
    throw unusable(`cannot be read: ${errorText(error)}`);
  }
}

/** The bytes of the first certificate of a PEM text. */
function derOf(pem: string): Uint8Array {
  const base64 = /-----BEGIN CERTIFICATE-----([^-]*)-----END/.exec(pem)?.[1] ?? "";
  return Uint8Array.from(atob(base64.replaceAll(/\s/g, "")), (it) => it.charCodeAt(0));
}

/** Whether tbsCertificate begins with the explicit version field; version 1 leaves it out. RFC 5280 §4.1 */
function isVersion3(der: Uint8Array): boolean {
  const outer = contentAt(der, 0);
  return der[contentAt(der, outer)] === 0xa0;
}

/** Offset of the content of the DER element at an offset. */
function contentAt(der: Uint8Array, offset: number): number {
  const length = der[offset + 1] ?? 0;
  return offset + 2 + (length > 0x80 ? length & 0x7f : 0);
}
