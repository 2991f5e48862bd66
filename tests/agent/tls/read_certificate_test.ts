import assert from "node:assert/strict";
import { makeCertificate, makeKey } from "../../../agent/tls/make_certificate.ts";
import { readCertificate } from "../../../agent/tls/read_certificate.ts";

const FROM = new Date("2026-11-21T12:00:00Z");
const TO = new Date("2056-11-21T12:00:00Z");
const PEM = await makeCertificate(makeKey(), { names: ["a"], notBefore: FROM, notAfter: TO });

Deno.test("readCertificate() gives times of this century's both halves, and the fingerprint of the first", () => {
  const parameters = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";
  const read = readCertificate(`Bag Attributes\n${parameters}${PEM}\n${PEM.slice(0, 60)}`);
  assert.equal(read?.validFromMs, FROM.getTime());
  assert.equal(read?.validToMs, TO.getTime());
});

Deno.test("readCertificate() gives facts or nothing for whatever lies there", () => {
  let seed = 7;
  const random = (below: number) => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) % below;
  for (let i = 0; i < 3_000; i++) {
    const at = random(PEM.length);
    const text = PEM.slice(0, at) + String.fromCharCode(random(256)).repeat(random(4)) +
      PEM.slice(at + random(80));
    const read = readCertificate(text);
    if (read !== undefined) assert.ok(Number.isFinite(read.validFromMs) && Number.isFinite(read.validToMs));
  }
});
