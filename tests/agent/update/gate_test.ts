import assert from "node:assert/strict";
import { checkIds } from "../../../agent/preflight/mod.ts";
import { isShared } from "../../../agent/update/gate.ts";

Deno.test("an update asks what an installed machine can pass, and leaves the questions of a fresh one to setup", () => {
  assert.deepEqual(checkIds().filter(isShared).toSorted(), [
    "disk.inodes",
    "disk.readonly",
    "disk.total",
    "disk.used",
    "reg.auth",
    "reg.blob-host",
    "reg.dns",
    "reg.mirrors",
    "reg.tcp",
    "reg.tls",
    "reg.tls-chain",
    "rel.schema",
    "rel.signature",
    "rel.signature-kept",
    "time.skew",
    "time.sync",
  ]);
});
