import assert from "node:assert/strict";
import type { Clock } from "../../../agent/clock.ts";
import { createEngine } from "../../../agent/operation/mod.ts";
import type { OperationState } from "../../../agent/operation/operation.ts";
import { TRIAL_MS } from "../../../agent/operation/trial_ms.ts";
import { HELM_RELEASES } from "../../../agent/product/helm_releases.ts";
import type { RegistryClient } from "../../../agent/registry/registry.ts";
import { settingsGate } from "../../../agent/settings/gate.ts";
import type { SettingsChange } from "../../../agent/settings/settings.ts";
import { createSettingsService, type SettingsService } from "../../../agent/settings/settings_service.ts";
import type { SetupView } from "../../../agent/setup/setup_state.ts";
import { type Journal, openJournal } from "../../../agent/state/journal.ts";
import { PATHS } from "../../../agent/state/paths.ts";
import { fluxObjects } from "../../../flux/controllers.ts";
import { KINDS } from "../../../k8s/mod.ts";
import type { FakeHost } from "../../fakes/fake_host.ts";
import { startMortalProcess } from "../operation/mortal_process.ts";
import { INPUTS } from "../setup/engine.ts";
import {
  HELM_RELEASE_DEFINITION,
  inSettingsWorld,
  type SettingsWorld,
  settleCluster,
} from "./settings_world.ts";

export const REQUESTED_AT = "reconcile.fluxcd.io/requestedAt";
const MIRRORS = { "ghcr.io": "http://192.0.2.8", "docker.io": "http://192.0.2.8" };

/** One process of the agent. */
export interface Agent {
  settings: SettingsService;
  journal: Journal;
  host: FakeHost;
  effects(): number;
  kill(): Promise<FakeHost>;
}

/** Finds nothing: what the checks find is not what these tests are about. */
export const OPEN_GATE: typeof settingsGate = {
  ...settingsGate,
  check: () => Promise.resolve({ startedAt: "", finishedAt: "", results: [] }),
};

/** `limit`: so many effects it lives; then nothing of it reaches disk or cluster. `resumes`: what was cut goes on. */
export async function startAgent(
  world: SettingsWorld,
  host: FakeHost,
  { limit = Infinity, gate = OPEN_GATE, hasAnswers = true, resumes = true } = {},
): Promise<Agent> {
  const process = startMortalProcess(host, world.kube, limit);
  const clock = withDeadlines(world.clock);
  const journal = await openJournal(host, clock);
  const engine = createEngine({ host, clock, journal });
  const settings = await createSettingsService({
    host,
    clock,
    engine,
    connectKube: () => Promise.resolve(process.kube),
    mirrors: MIRRORS,
    registryFor: () =>
      ({ ping: () => Promise.resolve({ status: 200 }), close: () => {} }) as unknown as RegistryClient,
    agentPort: 8080,
    gate,
    setupView: () => ({ state: { status: "done" }, answers: [] }) as unknown as SetupView,
    answers: () => Promise.resolve(hasAnswers ? INPUTS : undefined),
  });
  await engine.dischargeOwed();
  if (resumes) await engine.resume();
  return {
    settings,
    journal,
    host,
    effects: process.effects,
    async kill() {
      process.die();
      await engine.stop().catch(() => {});
      const copy = process.diskLeft();
      for (const [name, command] of host.commands) copy.commands.set(name, command);
      copy.commands.set("update-ca-certificates", () => updateAuthorities(copy));
      return copy;
    },
  };
}

function updateAuthorities(host: FakeHost) {
  const own = [...host.files].filter(([path]) => path.startsWith(`${PATHS.caFolder}/`)).map(([, it]) =>
    new TextDecoder().decode(it.bytes)
  );
  host.put(PATHS.caBundle, ["# the system's own", ...own].join("\n"));
  return {};
}

/** An installed appliance whose controllers answer. */
export async function withCluster(body: (world: SettingsWorld) => Promise<void>): Promise<void> {
  await inSettingsWorld(async (world) => {
    await world.kube.apply(HELM_RELEASE_DEFINITION);
    world.reactions.set("HelmRelease", ({ metadata }) => ({
      lastHandledReconcileAt: metadata.annotations?.[REQUESTED_AT],
      conditions: [{ type: "Ready", status: "True" }],
    }));
    for (const name of HELM_RELEASES) {
      world.api.store.create(
        KINDS.HelmRelease,
        { metadata: { name, namespace: "alga-system" }, spec: {} },
        "flux",
      );
    }
    for (const it of fluxObjects()) if (it.kind === "Deployment") await world.kube.apply(it, { force: true });
    world.workload("kube-system", "coredns", { dnsPolicy: "Default" });
    for (const it of ["alga-core-sebastian", "temporal-worker"]) world.workload("msp", it, {});
    world.workload("msp", "db", {}, "StatefulSet");
    await settleCluster();
    await body(world);
  });
}

/** Waits until the change has ended, accepting what may be accepted. */
export async function ended({ settings, effects }: Agent, limit = Infinity): Promise<OperationState> {
  for (let turn = 0; turn < 20_000; turn++) {
    const { state } = settings.view().operation;
    if (state.status === "done" || effects() >= limit) return state;
    assert.notEqual(state.status, "blocked", JSON.stringify(settings.view().operation.conditions));
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  throw new Error(`it does not end: ${JSON.stringify(settings.view().operation)}`);
}

/** The settings as a change makes them. */
export async function merged(settings: SettingsService, change: SettingsChange) {
  const result = await settings.merge(change);
  assert.ok("settings" in result);
  return result.settings;
}

/** Time that passes at once while somebody waits, but for the deadline of a trial: it comes when other waits have led there. */
function withDeadlines(clock: Clock): Clock {
  const deadlines = new Set<{ atMs: number; come: () => void }>();
  return {
    nowMs: () => clock.nowMs(),
    async sleep(ms, signal) {
      if (ms >= TRIAL_MS - 1_000) {
        const { promise, resolve, reject } = Promise.withResolvers<void>();
        const deadline = { atMs: clock.nowMs() + ms, come: resolve };
        deadlines.add(deadline);
        signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
        return await promise.finally(() => deadlines.delete(deadline));
      }
      await clock.sleep(ms, signal);
      for (const it of deadlines) if (it.atMs <= clock.nowMs()) it.come();
    },
  };
}
