import assert from "node:assert/strict";
import { gibText, mbText, wholeGibText } from "../../../agent/text/byte_size.ts";

Deno.test("sizes: memory with one digit, room on a disk rounded down, downloads in MB", () => {
  assert.equal(gibText(12_563_000_000), "11.7 GiB");
  assert.equal(wholeGibText(199.9 * 1024 ** 3), "199 GiB");
  assert.equal(mbText(19_600_000), "20 MB");
  assert.equal(mbText(19_600_000, 73_400_000), "20 of 73 MB");
});
