import assert from "node:assert/strict";
import { crashed, podOf } from "../../status/objects.ts";
import { found, of, testRows } from "../rule_row.ts";
import { CRASH_ROWS } from "./crash_rows.ts";

testRows(CRASH_ROWS);

Deno.test("a container that cannot be started over a read-only volume tells nothing of the disk", () => {
  const message =
    'failed to create containerd task: OCI runtime create failed: error mounting "/var/lib/x" to rootfs at "/etc/x/y": mkdirat: read-only file system';
  const pod = podOf("redis", crashed("waiting", { exitCode: 128, reason: "StartError", message }));
  const ids = found(of("redis", [pod])).map((it) => it.id);
  assert.ok(ids.includes("app.crash") && !ids.includes("disk.readonly"), ids.join(", "));
});

Deno.test("a database that denies access to a table tells nothing of the owner of files", () => {
  const pod = podOf("alga-core", crashed("waiting", { message: "error: permission denied for table users" }));
  const ids = found(of("alga-core", [pod])).map((it) => it.id);
  assert.ok(ids.includes("app.crash") && !ids.includes("stor.owner"), ids.join(", "));
});
