import * as z from "zod";
import type { Clock } from "../clock.ts";
import type { Host } from "../host/host.ts";
import { gateStep } from "../operation/gate.ts";
import { createInputStore } from "../operation/input_store.ts";
import type { Operation } from "../operation/operation.ts";
import { OPERATION_TITLES } from "../state/entry_words.ts";
import { PATHS } from "../state/paths.ts";
import type { NetworkContext } from "./context.ts";
import { networkGate } from "./gate.ts";
import { LinkSettings } from "./link_settings.ts";
import { keepStep } from "./steps/keep.ts";
import { restartKubernetesStep } from "./steps/restart_kubernetes.ts";
import { RESTORE_LINK, restoreLink, trySettingsStep } from "./steps/try_settings.ts";
import type { Trial } from "./trial.ts";

/** What a change of the network works with. */
export interface NetworkDeps {
  host: Host;
  clock: Clock;
  trial: Trial;
  /** Kubernetes runs here and has taken down this machine's address. */
  hasKubernetes(): boolean;
}

const Program = z.tuple([z.string()], z.string());
const Owed = z.object({
  path: z.string(),
  before: z.string().nullable(),
  mode: z.int(),
  apply: z.array(Program),
});

/** A link gets other settings, which are tried before they are kept, as the engine knows it. */
export function networkOperation(
  { host, clock, trial, hasKubernetes }: NetworkDeps,
): Operation<LinkSettings, NetworkContext> {
  return {
    name: "network",
    title: OPERATION_TITLES.network,
    schema: LinkSettings as z.ZodType<LinkSettings>,
    steps: [gateStep("network", networkGate), trySettingsStep, keepStep, restartKubernetesStep],
    gate: networkGate,
    policy: {
      // What was not kept is entered again: somebody has to be there.
      retry: "never",
      firstRetryMs: 15_000,
      longestRetryMs: 300_000,
      maxAttempts: 0,
      needsNetwork: [],
      resume: "never",
    },
    store: createInputStore({ host, clock, path: PATHS.networkRequest, shape: LinkSettings }),
    open: (settings) => ({ context: { settings, trial, hasKubernetes, tried: {} } }),
    shown: ({ link, method, address, gateway, dnsServers }) => ({
      link,
      method,
      address,
      gateway,
      dnsServers: dnsServers.join(", "),
    }),
    dischargers: {
      async [RESTORE_LINK](data, { signal }) {
        trial.end();
        await restoreLink(host, Owed.parse(data), signal);
      },
    },
  };
}
