import { OPERATION_TITLES } from "../state/entry_words.ts";
import type { Clock } from "../clock.ts";
import { AgentError } from "../error.ts";
import type { Host } from "../host/host.ts";
import { networkOf, type NetworkSettings } from "../net/settings.ts";
import type { Operation } from "../operation/operation.ts";
import type { RegistryClient, RegistryMirrors } from "../registry/registry.ts";
import { RELEASE_REGISTRY } from "../release/mod.ts";
import type { KubeClient } from "../../k8s/mod.ts";
import { classifyKubeError } from "./classify_kube_error.ts";
import { toSetupState } from "./fold_setup.ts";
import { readDefaults, toAnswers } from "./inputs/defaults.ts";
import { SetupInputs } from "./inputs/schema.ts";
import { readInputs, type StoredInputs, writeInputs } from "./inputs/stored.ts";
import { writeInstallState } from "./install_state.ts";
import type { LoginWatch } from "./login_watch.ts";
import { preflightGate } from "./preflight_gate.ts";
import type { ReleaseMemory } from "./release_selection.ts";
import type { Step, StepContext } from "./step.ts";
import { SETUP_STEPS } from "./steps.ts";

/** What setup works with. */
export interface SetupOperationDeps {
  host: Host;
  clock: Clock;
  connectKube: () => Promise<KubeClient | undefined>;
  mirrors: RegistryMirrors;
  registryFor: (network: NetworkSettings) => RegistryClient;
  downloadBaseUrl?: string;
  agentPort: number;
  login: LoginWatch;
  /** The product's steps unless a test brings its own. */
  steps?: readonly Step[];
}

/** Setup as the engine knows it. */
export function setupOperation(
  deps: SetupOperationDeps,
  release: ReleaseMemory,
): Operation<StoredInputs, StepContext> {
  const { host, clock, steps = SETUP_STEPS } = deps;
  return {
    name: "setup",
    title: OPERATION_TITLES.setup,
    schema: SetupInputs,
    steps,
    gate: preflightGate,
    policy: {
      retry: "by-itself",
      firstRetryMs: 15_000,
      longestRetryMs: 300_000,
      maxAttempts: 10,
      needsNetwork: ["network", "dns", "registry-release-source"],
      resume: "by-itself",
    },
    store: {
      read: (runId) => readInputs(host, clock, runId),
      write: (now, before) => writeInputs(host, clock, now, before),
    },
    open(inputs) {
      const registry = deps.registryFor(networkOf(inputs));
      const { mirrors, agentPort, connectKube, login, downloadBaseUrl: downloadUrl } = deps;
      return {
        context: {
          inputs,
          registry,
          mirrors,
          agentPort,
          downloadUrl,
          connectKube,
          login,
          async release() {
            const chosen = release.current() ?? await release.read();
            if (!chosen) throw new AgentError("RELEASE_INVALID", "No release has been chosen yet");
            return chosen;
          },
        },
        probeNetwork: (signal) => registry.ping(RELEASE_REGISTRY, { signal }),
        close: () => registry.close(),
      };
    },
    async shown(inputs) {
      const { adminPassword = "" } = inputs;
      return { answers: toAnswers({ ...inputs, adminPassword }, await readDefaults(host)) };
    },
    dischargers: {},
    classify: classifyKubeError,
    async afterStep(stepId, inputs) {
      if (stepId === "resolve") await release.read();
      if (stepId !== "values" || inputs.adminPassword === undefined) return;
      const { adminPassword: _, ...rest } = inputs;
      return rest;
    },
    derive: (state, lastAction) =>
      writeInstallState(host, clock, { state: toSetupState(state), lastAction, steps }),
    beforeRun: () => release.forget(),
  };
}
