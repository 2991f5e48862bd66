import assert from "node:assert/strict";
import { sign } from "node:crypto";
import { parsePublicKey, type TrustedKey } from "../../../agent/trust/public_key.ts";
import { verifyFile } from "../../../agent/trust/verify_file.ts";
import { FakeHost } from "../../fakes/fake_host.ts";
import { SITE_KEY, SITE_PUBLIC_KEY } from "./site_key.ts";

const NOW_MS = Date.parse("2026-11-27T00:00:00Z");
/** More than one piece. */
const BYTES = new Uint8Array(2_500_000).map((_, i) => i % 251);
const SIGNATURE = sign("sha256", BYTES, SITE_KEY).toString("base64");

function key(text: string): TrustedKey {
  const read = parsePublicKey("site", text);
  assert.ok("key" in read);
  return read;
}

const verdict = (bytes: Uint8Array, signature: string, keys = [key(SITE_PUBLIC_KEY)]) => {
  const host = new FakeHost();
  host.put("/agent", bytes);
  return verifyFile(host, "/agent", signature, { keys, nowMs: NOW_MS });
};

Deno.test("a file is believed by a signature over all of it, as cosign sign-blob makes it", async () => {
  assert.deepEqual(await verdict(BYTES, SIGNATURE), { status: "valid", key: "site" });
});

Deno.test("one other byte in its last piece, another signature and none are not believed", async () => {
  const other = BYTES.slice();
  other[2_400_000] = 255;
  assert.equal((await verdict(other, SIGNATURE)).status, "invalid");
  assert.equal((await verdict(BYTES, sign("sha256", other, SITE_KEY).toString("base64"))).status, "invalid");
  for (const text of ["", "AAAA", "no base64!"]) assert.equal((await verdict(BYTES, text)).status, "invalid");
});

Deno.test("a retired key counts for nothing, and without a key nothing is looked at", async () => {
  assert.equal(
    (await verdict(BYTES, SIGNATURE, [key(`retired: 2026-11-01\n${SITE_PUBLIC_KEY}`)])).status,
    "no-key",
  );
  assert.equal((await verdict(BYTES, SIGNATURE, [])).status, "no-key");
});
