import assert from "node:assert/strict";
import type { OperationName } from "../../../agent/operation/operation_name.ts";
import { createKnownNames } from "../../../agent/settings/known_names.ts";

/** An appliance whose settings count how often they are read. */
function appliance() {
  let tell: (name: OperationName) => void = () => {};
  const state = {
    settings: { appUrl: "https://PSA.example.com:8443", publicNames: "" } as
      | { appUrl: string; publicNames: string }
      | undefined,
    isBroken: false,
    reads: 0,
    own: ["Appliance-01", "localhost"],
  };
  const current = () => {
    state.reads++;
    return state.isBroken
      ? Promise.reject(new Error("The disk does not answer"))
      : Promise.resolve(state.settings);
  };
  const isKnown = createKnownNames(() => state.own, { current }, {
    subscribe(listener) {
      tell = listener;
      return () => {};
    },
  });
  return Object.assign(state, { isKnown, tell: (name: OperationName) => tell(name) });
}

Deno.test("the machine, the options, the application's host and the setting are known by name", async () => {
  const it = appliance();
  it.settings = { appUrl: "https://psa.example.com", publicNames: "alga.example.com, appliance.example.com" };
  const names = ["appliance-01", "localhost", "psa.example.com", "alga.example.com", "appliance.example.com"];
  for (const name of names) assert.equal(await it.isKnown(name), true, name);
  for (const name of ["", "example.com", "alga.example.com, appliance.example.com", "evil.example"]) {
    assert.equal(await it.isKnown(name), false, name);
  }
});

Deno.test("the settings are read once, again after setup or settings moved on, and never for the machine's own name", async () => {
  const it = appliance();
  assert.equal(await it.isKnown("appliance-01"), true);
  assert.equal(it.reads, 0);
  it.settings = undefined;
  for (let i = 0; i < 3; i++) assert.equal(await it.isKnown("psa.example.com"), false);
  assert.equal(it.reads, 1);
  it.settings = { appUrl: "https://PSA.example.com:8443", publicNames: "" };
  it.tell("update");
  assert.equal(await it.isKnown("psa.example.com"), false);
  it.tell("setup");
  assert.equal(await it.isKnown("psa.example.com"), true);
  it.settings.publicNames = "new.example";
  it.tell("settings");
  assert.equal(await it.isKnown("new.example"), true);
  assert.equal(it.reads, 3);
});

Deno.test("settings that could not be read once are read again", async () => {
  const it = appliance();
  it.isBroken = true;
  assert.deepEqual([await it.isKnown("appliance-01"), await it.isKnown("psa.example.com")], [true, false]);
  it.isBroken = false;
  assert.equal(await it.isKnown("psa.example.com"), true);
});

Deno.test("a machine that gets another name is known by that one, and by its old one no more", async () => {
  const it = appliance();
  it.own = ["Front-Desk", "localhost"];
  assert.equal(await it.isKnown("front-desk"), true);
  assert.equal(await it.isKnown("appliance-01"), false);
});
