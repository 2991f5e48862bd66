import assert from "node:assert/strict";
import { parseAuthorities } from "../../../agent/settings/certificates.ts";
import { AUTHORITY_PEM, SECOND_AUTHORITY_PEM, SERVER_PEM } from "../../fakes/authorities.ts";

function read(text: string) {
  const found = parseAuthorities(text);
  assert.ok(Array.isArray(found), JSON.stringify(found));
  return found;
}

Deno.test("parseAuthorities() names each authority and its last day, each once", () => {
  const found = read(`# ours\n${AUTHORITY_PEM}\n${SECOND_AUTHORITY_PEM}${AUTHORITY_PEM}`);
  assert.deepEqual(found.map((it) => it.name), ["Example Internal CA", "Example Second CA"]);
  assert.match(found[0]?.validTo ?? "", /^2126-\d\d-\d\dT/);
  assert.match(found[0]?.mark ?? "", /^[0-9a-f]{16}$/);
  assert.equal(found[0]?.pem, AUTHORITY_PEM);
});

Deno.test("parseAuthorities() takes line ends of Windows and an empty text", () => {
  assert.equal(read(AUTHORITY_PEM.replaceAll("\n", "\r\n"))[0]?.pem, AUTHORITY_PEM);
  assert.deepEqual(read(" \n"), []);
});

const KEY = `-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49\n-----END PRIVATE KEY-----\n`;
const WRONG: readonly [name: string, text: string, says: RegExp][] = [
  ["plain words", "our authority", /^This is not PEM text/],
  ["half a certificate", AUTHORITY_PEM.slice(0, 200), /is cut off/],
  ["a certificate and half of one", AUTHORITY_PEM + AUTHORITY_PEM.slice(0, 200), /is cut off/],
  ["damaged bytes", AUTHORITY_PEM.replace("MII", "AAA"), /^The certificate cannot be read/],
  [
    "a server's certificate",
    AUTHORITY_PEM + SERVER_PEM,
    /^Certificate 2 \(leaf\.example\.com\) is not an authority/,
  ],
  ["a private key", AUTHORITY_PEM + KEY, /^There is a private key in the text/],
  ["another kind of block", AUTHORITY_PEM.replaceAll("CERTIFICATE", "X509 CRL"), /cannot be read/],
  ["too many", AUTHORITY_PEM.repeat(21), /^Enter at most 20/],
];
for (const [name, text, says] of WRONG) {
  Deno.test(`parseAuthorities() refuses ${name} and repeats no key`, () => {
    const found = parseAuthorities(text);
    assert.ok(!Array.isArray(found));
    assert.match(found.problem, says);
    assert.ok(!found.problem.includes("MIGHAgEA"));
  });
}
