import { z } from "zod";
import { type Clock, isoNow } from "../clock.ts";
import { AgentError, errorText } from "../error.ts";
import type { Host } from "../host/host.ts";
import { preflightVerdict } from "../preflight/mod.ts";
import { type NetworkSettings, type RegistryClient, type RegistryMirrors } from "../release/mod.ts";
import { readStateFile, writeStateFile } from "../state/json_file.ts";
import type { Journal } from "../state/journal.ts";
import type { OperationLock } from "../state/operation_lock.ts";
import { PATHS } from "../state/paths.ts";
import type { StatusDocument } from "../status/status_document.ts";
import type { KubeClient } from "../../k8s/mod.ts";
import { classifyFailure } from "./classify_failure.ts";
import { foldSetup } from "./fold_setup.ts";
import { networkOf } from "./network_settings.ts";
import { readSelection } from "./release_selection.ts";
import { readDefaults, toAnswers } from "./setup_defaults.ts";
import type { SetupReply, SetupService } from "./setup_service.ts";
import type { SetupView, StepId } from "./setup_state.ts";
import type { Step, StepContext, StoredInputs } from "./step.ts";
import { PreflightBlocked } from "./steps/preflight.ts";
import { SETUP_STEPS } from "./steps.ts";

const FIRST_RETRY_MS = 15_000;
const LONGEST_RETRY_MS = 300_000;
const MAX_ATTEMPTS = 10;
const LOG_LINES = 200;
const INPUTS_VERSION = 1;

const Stored = z.object({
  inputs: z.looseObject({ appUrl: z.string(), channel: z.string(), tenantName: z.string() }),
});

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

/** The engine behind every face. State lives in the journal; what is here can be lost at any moment. */
export async function createSetupService(deps: SetupDeps): Promise<SetupService> {
  const { host, clock, journal, lock } = deps;
  const steps = deps.steps ?? SETUP_STEPS;
  const listeners = new Set<() => void>();
  const log: { at: string; stepId: StepId; text: string }[] = [];
  const stopped = new AbortController();
  let inputs = await readInputs(host, clock);
  let release = (await readSelection(host, clock))?.resolved;
  let message = "";
  let running: Promise<void> | undefined;
  let cached: SetupView | undefined;

  function changed(): void {
    cached = undefined;
    for (const listener of listeners) listener();
  }

  async function record(type: string, data: Record<string, unknown>): Promise<void> {
    await journal.append(type, data);
    changed();
  }

  function view(): SetupView {
    if (cached) return cached;
    const folded = foldSetup(journal.entries());
    const state = folded.state.status === "running" ? { ...folded.state, message } : folded.state;
    const rows = steps.map((it) => {
      const row = folded.rows[it.id];
      return {
        id: it.id,
        title: it.title,
        ...row,
        ...(row.status === "running" && message !== "" ? { message } : {}),
      };
    });
    return cached = {
      state,
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

  function contextFor(stored: StoredInputs, registry: RegistryClient, stepId: () => StepId): StepContext {
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
        log.push({ at: isoNow(clock), stepId: stepId(), text });
        if (log.length > LOG_LINES) log.shift();
        changed();
      },
      signal: stopped.signal,
    };
  }

  /** Walks the steps; the only place that starts, judges and records them. */
  async function walk(stored: StoredInputs, registry: RegistryClient): Promise<void> {
    let current: StepId = "preflight";
    const context = contextFor(stored, registry, () => current);
    for (const step of steps) {
      current = step.id;
      message = "";
      stopped.signal.throwIfAborted();
      const { rows, attempts } = foldSetup(journal.entries());
      // What the journal calls done is looked at again: the world decides. Asking before Kubernetes exists is an error, not a yes.
      if (await step.isDone(context).catch(() => false)) {
        if (rows[step.id].status !== "done") {
          await record("step.succeeded", { stepId: step.id, durationMs: 0, found: true });
        }
      } else {
        const startedMs = clock.nowMs();
        await record("step.started", { stepId: step.id, attempt: attempts });
        try {
          await step.run(context);
          if (step.id === "resolve") release = (await readSelection(host, clock))?.resolved;
          if (!await step.isDone(context)) {
            throw new AgentError("TIMEOUT", `"${step.title}" ended, but its result is not there`);
          }
        } catch (error) {
          stopped.signal.throwIfAborted();
          if (error instanceof PreflightBlocked) return await record("setup.blocked", {});
          return await fail(step.id, error);
        }
        await record("step.succeeded", {
          stepId: step.id,
          durationMs: Math.round(clock.nowMs() - startedMs),
        });
      }
      if (step.id === "values") await forgetPassword();
      if (step.id === "preflight" && foldSetup(journal.entries()).checksOnly) {
        return await record("setup.checks-done", {});
      }
    }
    await record("setup.finished", {});
    await saveInstallState();
  }

  async function fail(stepId: StepId, error: unknown): Promise<void> {
    const failure = classifyFailure(stepId, error, clock);
    const attempt = foldSetup(journal.entries()).attempts + 1;
    const mayRetry = failure.retrySafe && attempt <= MAX_ATTEMPTS;
    const waitMs = Math.min(FIRST_RETRY_MS * 2 ** (attempt - 1), LONGEST_RETRY_MS);
    const nextAttemptAt = new Date(clock.nowMs() + waitMs).toISOString();
    await record("step.failed", { stepId, failure, ...(mayRetry ? { nextAttemptAt } : {}) });
  }

  /** Walks and, while failures allow it, walks again. Holds the operation lock all the time. */
  async function drive(stored: StoredInputs, registry: RegistryClient): Promise<void> {
    for (;;) {
      await walk(stored, registry);
      await saveInstallState();
      const { state, attempts } = foldSetup(journal.entries());
      if (state.status !== "failed" || state.nextAttemptAt === undefined) return;
      const why = await untilRetry(Date.parse(state.nextAttemptAt));
      if (why === "replaced") return;
      // Counted before it starts, so that a crash in the middle of it counts too.
      await journal.append("step.started", {
        stepId: state.stepId,
        attempt: why === "asked" ? 0 : attempts + 1,
      });
    }
  }

  let endWaiting: (why: "asked" | "replaced") => void = () => {};

  /** Waits for the next attempt; a person may ask for it sooner or send other answers. */
  async function untilRetry(atMs: number): Promise<"time" | "asked" | "replaced"> {
    const asked = Promise.withResolvers<"asked" | "replaced">();
    endWaiting = asked.resolve;
    const over = new AbortController();
    const time = clock.sleep(
      Math.max(0, atMs - clock.nowMs()),
      AbortSignal.any([over.signal, stopped.signal]),
    ).then(() => "time" as const);
    try {
      return await Promise.race([time, asked.promise]);
    } finally {
      time.catch(() => {});
      over.abort();
    }
  }

  /** Starts the engine unless another operation holds the appliance. */
  async function launch(by: string, before?: () => Promise<void>): Promise<SetupReply> {
    const held = await lock.take("setup", by);
    if (!held.ok) return { ok: false, reason: "locked", holder: held.holder, since: held.since };
    try {
      await before?.();
    } catch (error) {
      await held.release();
      throw error;
    }
    const stored = inputs;
    if (!stored) {
      await held.release();
      return { ok: false, reason: "nothing-submitted" };
    }
    const registry = deps.registryFor(networkOf(stored));
    running = drive(stored, registry).catch(async (error) => {
      if (stopped.signal.aborted) return;
      // The journal itself could not be written: say so in memory, the only place that is left.
      message = errorText(error);
      log.push({ at: isoNow(clock), stepId: "preflight", text: message });
      await Promise.resolve(changed());
    }).finally(async () => {
      registry.close();
      running = undefined;
      await held.release().catch(() => {});
    });
    return { ok: true };
  }

  async function forgetPassword(): Promise<void> {
    if (inputs?.adminPassword === undefined) return;
    const { adminPassword: _, ...rest } = inputs;
    await writeInputs(host, clock, rest);
    inputs = rest;
  }

  async function saveInstallState(): Promise<void> {
    const folded = foldSetup(journal.entries());
    const { state } = folded;
    const stepId = state.status === "running" || state.status === "failed" ? state.stepId : undefined;
    await writeStateFile(host, PATHS.installState, {
      status: installStatus(state.status, stepId),
      phase: stepId === "preflight" ? "preflight" : stepId ?? "setup",
      lastAction: message,
      updatedAt: isoNow(clock),
      ...(state.status === "failed" ? { failure: { ok: false, ...state.failure } } : {}),
      terminalSuccess: state.status === "done",
    }, 1);
  }

  return {
    view,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    defaults: () => readDefaults(host),
    given() {
      if (!inputs) return undefined;
      const { adminPassword: _, ...rest } = inputs;
      return rest as Partial<Omit<typeof rest, "adminPassword">>;
    },

    async submit(given, { by, checksOnly }) {
      const { state, rows } = foldSetup(journal.entries());
      if (state.status === "done") return { ok: false, reason: "already-done" };
      // Once the cluster holds the first company its data cannot be exchanged by a form.
      if (rows.values.status === "done") return { ok: false, reason: "already-done" };
      if (running && state.status === "failed") {
        endWaiting("replaced");
        await running;
      }
      const answers = toAnswers(given, await readDefaults(host));
      return await launch(by, async () => {
        await writeInputs(host, clock, given);
        inputs = given;
        release = undefined;
        await host.remove(PATHS.releaseSelection);
        await record("setup.requested", { by, checksOnly: checksOnly ?? false, answers });
      });
    },

    async recheck({ by }) {
      const { status } = foldSetup(journal.entries()).state;
      if (status !== "blocked" && status !== "checked") return { ok: false, reason: "not-blocked" };
      return await launch(by, () => record("setup.recheck", { by }));
    },

    async acknowledge(checkIds, { by }) {
      const { state, preflight, acknowledgements } = foldSetup(journal.entries());
      if (state.status !== "blocked" || !preflight) return { ok: false, reason: "not-blocked" };
      const verdict = preflightVerdict(preflight, acknowledgements);
      const hard = checkIds.filter((it) => verdict.blocking.includes(it));
      if (hard.length > 0 || verdict.blocking.length > 0) {
        return { ok: false, reason: "not-overridable", checkIds: verdict.blocking };
      }
      const open = verdict.needsAcknowledgement.filter((it) => !checkIds.includes(it));
      if (open.length > 0) return { ok: false, reason: "needs-acknowledgement", checkIds: open };
      return await launch(by, async () => {
        for (const checkId of verdict.needsAcknowledgement) {
          const found = preflight.results.find((it) => it.id === checkId)?.found ?? "";
          await record("check.acknowledged", { checkId, by, found });
        }
      });
    },

    async retry({ by }) {
      const { state } = foldSetup(journal.entries());
      if (state.status !== "failed") return { ok: false, reason: "not-blocked" };
      await record("setup.retried", { by });
      if (running) {
        endWaiting("asked");
        return { ok: true };
      }
      return await launch(by);
    },

    async resume() {
      const { state } = foldSetup(journal.entries());
      if (state.status !== "running" && !(state.status === "failed" && state.nextAttemptAt !== undefined)) {
        return;
      }
      if (inputs) await launch("agent, after a restart");
    },

    async stop() {
      stopped.abort(new AgentError("CANCELLED", "The agent is stopping"));
      await running;
    },
  };
}

/** Status words of contract.md 11.3. */
function installStatus(status: SetupView["state"]["status"], stepId: StepId | undefined): string {
  const names: Record<StepId, string> = {
    preflight: "preflight",
    resolve: "release-resolve",
    k3s: "k3s-install",
    storage: "storage-install",
    flux: "flux-install",
    values: "runtime-values",
    source: "flux-source",
    login: "release-config",
  };
  switch (status) {
    case "idle":
      return "setup-queued";
    case "checked":
      return "preflight-complete";
    case "blocked":
      return "preflight-blocked";
    case "running":
      return `${names[stepId ?? "preflight"]}-running`;
    case "failed":
      return "setup-blocked";
    case "done":
      return "release-config-complete";
  }
}

async function readInputs(host: Host, clock: Clock): Promise<StoredInputs | undefined> {
  const read = await readStateFile(host, PATHS.setupInputs, Stored, { clock, schemaVersion: INPUTS_VERSION });
  return read.status === "ok" ? read.value.inputs as unknown as StoredInputs : undefined;
}

async function writeInputs(host: Host, clock: Clock, inputs: StoredInputs): Promise<void> {
  await writeStateFile(host, PATHS.setupInputs, { submittedAt: isoNow(clock), inputs }, INPUTS_VERSION);
}
