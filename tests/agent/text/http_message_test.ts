import assert from "node:assert/strict";
import { fieldOf, mediaTypeOf, statusOf } from "../../../agent/text/http_message.ts";

for (
  const [line, status] of [
    ["HTTP/1.1 200 OK", 200],
    ["HTTP/1.0 407 Proxy Authentication Required\r\nx: y", 407],
    ["HTTP/1.1 302", 302],
    ["HTTP/1.1 302\r\n", 302],
    ["HTTP/1.1 2000", undefined],
    ["HTTP/1.1  200", undefined],
    ["HTTP/2 200", undefined],
    [" HTTP/1.1 200 OK", undefined],
    ["", undefined],
  ] as const
) {
  Deno.test(`statusOf() reads ${JSON.stringify(line)} as ${status}`, () => {
    assert.equal(statusOf(line), status);
  });
}

for (
  const [head, value] of [
    ["HTTP/1.1 302 Found\r\nLocation: /login\r\nx: y", "/login"],
    ["HTTP/1.1 302 Found\r\nLOCATION:\t /a b \t\r\n", "/a b"],
    ["HTTP/1.1 302 Found\nlocation:/login", "/login"],
    ["HTTP/1.1 302 Found\r\nlocation: /first\r\nlocation: /second", "/first"],
    ["HTTP/1.1 302 Found\r\nx-location: /other\r\nno colon", undefined],
    ["location: /in-the-first-line", undefined],
    ["HTTP/1.1 302 Found\r\nlocation: /a\r/b\r\n", undefined],
    [`HTTP/1.1 302 Found\r\nlocation: /${"a".repeat(9_000)}`, undefined],
    ["HTTP/1.1 302 Found\r\nlocation:", ""],
  ] as const
) {
  Deno.test(`fieldOf() finds ${JSON.stringify(value)} in ${JSON.stringify(head.slice(0, 60))}`, () => {
    assert.equal(fieldOf(head, "Location"), value);
  });
}

for (
  const [given, wanted] of [
    ["application/json", "application/json"],
    ["Application/JSON ; charset=utf-8", "application/json"],
    ["application/jsonp", "application/jsonp"],
    ["", ""],
    [undefined, ""],
    [null, ""],
  ] as const
) {
  Deno.test(`mediaTypeOf() reads ${JSON.stringify(given)}`, () => assert.equal(mediaTypeOf(given), wanted));
}
