import assert from "node:assert/strict";
import { emptySnapshot, evaluate } from "../../agent/status/mod.ts";
import type { AppDeps, AppState } from "../../routes/app_deps.ts";
import { frameOf } from "../../routes/frame.ts";
import { FakeClock } from "../fakes/fake_clock.ts";

Deno.test("the address is asked for once in ten seconds, however many pages are opened", async () => {
  const clock = new FakeClock();
  const status = evaluate(emptySnapshot(), clock.nowMs());
  let asked = 0;
  let answer: () => Promise<string[]> = () => Promise.resolve([`192.0.2.${asked}`]);
  const deps = {
    clock,
    status: { current: () => status },
    identity: { hostName: "appliance-01", agentVersion: "0", addresses: () => (asked++, answer()) },
  } as unknown as AppDeps;
  const state = { stylesheet: { text: "", path: "/style.css" } } as AppState;
  const visit = { get: () => undefined, env: {}, req: { url: "http://192.0.2.1:8080/" } };
  const open = async () => (await frameOf(visit as never, deps, state)).address;

  assert.deepEqual(await Promise.all(Array.from({ length: 50 }, open)), Array(50).fill("192.0.2.1"));
  assert.equal(asked, 1);
  await clock.advance(10_000);
  assert.equal(await open(), "192.0.2.2");
  answer = () => Promise.reject(new Error("no such program"));
  await clock.advance(10_000);
  assert.equal(await open(), "");
  assert.equal(asked, 3);
});
