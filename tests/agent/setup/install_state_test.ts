import assert from "node:assert/strict";
import { PATHS } from "../../../agent/state/paths.ts";
import { broken, type Engine, finding, startEngine, submitted } from "./engine.ts";

async function readState({ host }: Engine): Promise<Record<string, unknown>> {
  return JSON.parse(await host.readText(PATHS.installState) ?? "null");
}

Deno.test("install-state.json names the running step while it runs", async () => {
  const engine = await startEngine();
  const seen: unknown[] = [];
  for (const step of ["resolve", "k3s", "storage", "flux", "values", "source", "login"] as const) {
    engine.trouble.set(step, async () => void seen.push((await readState(engine)).status));
  }
  await submitted(engine);
  assert.deepEqual(seen, [
    "release-resolve-running",
    "k3s-install-running",
    "storage-install-running",
    "flux-install-running",
    "runtime-values-running",
    "flux-source-running",
    "release-config-running",
  ]);
});

Deno.test("install-state.json says at the end that it is the end, 0600 with its version", async () => {
  const engine = await submitted(await startEngine());
  const state = await readState(engine);
  assert.deepEqual(
    [state.status, state.phase, state.terminalSuccess, state.schemaVersion, state.failure],
    ["release-config-complete", "setup", true, 1, undefined],
  );
  assert.equal(engine.host.files.get(PATHS.installState)?.mode, 0o600);
});

Deno.test("install-state.json holds the failure with its phase", async () => {
  const engine = await startEngine();
  engine.trouble.set("k3s", broken);
  await submitted(engine);
  const state = await readState(engine);
  assert.deepEqual([state.status, state.phase, state.terminalSuccess, state.lastAction], [
    "setup-blocked",
    "k3s",
    false,
    "Do k3s",
  ]);
  const failure = state.failure as Record<string, unknown>;
  assert.deepEqual([failure.ok, failure.code, failure.retrySafe], [false, "K3S_FAILED", true]);
  await engine.setup.stop();
});

Deno.test("install-state.json that a kill left behind the journal is written again at the next start", async () => {
  const engine = await submitted(await startEngine());
  engine.host.put(PATHS.installState, '{"status":"k3s-install-running"}');
  const again = await engine.restart();
  await again.setup.resume();
  assert.equal((await readState(again)).status, "release-config-complete");

  const idle = await startEngine();
  await idle.setup.resume();
  assert.equal(await idle.host.readText(PATHS.installState), undefined, "nothing was asked for");
});

Deno.test("install-state.json tells that the checks block, and that they are complete", async () => {
  const blocked = await startEngine();
  blocked.findings.push(finding("hw.memory"));
  await submitted(blocked);
  assert.deepEqual(
    [(await readState(blocked)).status, (await readState(blocked)).phase],
    ["preflight-blocked", "preflight"],
  );
  const checked = await submitted(await startEngine(), {}, { checksOnly: true });
  assert.equal((await readState(checked)).status, "preflight-complete");
});
