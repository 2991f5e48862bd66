import { type Clock, isoNow } from "../clock.ts";
import { AgentError } from "../error.ts";
import type { Host } from "../host/host.ts";
import { preflightVerdict } from "../preflight/mod.ts";
import type { NetworkSettings, RegistryClient, RegistryMirrors } from "../release/mod.ts";
import type { Journal } from "../state/journal.ts";
import type { OperationLock } from "../state/operation_lock.ts";
import { PATHS } from "../state/paths.ts";
import type { StatusDocument } from "../status/status_document.ts";
import type { KubeClient } from "../../k8s/mod.ts";
import { createAutoRetry } from "./auto_retry.ts";
import { classifyFailure } from "./classify_failure.ts";
import { foldSetup } from "./fold_setup.ts";
import { writeInstallState } from "./install_state.ts";
import { networkOf } from "./network_settings.ts";
import { readSelection } from "./release_selection.ts";
import { runSteps } from "./run_steps.ts";
import { readDefaults, toAnswers } from "./setup_defaults.ts";
import type { SetupReply, SetupService } from "./setup_service.ts";
import type { SetupState, SetupView, StepId } from "./setup_state.ts";
import type { Step, StepContext } from "./step.ts";
import { readInputs, type StoredInputs, withoutSecrets, writeInputs } from "./stored_inputs.ts";
import { SETUP_STEPS } from "./steps.ts";

const LOG_LINES = 200;
/** When the journal cannot be written (a full disk), how long until it is tried again. */
const BROKEN_RETRY_MS = 60_000;

/** What the set-up engine works with. */
export interface SetupDeps {
  host: Host;
  clock: Clock;
  journal: Journal;
  lock: OperationLock;
  connectKube: () => Promise<KubeClient | undefined>;
  mirrors: RegistryMirrors;
  registryFor: (network: NetworkSettings) => RegistryClient;
  downloadBaseUrl?: string;
  agentPort: number;
  agentVersion: string;
  loginStatus: () => StatusDocument;
  onStatus: (listener: () => void) => () => void;
  /** The product's steps unless a test brings its own. */
  steps?: readonly Step[];
}

/**
 * The engine behind every face. State lives in the journal; what is here can be lost at any moment.
 *
 * - A journal entry that says "running" is written only under the operation lock, by the one that then drives.
 * - `drive()` decides to end and clears `driving` without an await between, so a request made meanwhile sees either a
 *   driver that will notice it or none.
 */
export async function createSetupService(deps: SetupDeps): Promise<SetupService> {
  const { host, clock, journal, lock } = deps;
  const steps = deps.steps ?? SETUP_STEPS;
  const listeners = new Set<() => void>();
  const log: { at: string; stepId: StepId; text: string }[] = [];
  const stopped = new AbortController();
  let inputs = await readInputs(host, clock);
  let release = (await readSelection(host, clock))?.resolved;
  let current: StepId = "preflight";
  let message = "";
  let running: Promise<void> | undefined;
  let driving = false;
  /** Other answers were sent: the driver leaves. */
  let replaced = false;
  /** The journal itself cannot be written: kept here, the only place that is left. */
  let broken: Extract<SetupState, { status: "failed" }> | undefined;
  let cached: SetupView | undefined;
  const retry = createAutoRetry({ clock, journal, record, changed, signal: stopped.signal });

  function changed(): void {
    cached = undefined;
    for (const listener of listeners) listener();
  }

  async function record(type: string, data: Record<string, unknown>): Promise<void> {
    await journal.append(type, data);
    changed();
    await saveInstallState();
  }

  async function saveInstallState(): Promise<void> {
    const lastAction = message === "" ? steps.find((it) => it.id === current)?.title ?? "" : message;
    await writeInstallState(host, clock, foldSetup(journal.entries()).state, lastAction);
  }

  function view(): SetupView {
    if (cached) return cached;
    const folded = foldSetup(journal.entries());
    const rows = steps.map((it) => {
      const row = folded.rows[it.id];
      const text = row.status === "running" && message !== "" ? { message } : {};
      return { id: it.id, title: it.title, ...row, ...text };
    });
    return cached = {
      state: shownState(folded.state),
      steps: rows,
      answers: folded.answers,
      acknowledgements: folded.acknowledgements,
      log: [...log],
      ...(folded.preflight === undefined ? {} : { preflight: folded.preflight }),
      ...(release === undefined ? {} : {
        release: {
          version: release.manifest.version,
          channel: release.channel,
          manifestDigest: release.manifestDigest,
        },
      }),
    };
  }

  function shownState(state: SetupState): SetupState {
    if (broken) return broken;
    if (state.status === "running") return { ...state, message };
    const later = retry.probeAt();
    return state.status === "failed" && later !== undefined ? { ...state, nextAttemptAt: later } : state;
  }

  function contextFor(stored: StoredInputs, registry: RegistryClient): StepContext {
    return {
      host,
      clock,
      journal,
      inputs: stored,
      registry,
      mirrors: deps.mirrors,
      agentPort: deps.agentPort,
      downloadUrl: deps.downloadBaseUrl,
      connectKube: deps.connectKube,
      async release() {
        release ??= (await readSelection(host, clock))?.resolved;
        if (!release) throw new AgentError("RELEASE_INVALID", "No release has been chosen yet");
        return release;
      },
      loginStatus: deps.loginStatus,
      onStatus: deps.onStatus,
      say(text) {
        message = text;
        log.push({ at: isoNow(clock), stepId: current, text });
        if (log.length > LOG_LINES) log.shift();
        changed();
      },
      signal: stopped.signal,
    };
  }

  /** Walks and, while failures allow it, walks again. */
  async function drive(stored: StoredInputs, registry: RegistryClient): Promise<void> {
    driving = true;
    try {
      for (;;) {
        const { state } = foldSetup(journal.entries());
        if (replaced) return;
        try {
          if (state.status === "running") {
            await runSteps(steps, contextFor(stored, registry), { record, onStep, onDone });
          } else if (state.status === "failed" && state.nextAttemptAt !== undefined) {
            await retry.wait(state, registry);
          } else return;
        } catch (error) {
          stopped.signal.throwIfAborted();
          breakDown(error, BROKEN_RETRY_MS);
          await retry.pause(BROKEN_RETRY_MS);
          broken = undefined;
          changed();
        }
      }
    } finally {
      driving = false;
    }
  }

  function breakDown(error: unknown, retryMs?: number): void {
    const failure = classifyFailure(current, error, clock);
    const next = retryMs === undefined
      ? {}
      : { nextAttemptAt: new Date(clock.nowMs() + retryMs).toISOString() };
    broken = { status: "failed", stepId: current, failure, ...next };
    changed();
  }

  function onStep(stepId: StepId): void {
    current = stepId;
    message = "";
  }

  async function onDone(stepId: StepId): Promise<void> {
    if (stepId === "resolve") release = (await readSelection(host, clock))?.resolved;
    if (stepId === "values" && inputs?.adminPassword !== undefined) {
      const { adminPassword: _, ...rest } = inputs;
      await writeInputs(host, clock, rest);
      inputs = rest;
    }
  }

  /** Starts the engine unless another operation holds the appliance. `prepare` makes the journal say "running". */
  async function launch(by: string, prepare: () => Promise<void>, given?: StoredInputs): Promise<SetupReply> {
    const stored = given ?? inputs;
    if (!stored) return { ok: false, reason: "nothing-submitted" };
    const held = await lock.take("setup", by);
    if (!held.ok) return { ok: false, reason: "locked", holder: held.holder, since: held.since };
    let registry: RegistryClient;
    try {
      registry = deps.registryFor(networkOf(stored));
      await prepare();
    } catch (error) {
      await held.release();
      throw error;
    }
    replaced = false;
    broken = undefined;
    // It ends with an error only when the agent stops.
    running = drive(stored, registry).catch(() => {}).finally(async () => {
      registry.close();
      await held.release().catch(() => {});
      running = undefined;
    });
    return { ok: true };
  }

  return {
    view,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    defaults: () => readDefaults(host),
    given: () => inputs && withoutSecrets(inputs),

    async submit(given, { by, checksOnly }) {
      const { state, rows } = foldSetup(journal.entries());
      if (state.status === "done") return { ok: false, reason: "already-done" };
      // Once the cluster holds the first company its data cannot be exchanged by a form; lost answers can be given again.
      if (rows.values.status === "done" && inputs) return { ok: false, reason: "already-done" };
      if (view().state.status === "failed") {
        replaced = driving;
        retry.wake();
      }
      if (view().state.status !== "running") await running;
      const answers = toAnswers(given, await readDefaults(host));
      return await launch(by, async () => {
        await writeInputs(host, clock, given);
        inputs = given;
        release = undefined;
        await host.remove(PATHS.releaseSelection);
        await record("setup.requested", { by, checksOnly: checksOnly ?? false, answers });
      }, given);
    },

    async recheck({ by }) {
      const { status } = foldSetup(journal.entries()).state;
      if (status !== "blocked" && status !== "checked") return { ok: false, reason: "not-blocked" };
      await running;
      return await launch(by, () => record("setup.recheck", { by }));
    },

    async acknowledge(checkIds, { by }) {
      const { state, preflight, acknowledgements } = foldSetup(journal.entries());
      if (state.status !== "blocked" || !preflight) return { ok: false, reason: "not-blocked" };
      const verdict = preflightVerdict(preflight, acknowledgements);
      if (verdict.blocking.length > 0) {
        return { ok: false, reason: "not-overridable", checkIds: verdict.blocking };
      }
      const open = verdict.needsAcknowledgement.filter((it) => !checkIds.includes(it));
      if (open.length > 0) return { ok: false, reason: "needs-acknowledgement", checkIds: open };
      await running;
      return await launch(by, async () => {
        for (const checkId of verdict.needsAcknowledgement) {
          const found = preflight.results.find((it) => it.id === checkId)?.found ?? "";
          await record("check.acknowledged", { checkId, by, found });
        }
      });
    },

    async retry({ by }) {
      if (view().state.status !== "failed") return { ok: false, reason: "not-blocked" };
      if (driving) {
        await record("setup.retried", { by });
        retry.wake();
        if (driving) return { ok: true };
      }
      await running;
      return await launch(by, () => record("setup.retried", { by }));
    },

    async resume() {
      const { state } = foldSetup(journal.entries());
      if ("stepId" in state) current = state.stepId;
      // A kill may have come between the journal's last line and what is derived from it.
      if (state.status !== "idle") await saveInstallState().catch(() => {});
      if (state.status !== "running" && !(state.status === "failed" && state.nextAttemptAt !== undefined)) {
        return;
      }
      try {
        const reply = await launch("agent, after a restart", () => Promise.resolve());
        if (reply.ok) return;
        if (reply.reason === "locked") {
          message = `${reply.holder} is working on this appliance since ${reply.since}`;
          return changed();
        }
        const failure = classifyFailure(current, inputsLost(), clock);
        await record("step.failed", { stepId: current, failure });
      } catch (error) {
        breakDown(error); // the pages must come up all the same
      }
    },

    async stop() {
      stopped.abort(new AgentError("CANCELLED", "The agent is stopping"));
      await running;
    },
  };
}

function inputsLost(): AgentError {
  return new AgentError("STATE_DAMAGED", "The answers of set-up can no longer be read", {
    hint: "Enter the answers again and send the form",
    retrySafe: false,
  });
}
