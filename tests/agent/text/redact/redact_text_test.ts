import assert from "node:assert/strict";
import { mayHold } from "../../../../agent/text/redact/may_hold.ts";
import { redactText } from "../../../../agent/text/redact/redact_text.ts";
import { PERSONAL_RULES, REDACTION_RULES } from "../../../../agent/text/redact/rules.ts";
import { isSecretKey } from "../../../../agent/text/redact/secret_keys.ts";
import { KEPT, PERSONAL_SAMPLES, SAMPLES } from "./samples.ts";

Deno.test("every rule has a text of its own", () => {
  assert.deepEqual(Object.keys(SAMPLES), REDACTION_RULES.map((it) => it.id));
  assert.deepEqual(Object.keys(PERSONAL_SAMPLES), PERSONAL_RULES.map((it) => it.id));
});

for (const [id, samples] of Object.entries(SAMPLES)) {
  for (const [text, secret] of samples) {
    Deno.test(`${id} takes the secret out of ${JSON.stringify(text).slice(0, 60)}`, () => {
      assert.ok(text.includes(secret), "the secret is there before");
      assert.ok(mayHold(text), "it is looked at at all");
      assert.ok(!redactText(text).includes(secret), redactText(text));
    });
  }
}

const ALL = [...REDACTION_RULES, ...PERSONAL_RULES];
for (const [id, samples] of Object.entries({ ...SAMPLES, ...PERSONAL_SAMPLES })) {
  Deno.test(`${id} is needed`, () => {
    const left = (rules: typeof ALL) =>
      samples.some(([text, secret]) =>
        rules.reduce((it, rule) => rule.apply(it, () => "***"), text).includes(secret)
      );
    assert.ok(!left(ALL), "with it everything is taken out");
    assert.ok(left(ALL.filter((it) => it.id !== id)), "without it everything was taken out as well");
  });
}

for (const text of KEPT) {
  Deno.test(`redactText() leaves ${JSON.stringify(text).slice(0, 70)}`, () =>
    assert.equal(redactText(text), text));
}

Deno.test("what was redacted once is redacted the same when it is looked at again", () => {
  for (const [text] of Object.values({ ...SAMPLES, ...PERSONAL_SAMPLES }).flat()) {
    const masked = ALL.reduce((it, rule) => rule.apply(it, (id) => `[redacted:${id}:0000]`), text);
    const again = ALL.reduce((it, rule) => rule.apply(it, () => "AGAIN"), masked);
    assert.equal(again, masked);
  }
});

Deno.test("a line with any name of a secret is looked at", () => {
  const words =
    "password passwd PASSPHRASE pwd secret token credential cookie nextauth cryptr salt apiKey api_key auth-key access_key privateKey signing_key encryption-key licenseKey licence_key client_key clientCertificate client-certificate authority-data install_code claimCode code_verifier connectionString connection_string session_id sessionKey pass db.pass smtp_pass SMTP_PASS dbPass session SESSION user_sid connect.sid sid auth smtp_auth AUTH"
      .split(" ");
  for (const name of words) {
    assert.ok(isSecretKey(name), name);
    assert.ok(mayHold(`${name}=x`), name);
    assert.ok(!redactText(`${name}=Geheim77`).includes("Geheim77"), name);
  }
  assert.ok(!redactText("next\\u0026sig=Geheim77 x").includes("Geheim77"));
});
