import assert from "node:assert/strict";
import { AgentError } from "../../../../agent/error.ts";
import type { StepContext } from "../../../../agent/setup/step.ts";
import { loginStep } from "../../../../agent/setup/steps/login.ts";
import type { StatusService } from "../../../../agent/status/document.ts";
import { watchLogin } from "../../../../agent/status/login_watch.ts";

/** A status that a test changes. */
function statusWorld() {
  const status = {
    tiers: { login: { ready: false, message: "Waiting for the application" } },
    topBlockers: [] as { title: string }[],
    activeOperations: [] as { message: string; operation?: string }[],
  };
  const listeners = new Set<() => void>();
  const said: string[] = [];
  const stopped = new AbortController();
  const service = {
    current: () => status,
    subscribe(listener: () => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  } as unknown as StatusService;
  const context = {
    login: watchLogin(() => service),
    say: (text: string) => said.push(text),
    signal: stopped.signal,
  } as unknown as StepContext;
  const change = (how: () => void) => {
    how();
    for (const it of [...listeners]) it();
  };
  return { status, said, stopped, context, change, listeners };
}

Deno.test("login: ends when people can log in, and listens no longer", async () => {
  const { status, context, change, listeners } = statusWorld();
  assert.equal(await loginStep.look(context), false);
  const run = loginStep.act(context);
  change(() => status.tiers.login.ready = true);
  await run;
  assert.equal(await loginStep.look(context), true);
  assert.equal(listeners.size, 0);
});

Deno.test("login: says the blocker before the operation before the tier, each once", async () => {
  const { status, said, context, change } = statusWorld();
  const run = loginStep.act(context);
  change(() => status.activeOperations.push({ message: "Downloading 3 of 12 images" }));
  change(() => status.topBlockers.push({ title: "Image tag not found" }));
  change(() => {});
  change(() => status.tiers.login.ready = true);
  await run;
  assert.deepEqual(said, [
    "Waiting for the application",
    "Downloading 3 of 12 images",
    "Image tag not found",
  ]);
});

Deno.test("login: does not say again what setup itself said last", async () => {
  const { status, said, context, change } = statusWorld();
  status.activeOperations.push({ operation: "setup", message: "Settings and secrets are in place" });
  const run = loginStep.act(context);
  change(() => status.activeOperations.push({ operation: "image-pull", message: "Downloading an image" }));
  change(() => status.tiers.login.ready = true);
  await run;
  assert.deepEqual(said, ["Waiting for the application", "Downloading an image"]);
});

Deno.test("login: ends at once when it is ready already", async () => {
  const { status, context, listeners } = statusWorld();
  status.tiers.login.ready = true;
  await loginStep.act(context);
  assert.equal(listeners.size, 0);
});

Deno.test("login: a stop ends the wait, also one that came before", async () => {
  const { context, stopped, listeners } = statusWorld();
  const run = loginStep.act(context);
  stopped.abort(new AgentError("CANCELLED", "The agent is stopping"));
  await assert.rejects(run, { code: "CANCELLED" });
  assert.equal(listeners.size, 0);
  await assert.rejects(loginStep.act(context), { code: "CANCELLED" });
});
