import assert from "node:assert/strict";
import { redactLine } from "../../../../agent/text/redact/redact_line.ts";

const MASKED: [string, string][] = [
  ["GET https://user:s3cret@host/x", "GET https://user:***@host/x"],
  ["see-https://user:s3cret@host", "see-https://user:***@host"],
  ["postgres+tls.v2://app:s3cret@db:5432/x", "postgres+tls.v2://app:***@db:5432/x"],
  ["Authorization: Bearer abcdefgh12345678", "Authorization: Bearer ***"],
  ["got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln here", "got *** here"],
  ['POSTGRES_PASSWORD_FILE="a b" x', 'POSTGRES_PASSWORD_FILE="***" x'],
  ["db_password: hunter2, more", "db_password: ***"],
  ["'apiKey' = 'x y'", "'apiKey' = '***'"],
];
for (const [line, wanted] of MASKED) {
  Deno.test(`redactLine() makes ${JSON.stringify(wanted)} of a line with a credential`, () => {
    assert.equal(redactLine(line), wanted);
  });
}

Deno.test("redactLine() leaves what is not a credential", () => {
  for (const line of ["http://host:8080/a@b", "the password is wrong", "3 tokens", "basic auth"]) {
    assert.equal(redactLine(line), line);
  }
});

Deno.test("redactLine() takes terminal sequences and control characters out, and bounds the length", () => {
  assert.equal(redactLine("\u001b[31mred\u001b[0m\tand\u0007 \u202eon  "), "red and   on");
  assert.equal(redactLine("x".repeat(1_000)).length, 400);
});

// Each took from seconds to minutes when a word was looked at again from each of its letters.
const ENDLESS = ["a", "a.", "-eyJ", "password", "password ", "token=", "bearer ", "x://", "'", "\u001b["];
Deno.test("redactLine() is through with a long line at once, whatever is in it", () => {
  for (const part of ENDLESS) {
    const line = part.repeat(Math.ceil(65_536 / part.length));
    for (let round = 0; round < 50; round++) assert.ok(redactLine(line).length <= 400);
  }
});
