import type { Clock } from "../clock.ts";
import { errorText } from "../error.ts";
import type { Host } from "../host/host.ts";
import type { SetupView } from "../setup/setup_state.ts";
import { readStateFile, writeStateFile } from "../state/json_file.ts";
import { PATHS } from "../state/paths.ts";
import type { KubeClient } from "../../k8s/client/kube_client.ts";
import { Collector } from "../observe/collector.ts";
import { evaluate, substanceOf } from "./evaluate.ts";
import { createHttpProbe, type ProbeHttp } from "../observe/http_probe.ts";
import type { Snapshot } from "../facts/snapshot.ts";
import { NO_MEMORY, remember, StatusMemory } from "./memory.ts";
import type { StatusDocument, StatusService } from "./document.ts";
import { summarizeSetup } from "./summarize_setup.ts";

/** Changes within this time become one document. */
const COALESCE_MS = 20;
/** A verdict that is dear (thousands of pods) is given less often, so that it takes at most a fifth of a core. */
const REST_FACTOR = 4;
/** Durations in texts move on although nothing changed. */
const REFRESH_BUSY_MS = 1_000;
const REFRESH_IDLE_MS = 5_000;
const SAVE_EVERY_MS = 5_000;
const MEMORY_VERSION = 1;

/** What the status is made from. */
export interface StatusDeps {
  host: Host;
  clock: Clock;
  /** Gives the same client until the kubeconfig changes; `undefined` while there is none. */
  connectKube: () => Promise<KubeClient | undefined>;
  setupView: () => SetupView;
  onSetupChange: (listener: () => void) => () => void;
  agentVersion: string;
  statusUrl: () => string;
  /** Asks whether the release registry can be used; without it the Flux source tells. */
  probeRegistry?: (signal: AbortSignal) => Promise<{ ok: boolean; message: string }>;
  /** Replaces the real HTTP probe. */
  probeHttp?: ProbeHttp;
  /** Damage that other parts found in their files, in words. */
  stateDamage?: () => string | undefined;
}

/** Starts to observe and judge. `current()` is there at once, before anything has been asked. */
export async function createStatusService(deps: StatusDeps): Promise<StatusService> {
  const { host, clock } = deps;
  const loaded = await loadMemory(host, clock);
  let memory = loaded.memory;
  let savedMemory = savable(memory);
  const siteId = (await host.readText(PATHS.siteId).catch(() => undefined))?.trim() ?? "";
  const abort = new AbortController();
  const listeners = new Set<(status: StatusDocument) => void>();
  const http = deps.probeHttp === undefined ? createHttpProbe(clock) : undefined;
  const probeHttp = deps.probeHttp ?? http?.probe;
  if (!probeHttp) throw new TypeError("No HTTP probe");

  let scheduled = false;
  let restMs = COALESCE_MS;

  const collector = new Collector({
    host,
    clock,
    connectKube: deps.connectKube,
    probeHttp,
    ...(deps.probeRegistry === undefined ? {} : { probeRegistry: deps.probeRegistry }),
    onChange: schedule,
    onBootstrapEnd(bootstrap) {
      memory = {
        ...memory,
        bootstrap: { ...bootstrap, tail: [...bootstrap.tail], errors: [...bootstrap.errors] },
      };
      schedule();
    },
  });

  function snapshot(): Snapshot {
    return {
      ...collector.parts(),
      agent: { version: deps.agentVersion, siteId, statusUrl: deps.statusUrl() },
      setup: summarizeSetup(deps.setupView()),
      remembered: {
        bootstrap: memory.bootstrap,
        loginReadyOnce: memory.loginReadyOnce,
        stateDamage: deps.stateDamage?.() ?? loaded.damage,
      },
    };
  }

  let status = evaluate(snapshot(), clock.nowMs(), memory);
  memory = remember(memory, status);
  let substance = substanceOf(status);
  let text: string | undefined;

  function schedule(): void {
    if (scheduled || abort.signal.aborted) return;
    scheduled = true;
    clock.sleep(restMs, abort.signal).then(update, () => {});
  }

  function update(): void {
    scheduled = false;
    const startedMs = performance.now();
    status = evaluate(snapshot(), clock.nowMs(), memory);
    memory = remember(memory, status);
    text = undefined;
    const next = substanceOf(status);
    restMs = Math.max(COALESCE_MS, (performance.now() - startedMs) * REST_FACTOR);
    if (next === substance) return;
    substance = next;
    for (const listener of [...listeners]) {
      try {
        listener(status);
      } catch {
        // A face that fails must not keep the others from hearing.
      }
    }
  }

  async function refresh(): Promise<void> {
    while (!abort.signal.aborted) {
      const busy = status.activeOperations.length > 0 ||
        status.sources.some((it) => it.state === "not-answering");
      await clock.sleep(busy ? REFRESH_BUSY_MS : REFRESH_IDLE_MS, abort.signal).catch(() => {});
      schedule();
    }
  }

  async function save(): Promise<void> {
    const next = savable(memory);
    if (next === savedMemory) return;
    // A full disk must not end the status; the next round tries again.
    await writeStateFile(host, PATHS.statusMemory, memory, MEMORY_VERSION).then(
      () => savedMemory = next,
      () => {},
    );
  }

  async function saveNowAndThen(): Promise<void> {
    while (!abort.signal.aborted) {
      await clock.sleep(SAVE_EVERY_MS, abort.signal).catch(() => {});
      await save();
    }
  }

  const stopSetup = deps.onSetupChange(schedule);
  const running = Promise.all([collector.run(snapshot, abort.signal), refresh(), saveNowAndThen()]);
  schedule();

  return {
    current: () => status,
    json: () => text ??= JSON.stringify(status),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async stop() {
      stopSetup();
      abort.abort(new DOMException("Stopped", "AbortError"));
      await running.catch(() => {});
      await save();
      http?.close();
    },
  };
}

async function loadMemory(
  host: Host,
  clock: Clock,
): Promise<{ memory: StatusMemory; damage: string | undefined }> {
  try {
    const read = await readStateFile(host, PATHS.statusMemory, StatusMemory, {
      clock,
      schemaVersion: MEMORY_VERSION,
    });
    if (read.status === "ok") return { memory: read.value, damage: undefined };
    return { memory: NO_MEMORY, damage: read.status === "damaged" ? read.problem : undefined };
  } catch (error) {
    // Of a newer agent, or not readable: what it held is only comfort.
    return { memory: NO_MEMORY, damage: errorText(error) };
  }
}

/** The memory without what changes all the time. */
function savable(memory: StatusMemory): string {
  const blockers = Object.entries(memory.blockers).map(([key, it]) => [key, it.since]);
  return JSON.stringify({ ...memory, blockers });
}
