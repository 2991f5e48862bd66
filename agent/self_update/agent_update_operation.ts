import type { Clock } from "../clock.ts";
import type { Host } from "../host/host.ts";
import type { NetworkSettings } from "../net/settings.ts";
import { createInputStore } from "../operation/input_store.ts";
import type { Operation } from "../operation/operation.ts";
import type { RegistryClient } from "../registry/registry.ts";
import { networkOfSettings, type Settings } from "../settings/settings.ts";
import { settingsLost } from "../settings/settings_store.ts";
import { OPERATION_TITLES } from "../state/entry_words.ts";
import { PATHS } from "../state/paths.ts";
import type { ReleaseKey } from "../trust/mod.ts";
import { AgentRequest } from "./agent_request.ts";
import type { AgentUpdateContext } from "./context.ts";
import { fetchStep } from "./steps/fetch.ts";
import { renewStep } from "./steps/renew.ts";

/** What an update of the agent works with. */
export interface AgentUpdateDeps {
  host: Host;
  clock: Clock;
  registryFor: (network: NetworkSettings) => RegistryClient;
  agentPort: number;
  program: string;
  /** `undefined` when there are none. */
  settings(): Promise<Settings | undefined>;
  releaseKeys?: readonly ReleaseKey[];
}

/** An update of the agent itself, as the engine knows it. The restart on its way is not its end: the next agent goes on with it. */
export function agentUpdateOperation(deps: AgentUpdateDeps): Operation<AgentRequest, AgentUpdateContext> {
  const { host, clock, program, releaseKeys } = deps;
  return {
    name: "agent-update",
    title: OPERATION_TITLES["agent-update"],
    schema: AgentRequest,
    steps: [fetchStep, renewStep],
    policy: {
      retry: "by-hand",
      firstRetryMs: 15_000,
      longestRetryMs: 300_000,
      maxAttempts: 0,
      needsNetwork: [],
      resume: "by-itself",
    },
    store: createInputStore({ host, clock, path: PATHS.agentUpdateRequest, shape: AgentRequest }),
    async open(request) {
      const settings = await deps.settings();
      if (!settings) throw settingsLost();
      const registry = deps.registryFor(networkOfSettings(settings));
      return {
        context: {
          request,
          registry,
          program,
          get agentPort() {
            return deps.agentPort;
          },
          ...(releaseKeys && { releaseKeys }),
        },
        close: () => registry.close(),
      };
    },
    shown: ({ from, to, release }) => ({ from, to, release: release.version }),
    dischargers: {},
  };
}
