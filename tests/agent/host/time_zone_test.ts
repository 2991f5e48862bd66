import assert from "node:assert/strict";
import { readTimeZone } from "../../../agent/host/time_zone.ts";
import { FakeHost } from "../../fakes/fake_host.ts";

Deno.test("readTimeZone() follows the link of the machine", async () => {
  const host = new FakeHost();
  host.links.set("/etc/localtime", "/usr/share/zoneinfo/Europe/Berlin");
  host.put("/etc/timezone", "America/New_York\n");
  assert.equal(await readTimeZone(host), "Europe/Berlin");
});

Deno.test("readTimeZone() takes the name where there is no link, and UTC for what no zone is", async () => {
  const host = new FakeHost();
  assert.equal(await readTimeZone(host), "UTC");
  host.put("/etc/timezone", "America/New_York\n");
  assert.equal(await readTimeZone(host), "America/New_York");
  host.put("/etc/timezone", "Middle/Earth\n");
  assert.equal(await readTimeZone(host), "UTC");
});
