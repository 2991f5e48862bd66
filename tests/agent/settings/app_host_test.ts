import assert from "node:assert/strict";
import { followAppHost } from "../../../agent/settings/app_host.ts";
import type { OperationService } from "../../../agent/operation/operation.ts";
import type { OperationName } from "../../../agent/operation/operation_name.ts";
import type { SettingsService } from "../../../agent/settings/settings_service.ts";
import { STUB_SETTINGS } from "../../routes/settings_stub.ts";

/** Settings that count how often they are read. */
function setting(appUrl?: string) {
  let tell: (name: OperationName) => void = () => {};
  const state: { appUrl: string | undefined; isBroken: boolean; reads: number } = {
    appUrl,
    isBroken: false,
    reads: 0,
  };
  const settings: Pick<SettingsService, "current"> = {
    current() {
      state.reads++;
      if (state.isBroken) return Promise.reject(new Error("The disk does not answer"));
      return Promise.resolve(
        state.appUrl === undefined ? undefined : { ...STUB_SETTINGS, appUrl: state.appUrl },
      );
    },
  };
  const engine: Pick<OperationService, "subscribe"> = {
    subscribe(listener) {
      tell = listener;
      return () => {};
    },
  };
  return Object.assign(state, {
    host: followAppHost(settings, engine),
    tell: (name: OperationName) => tell(name),
  });
}

Deno.test("the host of the application is read once, and again after setup or settings moved on", async () => {
  const it = setting();
  for (let i = 0; i < 3; i++) assert.equal(await it.host(), undefined);
  assert.equal(it.reads, 1);
  it.appUrl = "https://PSA.example.com:8443";
  it.tell("setup");
  assert.deepEqual([await it.host(), await it.host(), it.reads], ["psa.example.com", "psa.example.com", 2]);
  it.appUrl = "https://other.example.com";
  it.tell("update");
  assert.equal(await it.host(), "psa.example.com");
  it.tell("settings");
  assert.equal(await it.host(), "other.example.com");
});

Deno.test("settings that could not be read once are read again", async () => {
  const it = setting("https://psa.example.com");
  it.isBroken = true;
  assert.equal(await it.host(), undefined);
  it.isBroken = false;
  assert.equal(await it.host(), "psa.example.com");
});
