import assert from "node:assert/strict";
import { createKnownNames } from "../../../agent/settings/known_names.ts";

const SITE = {
  appUrl: "https://psa.example.com:8443",
  publicNames: "alga.example.com, appliance.example.com",
};

Deno.test("createKnownNames() knows the machine, the options, the application's host and the setting", async () => {
  const isKnown = createKnownNames(["Appliance-01", "localhost"], { current: () => Promise.resolve(SITE) });
  for (
    const name of [
      "appliance-01",
      "localhost",
      "psa.example.com",
      "alga.example.com",
      "appliance.example.com",
    ]
  ) {
    assert.equal(await isKnown(name), true, name);
  }
  for (const name of ["", "example.com", "alga.example.com, appliance.example.com", "evil.example"]) {
    assert.equal(await isKnown(name), false, name);
  }
});

Deno.test("createKnownNames() takes a change at once, and asks nothing for the machine's own name", async () => {
  let [publicNames, asked] = ["", 0];
  const isKnown = createKnownNames(["appliance-01"], {
    current: () => (asked++, Promise.resolve({ ...SITE, publicNames })),
  });
  assert.equal(await isKnown("new.example"), false);
  publicNames = "new.example";
  assert.equal(await isKnown("new.example"), true);
  publicNames = "";
  assert.equal(await isKnown("new.example"), false);
  asked = 0;
  assert.equal(await isKnown("appliance-01"), true);
  assert.equal(asked, 0);
});

Deno.test("createKnownNames() knows only the machine where there are no settings, or none to be read", async () => {
  for (const current of [() => Promise.resolve(undefined), () => Promise.reject(new Error("damaged"))]) {
    const isKnown = createKnownNames(["appliance-01"], { current });
    assert.deepEqual([await isKnown("appliance-01"), await isKnown("psa.example.com")], [true, false]);
  }
});
