import { BitString, fromBER, Integer, ObjectIdentifier, OctetString, Sequence, Utf8String } from "asn1js";
import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes } from "node:crypto";
import ipaddr from "ipaddr.js";
import {
  AltName,
  AttributeTypeAndValue,
  BasicConstraints,
  Certificate,
  Extension,
  GeneralName,
  PublicKeyInfo,
  Time,
  TimeType,
} from "pkijs";

const COMMON_NAME = "2.5.4.3";
const SUBJECT_ALT_NAME = "2.5.29.17";
const KEY_USAGE = "2.5.29.15";
const BASIC_CONSTRAINTS = "2.5.29.19";
const EXTENDED_KEY_USAGE = "2.5.29.37";
const SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
/** Kinds of a GeneralName. @see RFC 5280 §4.2.1.6 */
const DNS_NAME = 2;
const IP_ADDRESS = 7;
/** A common name is not longer. @see RFC 5280 A.1 */
const COMMON_NAME_CHARS = 64;

/** What a certificate says. */
export interface CertificateContent {
  /** Host names and addresses; the first one is its name. */
  names: readonly [string, ...string[]];
  notBefore: Date;
  notAfter: Date;
}

/** A new private key for ECDSA on P-256, as PEM (PKCS #8). */
export function makeKey(): string {
  return generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey
    .export({ type: "pkcs8", format: "pem" }) as string;
}

/** A certificate of a server that this key of its own has signed, as PEM. Loads slowly: to be imported when it is needed. */
export async function makeCertificate(key: string, content: CertificateContent): Promise<string> {
  const certificate = new Certificate();
  certificate.version = 2; // counted from 0: X.509 v3
  certificate.serialNumber = new Integer({ valueHex: serialNumber() });
  const name = new AttributeTypeAndValue({
    type: COMMON_NAME,
    value: new Utf8String({ value: content.names[0].slice(0, COMMON_NAME_CHARS) }),
  });
  certificate.subject.typesAndValues.push(name);
  certificate.issuer.typesAndValues.push(name);
  certificate.notBefore = timeOf(content.notBefore);
  certificate.notAfter = timeOf(content.notAfter);
  const privateKey = createPrivateKey(key);
  const spki = createPublicKey(key).export({ type: "spki", format: "der" });
  certificate.subjectPublicKeyInfo = new PublicKeyInfo({ schema: fromBER(new Uint8Array(spki)).result });
  const alt = new AltName({ altNames: content.names.map(generalName) });
  certificate.extensions = [
    extension(BASIC_CONSTRAINTS, true, new BasicConstraints({ cA: false }).toSchema()),
    // digitalSignature alone, as ECDSA does nothing else.
    extension(KEY_USAGE, true, new BitString({ valueHex: new Uint8Array([0x80]).buffer, unusedBits: 7 })),
    extension(
      EXTENDED_KEY_USAGE,
      false,
      new Sequence({ value: [new ObjectIdentifier({ value: SERVER_AUTH })] }),
    ),
    extension(SUBJECT_ALT_NAME, false, alt.toSchema()),
  ];
  const signer = await crypto.subtle.importKey(
    "pkcs8",
    new Uint8Array(privateKey.export({ type: "pkcs8", format: "der" })),
    { name: "ECDSA", namedCurve: "P-256" },
    false,
    ["sign"],
  );
  await certificate.sign(signer, "SHA-256");
  const lines = certificate.toString("base64").replaceAll(/.{64}/g, (line) => `${line}\n`);
  return `-----BEGIN CERTIFICATE-----\n${lines.trimEnd()}\n-----END CERTIFICATE-----\n`;
}

/** Positive, and never the same twice. @see RFC 5280 §4.1.2.2 */
function serialNumber(): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(randomBytes(16));
  bytes[0] = 0x40 | ((bytes[0] ?? 0) & 0x3f);
  return bytes;
}

/** @see RFC 5280 §4.1.2.5 */
function timeOf(value: Date): Time {
  return new Time({
    type: value.getUTCFullYear() < 2050 ? TimeType.UTCTime : TimeType.GeneralizedTime,
    value,
  });
}

function generalName(name: string): GeneralName {
  if (!ipaddr.isValid(name)) return new GeneralName({ type: DNS_NAME, value: name });
  const valueHex = new Uint8Array(ipaddr.parse(name).toByteArray()).buffer;
  return new GeneralName({ type: IP_ADDRESS, value: new OctetString({ valueHex }) });
}

function extension(extnID: string, critical: boolean, value: { toBER(): ArrayBuffer }): Extension {
  return new Extension({ extnID, critical, extnValue: value.toBER() });
}
