import assert from "node:assert/strict";
import { readUnit } from "../../systemd/unit_text.ts";

const file = await Deno.readTextFile(new URL("../../systemd/alga-appliance.service", import.meta.url));

Deno.test("readUnit() gives the file as it is for the program in its own place", () => {
  assert.equal(readUnit("/usr/local/bin/alga-agent"), file);
});

Deno.test("readUnit() names another place of the program, and leaves the rest as it is", () => {
  const unit = readUnit("/usr/bin/alga-agent");
  assert.match(unit, /^ExecStart=\/usr\/bin\/alga-agent serve --listen 0\.0\.0\.0:8080$/m);
  assert.equal(unit.replace("/usr/bin/alga-agent", "/usr/local/bin/alga-agent"), file);
});

Deno.test("readUnit() takes a place as it is, also one that looks like a replacement pattern", () => {
  assert.match(readUnit("/opt/$&/$1/agent"), /^ExecStart=\/opt\/\$&\/\$1\/agent serve /m);
});
