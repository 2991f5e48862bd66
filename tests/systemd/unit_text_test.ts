import assert from "node:assert/strict";
import { readUnit, UNIT_NAMES } from "../../systemd/unit_text.ts";

const file = await Deno.readTextFile(new URL("../../systemd/alga-appliance.service", import.meta.url));

Deno.test("readUnit() gives the file as it is for the program in its own place", () => {
  assert.equal(readUnit("alga-appliance.service", "/usr/local/bin/alga-agent"), file);
});

Deno.test("readUnit() names another place of the program, and leaves the rest as it is", () => {
  const unit = readUnit("alga-appliance.service", "/usr/bin/alga-agent");
  assert.match(unit, /^ExecStart=\/usr\/bin\/alga-agent serve --listen 0\.0\.0\.0:8080$/m);
  assert.equal(unit.replace("/usr/bin/alga-agent", "/usr/local/bin/alga-agent"), file);
});

Deno.test("readUnit() takes a place as it is, also one that looks like a replacement pattern", () => {
  assert.match(
    readUnit("alga-appliance.service", "/opt/$&/$1/agent"),
    /^ExecStart=\/opt\/\$&\/\$1\/agent serve /m,
  );
});

Deno.test("readUnit() has every unit beside it, and the console's runs the program in its place", () => {
  for (const name of UNIT_NAMES) assert.match(readUnit(name, "/usr/bin/alga-agent"), /^\[Unit\]\n/);
  const unit = readUnit("alga-appliance-console@.service", "/usr/bin/alga-agent");
  assert.match(unit, /^ExecStart=\/usr\/bin\/alga-agent console --line %I$/m);
});
