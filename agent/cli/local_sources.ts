import type { Sources } from "../bundle/collector.ts";
import { systemClock } from "../clock.ts";
import { AGENT_PORT } from "../product/ports.ts";
import { summarizeSetup } from "../facts/summarize_setup.ts";
import type { Host } from "../host/host.ts";
import { onHost } from "../net/settings.ts";
import { createObserver, type Observer } from "../observe/observer.ts";
import type { CheckInputs } from "../preflight/mod.ts";
import { createRegistryClient } from "../registry/client.ts";
import { StoredInputs } from "../setup/inputs/stored.ts";
import { foldSetup } from "../setup/fold_setup.ts";
import { readJournal } from "../state/journal.ts";
import { PATHS } from "../state/paths.ts";
import { NO_MEMORY, StatusMemory } from "../status/mod.ts";
import type { Evidence } from "../status/document.ts";
import { BUILD } from "../version.ts";
import { createKubeConnector } from "../../k8s/connect_kube.ts";
import { createBundleChecks } from "./bundle_checks.ts";

/** The watches have told everything by then, or will not. */
const OBSERVE_MS = 8_000;
/** Without a cluster the facts of the machine are all that there is to wait for. */
const FACTS_MS = 1_000;
const LOOK_MS = 200;
/** What checks need of the answers. */
const ASKED = {
  channel: true,
  releaseRef: true,
  appUrl: true,
  dnsMode: true,
  dnsServers: true,
  proxyUrl: true,
  noProxy: true,
} as const;

/** What the machine tells while no agent runs. Reads only: the disk may be read-only. */
export function localSources(host: Host, kubeconfig?: string): Sources & { stop(): Promise<void> } {
  const clock = systemClock;
  const connectKube = createKubeConnector(host, kubeconfig);
  let observer: Observer | undefined;
  let observed: Promise<Evidence> | undefined;

  async function observe(): Promise<Evidence> {
    const { entries, problem } = readJournal(await host.readText(PATHS.journal) ?? "");
    const { state, answers, acknowledgements, preflight } = foldSetup(entries);
    const setup = summarizeSetup({
      state,
      answers,
      acknowledgements,
      steps: [],
      log: [],
      ...(preflight === undefined ? {} : { preflight }),
    });
    observer = createObserver({
      host,
      clock,
      connectKube,
      setup: { summary: () => setup, subscribe: () => () => {} },
      report: () => {}, // what cannot be seen is not known, and the snapshot says so
    });
    const hasCluster = await connectKube().then((it) => it !== undefined, () => true);
    const endMs = clock.monotonicMs() + (hasCluster ? OBSERVE_MS : FACTS_MS);
    while (clock.monotonicMs() < endMs && !isKnown(observer)) await clock.sleep(LOOK_MS);
    const memory = await readMemory(host);
    return {
      at: new Date(clock.nowMs()).toISOString(),
      snapshot: {
        ...observer.snapshot(),
        agent: {
          version: BUILD.version,
          siteId: (await host.readText(PATHS.siteId).catch(() => undefined))?.trim() ?? "",
          statusUrl: `http://127.0.0.1:${AGENT_PORT}/`,
        },
        remembered: {
          bootstrap: memory.bootstrap,
          loginReadyOnce: memory.loginReadyOnce,
          stateDamage: problem,
        },
      },
      memory,
    };
  }

  return {
    host,
    clock,
    connectKube,
    evidence: () => observed ??= observe(),
    checks: createBundleChecks({
      host,
      clock,
      mirrors: {},
      agentPort: AGENT_PORT,
      registryFor: (network) =>
        createRegistryClient({
          mirrors: {},
          network: onHost(network, host),
          clock,
          userAgent: `alga-agent/${BUILD.version}`,
        }),
      inputs: () => readInputsAsTheyLie(host),
      atSetup: async () => foldSetup(readJournal(await host.readText(PATHS.journal) ?? "").entries).preflight,
    }),
    async stop() {
      await observed?.catch(() => {});
      await observer?.stop();
    },
  };
}

function isKnown(observer: Observer): boolean {
  const { api, knowledge } = observer.snapshot();
  return api.state === "answering" && Object.values(knowledge).every((it) => it !== "unknown");
}

/** What was changed after setup, else its answers. A damaged file is left where it lies: nothing is written. */
async function readInputsAsTheyLie(host: Host): Promise<CheckInputs | undefined> {
  const parsed = await Promise.all([PATHS.setupInputs, PATHS.settings].map(async (path) => {
    const { inputs, settings } = Object(JSON.parse(await host.readText(path) ?? "{}"));
    return Object(settings ?? inputs);
  }));
  const read = StoredInputs.pick(ASKED).safeParse(Object.assign({ releaseRef: "" }, ...parsed));
  return read.success ? { ...read.data, releaseRef: "" } : undefined;
}

async function readMemory(host: Host): Promise<StatusMemory> {
  try {
    return StatusMemory.parse(JSON.parse(await host.readText(PATHS.statusMemory) ?? "{}"));
  } catch {
    return NO_MEMORY; // what it held is only comfort
  }
}
