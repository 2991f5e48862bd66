import { type Clock, isoNow } from "../clock.ts";
import type { KubeClient } from "../../k8s/client/kube_client.ts";
import { type Facts, makeFacts } from "../facts/facts.ts";
import {
  type BootstrapMemory,
  emptySnapshot,
  type ObservedSnapshot,
  type SetupSummary,
} from "../facts/snapshot.ts";
import type { Host } from "../host/host.ts";
import type { NetworkWatch } from "../host/network_watch.ts";
import type { Report } from "../report.ts";
import { ApiObserver } from "./api_observer.ts";
import { AppObserver } from "./app_observer.ts";
import { bootstrapEnd } from "./bootstrap_end.ts";
import { Changes } from "./changes.ts";
import { HostObserver } from "./host_observer.ts";
import { createHttpProbe, type ProbeHttp } from "./http_probe.ts";
import { LogObserver } from "./log_observer.ts";
import { type ProbeRegistry, RegistryObserver } from "./registry_observer.ts";
import { runLoop, TICK_MS } from "./run_loop.ts";

/** Facts of an unchanged snapshot are computed again after this time: judgements of containers depend on the time. */
const FACTS_KEPT_MS = 30_000;

/** What the agent sees of the appliance; status, recovery and every face read it. */
export interface Observer {
  /** What is known now. Never waits: an API that hangs makes the data old, not the answer slow. */
  snapshot(): ObservedSnapshot;
  /** Called whenever the snapshot may have changed; may be called very often. Returns the way to stop. */
  subscribe(listener: () => void): () => void;
  stop(): Promise<void>;
}

/** What {@link createObserver} needs. */
export interface ObserverDeps {
  host: Host;
  clock: Clock;
  /** Tells of changes of the network; without it the addresses are asked for now and then. */
  links?: NetworkWatch;
  /** Gives the same client until the kubeconfig changes; `undefined` while there is none. */
  connectKube: () => Promise<KubeClient | undefined>;
  /** How setup stands, and when that changes. */
  setup: { summary(): SetupSummary; subscribe(listener: () => void): () => void };
  /** Asks whether the release registry can be used; without it the Flux source tells. */
  probeRegistry?: ProbeRegistry;
  /** Replaces the real HTTP probe. */
  probeHttp?: ProbeHttp;
  /** Told of errors that the observer lives with. */
  report: Report;
}

/** Starts to observe; works until it is stopped, and nothing that it meets ends it. */
export function createObserver(deps: ObserverDeps): Observer {
  const { host, clock, setup, report } = deps;
  const abort = new AbortController();
  const changes = new Changes();
  const http = deps.probeHttp === undefined ? createHttpProbe(clock) : undefined;
  const api = new ApiObserver({ clock, connectKube: deps.connectKube, changes, report });
  const app = new AppObserver({ clock, probeHttp: (deps.probeHttp ?? http?.probe) as ProbeHttp, changes });
  const registry = new RegistryObserver({ clock, probeRegistry: deps.probeRegistry, changes });
  const logs = new LogObserver({ clock, changes });
  const machine = new HostObserver({ host, changes });
  /** Kept by whoever looks next after it: a look follows each change within moments. */
  let end: BootstrapMemory | undefined;

  function snapshot(): ObservedSnapshot {
    const collections = api.collections();
    const read = logs.view();
    end = bootstrapEnd({ jobs: collections?.jobs ?? [], ...read }, end, isoNow(clock));
    return {
      ...emptySnapshot(),
      ...collections,
      api: api.view(),
      setup: setup.summary(),
      probes: { ...app.view(), registry: registry.view() },
      host: machine.view(),
      ...read,
      bootstrapEnd: end,
    };
  }

  let known: { version: number; facts: Facts } | undefined;
  /** As far as they follow from what is observed; what the agent remembers decides nothing here. */
  function facts(): Facts {
    const nowMs = clock.nowMs();
    // Without a change only a silence of the API grows old; the rest may wait for the next refresh.
    const keptMs = api.view().state === "answering" ? FACTS_KEPT_MS : TICK_MS;
    const isFresh = known?.version === changes.version && nowMs - known.facts.nowMs < keptMs;
    if (!known || !isFresh) {
      known = { version: changes.version, facts: makeFacts({ ...emptySnapshot(), ...snapshot() }, nowMs) };
    }
    return known.facts;
  }

  const surroundings = { clock, changes, report, signal: abort.signal };
  const ends = [
    setup.subscribe(() => changes.announce()),
    deps.links?.subscribe(() => {
      machine.forgetNetwork();
      changes.announce();
    }),
  ];
  const running = Promise.all([
    runLoop("asking Kubernetes", (signal) => api.look(signal), surroundings),
    runLoop("asking the application", (signal) => app.look(facts(), signal), surroundings),
    runLoop("asking the registry", (signal) => registry.look(api.view(), signal), surroundings),
    runLoop("reading logs", (signal) => logs.look(facts(), api.client(), signal), surroundings),
    runLoop("looking at the machine", (signal) => {
      const isPathLost = facts().lostPaths.length > 0;
      return machine.look(
        { nowMs: clock.nowMs(), api: api.view(), setup: setup.summary(), isPathLost },
        signal,
      );
    }, surroundings),
  ]);

  return {
    snapshot,
    subscribe: (listener) => changes.subscribe(listener),
    async stop() {
      for (const end of ends) end?.();
      abort.abort(new DOMException("Stopped", "AbortError"));
      await running;
      await api.stop();
      http?.close();
    },
  };
}
