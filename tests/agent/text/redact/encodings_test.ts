import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { writtenForms } from "../../../../agent/text/redact/encodings.ts";

/** Quotes, blanks and signs, letters of other scripts: it looks different in every encoding. */
const VALUE = `Ge"h ei'm+/77$<&>(ü)~`;
const bytes = Buffer.from(VALUE);
const inJson = (text: string) => JSON.stringify(text).slice(1, -1);
const json = inJson(VALUE);

/** Every way to write a value that the catalogue names, or that a program of the appliance has, and what it makes of VALUE. */
const WRITTEN: Readonly<Record<string, string>> = {
  "as it is": VALUE,
  "in JSON": json,
  "in JSON within JSON": inJson(json),
  "in JSON of Go": String.raw`Ge\"h ei'm+/77$\u003c\u0026\u003e(ü)~`,
  "for a URL": encodeURIComponent(VALUE),
  "for a URL, lower case": encodeURIComponent(VALUE).replaceAll(/%../g, (it) => it.toLowerCase()),
  "for a URL, strict": "Ge%22h%20ei%27m%2B%2F77%24%3C%26%3E%28%C3%BC%29~",
  "for a URL, strict and lower case": "Ge%22h%20ei%27m%2b%2f77%24%3c%26%3e%28%c3%bc%29~",
  "in a form": "Ge%22h+ei%27m%2B%2F77%24%3C%26%3E%28%C3%BC%29~",
  "in a form, lower case": "Ge%22h+ei%27m%2b%2f77%24%3c%26%3e%28%c3%bc%29~",
  "in hex": bytes.toString("hex"),
  "in hex, upper case": bytes.toString("hex").toUpperCase(),
  "for a shell, in single quotes": `Ge"h ei'\\''m+/77$<&>(ü)~`,
  "for a shell, in double quotes": `Ge\\"h ei'm+/77\\$<&>(ü)~`,
  "in HTML": "Ge&quot;h ei&#39;m+/77$&lt;&amp;&gt;(ü)~",
  "in HTML, apostrophe in hex": "Ge&quot;h ei&#x27;m+/77$&lt;&amp;&gt;(ü)~",
  "in XML": "Ge&quot;h ei&apos;m+/77$&lt;&amp;&gt;(ü)~",
  "in HTML of Go": "Ge&#34;h ei&#39;m&#43;/77$&lt;&amp;&gt;(ü)~",
};

Deno.test("a value is looked for as it is written in every encoding, each of which no other one finds", () => {
  const forms = writtenForms(VALUE).filter((it) => !it.isBase64).map((it) => it.text);
  const rows = Object.entries(WRITTEN).flatMap(([name, written]) => [
    [name, written],
    [`${name}, within JSON`, inJson(written)],
  ]);
  for (const [name, written = ""] of rows) {
    // A form that stands within another would find it too: then this row would prove nothing.
    const finds = forms.filter((it) => written.includes(it));
    assert.deepEqual(finds, [written], name);
  }
  const all = new Set(rows.map(([, written]) => written));
  assert.deepEqual(forms.toSorted(), [...all].toSorted(), "a form without a row here");
});

Deno.test("in base64 and base64url it is found at each of the three places in something longer", () => {
  // "?" and ">" give the signs in which the two alphabets differ, whatever stands before them.
  const value = "Geheim??>>>~~~???>>>77";
  const forms = writtenForms(value).filter((it) => it.isBase64).map((it) => it.text);
  for (const before of ["", "a", "ab"]) {
    for (const alphabet of ["base64", "base64url"] as const) {
      const written = Buffer.from(`${before}${value}yz`).toString(alphabet);
      const finds = forms.filter((it) => written.includes(it));
      assert.equal(finds.length, 1, `${alphabet} behind ${before.length} bytes`);
    }
  }
  assert.equal(forms.length, 6);
});
