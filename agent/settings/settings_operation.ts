import type { Clock } from "../clock.ts";
import type { Host } from "../host/host.ts";
import { gateStep } from "../operation/gate.ts";
import { createInputStore } from "../operation/input_store.ts";
import type { Operation } from "../operation/operation.ts";
import type { RegistryClient, RegistryMirrors } from "../registry/registry.ts";
import type { NetworkSettings } from "../net/settings.ts";
import { classifyKubeError } from "../setup/classify_kube_error.ts";
import { findRelease } from "../setup/find_release.ts";
import { OPERATION_TITLES } from "../state/entry_words.ts";
import { PATHS } from "../state/paths.ts";
import type { KubeClient } from "../../k8s/mod.ts";
import type { SettingsContext } from "./context.ts";
import { settingsGate } from "./gate.ts";
import { networkOfSettings, SETTING_KEYS, Settings } from "./settings.ts";
import { type CurrentSettings, KeptSettings } from "./settings_store.ts";
import { shownValue } from "./shown_value.ts";
import { SETTINGS_STEPS } from "./steps.ts";
import { RESTORE_FILES, restoreFiles, tryNetworkStep } from "./steps/try_network.ts";

/** What a change of settings works with. */
export interface SettingsDeps {
  host: Host;
  clock: Clock;
  connectKube: () => Promise<KubeClient | undefined>;
  mirrors: RegistryMirrors;
  registryFor: (network: NetworkSettings) => RegistryClient;
  agentPort: number;
  /** The product's checks unless a test brings its own. */
  gate?: typeof settingsGate;
  /** The settings that count now. @throws {AgentError} STATE_DAMAGED when there are none to be read. */
  current(): Promise<CurrentSettings>;
  /** Who asked for the change under way. */
  by(): string;
}

/** Changing settings after setup, as the engine knows it. */
export function settingsOperation(deps: SettingsDeps): Operation<Settings, SettingsContext> {
  const { host, clock, gate = settingsGate } = deps;
  return {
    name: "settings",
    title: OPERATION_TITLES.settings,
    schema: Settings,
    steps: [gateStep("settings", gate), tryNetworkStep(gate), ...SETTINGS_STEPS],
    gate,
    policy: {
      retry: "by-itself",
      firstRetryMs: 15_000,
      longestRetryMs: 300_000,
      maxAttempts: 10,
      needsNetwork: [],
      resume: "by-itself",
    },
    store: createInputStore({ host, clock, path: PATHS.settingsRequest, shape: KeptSettings }),
    open(settings) {
      const registry = deps.registryFor(networkOfSettings(settings));
      return {
        context: {
          settings,
          get by() {
            return deps.by();
          },
          current: deps.current,
          registry,
          mirrors: deps.mirrors,
          get agentPort() {
            return deps.agentPort;
          },
          connectKube: deps.connectKube,
          release: () => findRelease({ host, clock, connectKube: deps.connectKube, registry }),
        },
        close: () => registry.close(),
      };
    },
    shown: (settings) => Object.fromEntries(SETTING_KEYS.map((it) => [it, shownValue(it, settings)])),
    dischargers: {
      async [RESTORE_FILES](data) {
        // Not written down before they have answered: these are still the old ones.
        const { settings } = await deps.current();
        await restoreFiles({ host, mirrors: deps.mirrors, settings }, data);
      },
    },
    classify: classifyKubeError,
  };
}
