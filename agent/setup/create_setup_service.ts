import { type Clock, isoNow } from "../clock.ts";
import { AgentError } from "../error.ts";
import type { Host } from "../host/host.ts";
import { preflightVerdict } from "../preflight/mod.ts";
import type { RegistryClient, RegistryMirrors } from "../registry/registry.ts";
import type { NetworkSettings } from "../net/settings.ts";
import type { Journal } from "../state/journal.ts";
import type { OperationLock } from "../state/operation_lock.ts";
import { PATHS } from "../state/paths.ts";
import type { KubeClient } from "../../k8s/mod.ts";
import { createAutoRetry } from "./auto_retry.ts";
import { classifyFailure } from "./classify_failure.ts";
import { createDriver } from "./driver.ts";
import { foldSetup } from "./fold_setup.ts";
import { writeInstallState } from "./install_state.ts";
import type { LoginWatch } from "./login_watch.ts";
import { networkOf } from "../net/settings.ts";
import { readSelection } from "./release_selection.ts";
import { runSteps } from "./run_steps.ts";
import { readDefaults, toAnswers } from "./inputs/defaults.ts";
import type { SetupReply, SetupService } from "./setup_service.ts";
import type { SetupState, SetupView, StepId } from "./setup_state.ts";
import type { Step, StepContext } from "./step.ts";
import { readInputs, type StoredInputs, withoutSecrets, writeInputs } from "./inputs/stored.ts";
import { SETUP_STEPS } from "./steps.ts";
import { toSetupView } from "./to_setup_view.ts";

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
  login: LoginWatch;
  /** The product's steps unless a test brings its own. */
  steps?: readonly Step[];
}

/** The engine behind every face. State lives in the journal; what is here can be lost at any moment. */
export async function createSetupService(deps: SetupDeps): Promise<SetupService> {
  const { host, clock, journal } = deps;
  const steps = deps.steps ?? SETUP_STEPS;
  const listeners = new Set<() => void>();
  const log: { at: string; stepId: StepId; text: string }[] = [];
  const stopped = new AbortController();
  let inputs = await readInputs(host, clock, foldSetup(journal.entries()).runId);
  let release = (await readSelection(host, clock))?.resolved;
  let current: StepId = "preflight";
  let message = "";
  /** Kept from one attempt to the next, until other answers are given. */
  let work: { stored: StoredInputs; registry: RegistryClient } | undefined;
  /** install-state.json is older than the journal. */
  let unsaved = false;
  /** The journal itself cannot be written: kept here, the only place that is left. */
  let broken: Extract<SetupState, { status: "failed" }> | undefined;
  let cached: SetupView | undefined;
  const retry = createAutoRetry({ clock, journal, record, changed, signal: stopped.signal });
  const driver = createDriver({
    lock: deps.lock,
    clock,
    next,
    isWaiting: () => view().state.status !== "running",
    wake: () => retry.wake(),
    async recover(error) {
      stopped.signal.throwIfAborted();
      breakDown(error, BROKEN_RETRY_MS);
      await retry.pause(BROKEN_RETRY_MS);
      mended();
    },
    onOrder() {
      endWork();
      mended();
    },
    onEnd: endWork,
  });

  function changed(): void {
    cached = undefined;
    for (const listener of listeners) listener();
  }

  async function record(type: string, data: Record<string, unknown>): Promise<void> {
    await journal.append(type, data);
    await noted();
  }

  /** After a line of the journal: it counts, whether or not what is derived from it can be written now. */
  async function noted(): Promise<void> {
    changed();
    unsaved = true;
    await saveInstallState().catch(() => {});
  }

  async function saveInstallState(): Promise<void> {
    const lastAction = message === "" ? steps.find((it) => it.id === current)?.title ?? "" : message;
    await writeInstallState(host, clock, foldSetup(journal.entries()).state, lastAction);
    unsaved = false;
  }

  function view(): SetupView {
    return cached ??= toSetupView(foldSetup(journal.entries()), {
      steps,
      message,
      log,
      release,
      broken,
      probeAt: retry.probeAt(),
    });
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
      login: deps.login,
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
  function next(): (() => Promise<void>) | undefined {
    if (unsaved) return saveInstallState;
    const { state } = foldSetup(journal.entries());
    const stored = isUnderWay(state) ? inputs : undefined;
    if (!stored) return undefined;
    return async () => {
      work ??= { stored, registry: deps.registryFor(networkOf(stored)) };
      if (state.status === "failed") await retry.wait(state, work.registry);
      else await runSteps(steps, contextFor(work.stored, work.registry), { record, onStep, onDone });
    };
  }

  function endWork(): void {
    work?.registry.close();
    work = undefined;
  }

  function breakDown(error: unknown, retryMs?: number): void {
    const failure = classifyFailure(current, error, clock);
    const next = retryMs === undefined
      ? {}
      : { nextAttemptAt: new Date(clock.nowMs() + retryMs).toISOString() };
    broken = { status: "failed", stepId: current, failure, ...next };
    changed();
  }

  function mended(): void {
    broken = undefined;
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
      await writeInputs(host, clock, { runId: foldSetup(journal.entries()).runId, inputs: rest });
      inputs = rest;
    }
  }

  /** An order that stays with the answers there are. */
  async function goOn(by: string, prepare: () => Promise<void>): Promise<SetupReply> {
    return inputs ? await driver.give(by, prepare) : { ok: false, reason: "nothing-submitted" };
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
      const answers = toAnswers(given, await readDefaults(host));
      const { state, rows } = foldSetup(journal.entries());
      if (state.status === "done") return { ok: false, reason: "already-done" };
      // Once the cluster holds the first company its data cannot be exchanged by a form; lost answers can be given again.
      if (rows.values.status === "done" && inputs) return { ok: false, reason: "already-done" };
      return await driver.give(by, async () => {
        const runId = crypto.randomUUID();
        const before = inputs && { runId: foldSetup(journal.entries()).runId, inputs };
        await host.remove(PATHS.releaseSelection);
        // Both answers are on disk until the journal tells which count.
        await writeInputs(host, clock, { runId, inputs: given }, before);
        await journal.append("setup.requested", { by, checksOnly: checksOnly ?? false, runId, answers });
        inputs = given;
        release = undefined;
        await noted();
      });
    },

    async recheck({ by }) {
      const { status } = foldSetup(journal.entries()).state;
      if (status !== "blocked" && status !== "checked") return { ok: false, reason: "not-blocked" };
      return await goOn(by, () => record("setup.recheck", { by }));
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
      return await goOn(by, async () => {
        for (const checkId of verdict.needsAcknowledgement) {
          const found = preflight.results.find((it) => it.id === checkId)?.found ?? "";
          await record("check.acknowledged", { checkId, by, found });
        }
      });
    },

    async retry({ by }) {
      if (view().state.status !== "failed") return { ok: false, reason: "not-blocked" };
      return await goOn(by, () => record("setup.retried", { by }));
    },

    async resume() {
      const { state } = foldSetup(journal.entries());
      if ("stepId" in state) current = state.stepId;
      // A kill may have come between the journal's last line and what is derived from it.
      if (state.status !== "idle") await saveInstallState().catch(() => {});
      if (!isUnderWay(state) || driver.isDriving()) return;
      try {
        if (!inputs) {
          const failure = classifyFailure(current, inputsLost(), clock);
          return await record("step.failed", { stepId: current, failure });
        }
        const reply = await driver.start("agent, after a restart");
        if (reply.ok) return mended();
        if (reply.reason === "locked") {
          message = `${reply.holder} is working on this appliance since ${reply.since}`;
        }
        changed();
      } catch (error) {
        breakDown(error); // the pages must come up all the same
      }
    },

    async stop() {
      stopped.abort(new AgentError("CANCELLED", "The agent is stopping"));
      await driver.ended();
    },
  };
}

/** The agent has something to do by itself. */
function isUnderWay(state: SetupState): boolean {
  return state.status === "running" || (state.status === "failed" && state.nextAttemptAt !== undefined);
}

function inputsLost(): AgentError {
  return new AgentError("STATE_DAMAGED", "The answers of set-up can no longer be read", {
    hint: "Enter the answers again and send the form",
    retrySafe: false,
  });
}
