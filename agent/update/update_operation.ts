import * as z from "zod";
import type { Clock } from "../clock.ts";
import type { Host } from "../host/host.ts";
import type { NetworkSettings } from "../net/settings.ts";
import { gateStep } from "../operation/gate.ts";
import { createInputStore } from "../operation/input_store.ts";
import type { Operation } from "../operation/operation.ts";
import type { RegistryClient, RegistryMirrors } from "../registry/registry.ts";
import { isSamePlace, PUBLISHED_PLACE, type ResolvedRelease } from "../release/mod.ts";
import { networkOfSettings, type Settings } from "../settings/settings.ts";
import { classifyKubeError } from "../setup/classify_kube_error.ts";
import type { LoginWatch } from "../setup/login_watch.ts";
import { readSelection } from "../setup/release_selection.ts";
import { requireKube } from "../setup/steps/cluster.ts";
import { OPERATION_TITLES } from "../state/entry_words.ts";
import { PATHS } from "../state/paths.ts";
import type { KubeClient } from "../../k8s/mod.ts";
import type { UpdateContext } from "./context.ts";
import { updateGate } from "./gate.ts";
import { UPDATE_STEPS } from "./steps.ts";
import { RESUME_RELEASES } from "./steps/hold.ts";
import { letGo } from "./steps/let_go.ts";
import { UpdateRequest } from "./update_request.ts";

/** What an update works with. */
export interface UpdateDeps {
  host: Host;
  clock: Clock;
  connectKube: () => Promise<KubeClient | undefined>;
  mirrors: RegistryMirrors;
  registryFor: (network: NetworkSettings) => RegistryClient;
  agentPort: number;
  /** The settings that count now. @throws {AgentError} STATE_DAMAGED when there are none to be read. */
  settings(): Promise<Settings>;
  /** When updates may begin; `undefined` where they always may. */
  window: UpdateContext["window"];
  login: LoginWatch;
  /** What keeps the appliance from being well now, in words. */
  troubles(): readonly string[];
  /** The product's checks unless a test brings its own. */
  gate?: typeof updateGate;
}

const Held = z.object({ releases: z.array(z.string()) });

/** An update of the application, as the engine knows it. It fails in place: nothing is rolled back. */
export function updateOperation(deps: UpdateDeps): Operation<UpdateRequest, UpdateContext> {
  const { host, clock, gate = updateGate } = deps;
  return {
    name: "update",
    title: OPERATION_TITLES.update,
    schema: UpdateRequest,
    steps: [gateStep("update", gate), ...UPDATE_STEPS],
    gate,
    policy: {
      retry: "by-hand",
      firstRetryMs: 15_000,
      longestRetryMs: 300_000,
      maxAttempts: 0,
      needsNetwork: [],
      // What a crash cut short is a person's to go on with.
      resume: "by-hand",
    },
    store: createInputStore({ host, clock, path: PATHS.updateRequest, shape: UpdateRequest }),
    async open(request) {
      const registry = deps.registryFor(networkOfSettings(await deps.settings()));
      const { settings, window, mirrors, login, troubles, connectKube } = deps;
      return {
        context: {
          request,
          settings,
          window,
          installed: async () => (await readSelection(host, clock))?.resolved,
          registry,
          mirrors,
          get agentPort() {
            return deps.agentPort;
          },
          login,
          troubles,
          connectKube,
          hold: {},
        },
        close: () => registry.close(),
      };
    },
    shown: ({ target, from, further, allowDowngrade }) => ({
      from: from.version,
      to: target.manifest.version,
      channel: target.channel,
      manifestDigest: target.manifestDigest,
      ...goalOf(further?.at(-1)),
      ...sourceOf(further?.at(-1) ?? target),
      ...(allowDowngrade && { allowDowngrade }),
    }),
    dischargers: {
      async [RESUME_RELEASES](data) {
        await letGo(await requireKube(deps), Held.parse(data).releases);
      },
    },
    classify: classifyKubeError,
  };
}

/** What an update on a way leads to in the end. */
function goalOf(last: ResolvedRelease | undefined): { goalVersion?: string; goalDigest?: string } {
  return last === undefined ? {} : { goalVersion: last.manifest.version, goalDigest: last.manifestDigest };
}

/** Where a release came from that its channel did not lead to. */
function sourceOf(target: ResolvedRelease): { source?: string } {
  const { reference, channel, registryHost, repository } = target;
  const isPublished = isSamePlace(target, PUBLISHED_PLACE);
  if (isPublished && reference === channel) return {};
  return { source: isPublished ? reference : `${reference} of ${registryHost}/${repository}` };
}
