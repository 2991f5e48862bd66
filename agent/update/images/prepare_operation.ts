import type { Gate } from "../../operation/gate.ts";
import { gateStep } from "../../operation/gate.ts";
import { createInputStore } from "../../operation/input_store.ts";
import type { Operation } from "../../operation/operation.ts";
import type { PreflightReport } from "../../preflight/mod.ts";
import { networkOfSettings } from "../../settings/settings.ts";
import { classifyKubeError } from "../../setup/classify_kube_error.ts";
import { requireKube } from "../../setup/steps/cluster.ts";
import { OPERATION_TITLES } from "../../state/entry_words.ts";
import { PATHS } from "../../state/paths.ts";
import { checkTarget, updateGate } from "../gate.ts";
import type { UpdateDeps } from "../update_operation.ts";
import { UpdateRequest } from "../update_request.ts";
import { fetchImagesStep, type PrepareContext, STOP_FETCHING } from "./fetch_images.ts";
import { imageChecks } from "./image_checks.ts";
import { removeImagePods } from "./image_pods.ts";

/** What fetching images beforehand works with. */
export type PrepareDeps =
  & Pick<UpdateDeps, "host" | "clock" | "connectKube" | "mirrors" | "registryFor" | "agentPort" | "settings">
  & { prepareGate?: typeof prepareGate };

/** Only what fetching needs: no window, no health, since nothing that runs is touched. */
export const prepareGate: Gate<PrepareContext, PreflightReport> = {
  ...updateGate,
  title: "Check the images",
  check: (context) => checkTarget(context, imageChecks(context)),
};

/** The images of an update, fetched before it, so that the update itself is short. It changes nothing that runs. */
export function prepareOperation(deps: PrepareDeps): Operation<UpdateRequest, PrepareContext> {
  const { host, clock, mirrors, connectKube, settings } = deps;
  const gate = deps.prepareGate ?? prepareGate;
  return {
    name: "prepare",
    title: OPERATION_TITLES.prepare,
    schema: UpdateRequest,
    steps: [gateStep("prepare", gate), fetchImagesStep],
    gate,
    policy: {
      retry: "by-itself",
      firstRetryMs: 60_000,
      longestRetryMs: 15 * 60_000,
      maxAttempts: 10,
      needsNetwork: [],
      resume: "by-itself",
    },
    store: createInputStore({ host, clock, path: PATHS.prepareRequest, shape: UpdateRequest }),
    async open(request) {
      const registry = deps.registryFor(networkOfSettings(await settings()));
      return {
        context: {
          request,
          settings,
          registry,
          mirrors,
          connectKube,
          get agentPort() {
            return deps.agentPort;
          },
        },
        close: () => registry.close(),
      };
    },
    shown: ({ target, from, further }) => ({
      from: from.version,
      to: (further?.at(-1) ?? target).manifest.version,
      manifestDigest: target.manifestDigest,
    }),
    dischargers: {
      async [STOP_FETCHING]() {
        await removeImagePods(await requireKube(deps), "unfinished");
      },
    },
    classify: classifyKubeError,
  };
}
