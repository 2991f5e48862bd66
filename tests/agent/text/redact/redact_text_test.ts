import assert from "node:assert/strict";
import { redactText } from "../../../../agent/text/redact/redact_text.ts";
import { REDACTION_RULES } from "../../../../agent/text/redact/rules.ts";

/** Of each rule texts that it alone finds something in, with the part that must not stay. */
const SAMPLES: Readonly<Record<string, readonly [text: string, secret: string][]>> = {
  "P.pem-private": [[
    "-----BEGIN RSA PRIVATE KEY-----\\nMIIEpAIBAAKCAQEA\\n-----END RSA PRIVATE KEY-----",
    "MIIEpAIBAAKCAQEA",
  ], ["-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk", "b3BlbnNzaC1rZXk"]],
  "K.k3s-token": [[`joined with K10${"ab".repeat(32)}::server:9f00`, "9f00"]],
  "P.age": [["AGE-SECRET-KEY-1QQPZRY9X8GF2TVDW0S3JN54KHCE", "QQPZRY9X8GF2"]],
  "P.url-cred": [["postgres://app:Geheim77@db/x", "Geheim77"], [
    "proxy http://bob:p%40w@proxy:3128",
    "p%40w",
  ]],
  "P.dsn-tcp": [["dsn root:Geheim77@tcp(db:3306)/alga", "Geheim77"]],
  "P.query-secret": [
    ["GET https://blob.test/x?sv=1&sig=abc%2Bdef&se=2", "abc%2Bdef"],
    ["?X-Amz-Signature=0123abcd&x=1", "0123abcd"],
  ],
  "P.auth-header": [["sent Bearer abcdefgh12345678", "abcdefgh12345678"], [
    "Basic dXNlcjpwYXNz",
    "dXNlcjpwYXNz",
  ]],
  "P.cookie": [["Cookie: sid=0123456789; a=b", "0123456789"], ["Set-Cookie: s=abcdef; Path=/", "abcdef"]],
  "P.jwt": [["got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln here", "eyJzdWIiOiJ4In0"]],
  "P.github": [[`with ghp_${"a1".repeat(18)} it`, "a1a1a1"], [
    "github_pat_11ABCDEFG0123456789abcdef",
    "11ABCDEFG",
  ]],
  "P.aws": [["id AKIAIOSFODNN7EXAMPLE used", "AKIAIOSFODNN7EXAMPLE"]],
  "P.azure": [["AccountName=a;AccountKey=abcdefghijklmnopqrstuvwx==;", "abcdefghijklmnop"]],
  "P.vendor": [
    ["xoxb-123456789012-abcdef", "123456789012"],
    ["sk_live_abcdefghij0123", "abcdefghij0123"],
    ["SG.abcdefghijklmnop.qrstuvwxyz012345", "qrstuvwxyz012345"],
    [`npm_${"a".repeat(36)}`, "aaaa"],
    ["sk-abcdefghijklmnopqrstuv", "abcdefghij"],
  ],
  "P.crypt-hash": [["root:$6$saltsalt$abcdefghijklmnopqrst:1", "saltsalt"], [
    "$2b$12$abcdefghijklmnopqrstuv",
    "abcdefgh",
  ]],
  "P.totp": [["otpauth://totp/Alga:maria?issuer=Alga", "maria"]],
  "P.cmdline": [["run --password Geheim77 --x", "Geheim77"], ["run --token=Geheim77", "Geheim77"]],
  "P.key-value": [
    ["password=Geheim77 rest", "Geheim77"],
    ["PGPASSWORD: Geheim77", "Geheim77"],
    ['{"secret":"Geheim 77"}', "Geheim 77"],
    ['{\\"token\\":\\"Geheim77\\"}', "Geheim77"],
    ["api-key = Geheim77", "Geheim77"],
  ],
};

Deno.test("every rule has a text of its own", () => {
  assert.deepEqual(Object.keys(SAMPLES), REDACTION_RULES.map((it) => it.id));
});

for (const [id, samples] of Object.entries(SAMPLES)) {
  for (const [text, secret] of samples) {
    Deno.test(`${id} takes the secret out of ${JSON.stringify(text).slice(0, 60)}`, () => {
      assert.ok(text.includes(secret), "the secret is there before");
      assert.ok(!redactText(text).includes(secret), redactText(text));
    });
  }
  Deno.test(`${id} is needed`, () => {
    const others = REDACTION_RULES.filter((it) => it.id !== id);
    const isLeft = samples.some(([text, secret]) =>
      others.reduce((it, { find, put }) => it.replaceAll(find, put), text).includes(secret)
    );
    assert.ok(isLeft, "without it everything was taken out as well");
  });
}

/** What real programs say that looks a little like a secret, and tells a cause. */
const KEPT = [
  'secret "absent" not found',
  "couldn't find key password in Secret msp/db-credentials",
  "failed to authorize: failed to fetch anonymous token: unexpected status from GET request to URL: 403 Forbidden",
  'Back-off pulling image "ghcr.io/nine-minds/alga-psa-ee:1.4.0"',
  'MountVolume.SetUp failed for volume "kube-api-access-x" : object "msp"/"kube-root-ca.crt" not registered',
  "dial tcp 127.0.0.1:5998: connect: connection refused",
  "ghcr.io/x/y@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
  'Head "https://registry.nx.test/v2/x/manifests/1": dial tcp: lookup registry.nx.test on 127.0.0.2:53: no such host',
  "0/1 nodes are available: 1 Insufficient memory.",
];
for (const text of KEPT) {
  Deno.test(`redactText() leaves ${JSON.stringify(text).slice(0, 70)}`, () =>
    assert.equal(redactText(text), text));
}
