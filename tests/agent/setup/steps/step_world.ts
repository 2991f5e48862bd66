import type { MonotonicClock } from "../../../../agent/clock.ts";
import { isoNow } from "../../../../agent/clock.ts";
import type { ReleaseManifest, ResolvedRelease } from "../../../../agent/release/mod.ts";
import type { RegistryClient } from "../../../../agent/registry/registry.ts";
import type { SetupInputs } from "../../../../agent/setup/inputs/schema.ts";
import type { StepContext } from "../../../../agent/setup/step.ts";
import { openJournal } from "../../../../agent/state/journal.ts";
import { PATHS } from "../../../../agent/state/paths.ts";
import { KINDS, type KubeClient, type KubeObject } from "../../../../k8s/mod.ts";
import { FakeHost } from "../../../fakes/fake_host.ts";
import { type SimKubeApi, startSimKubeApi } from "../../../simulator/kube_api.ts";
import { sampleReleaseManifest } from "../../../simulator/sample_release.ts";
import { INPUTS } from "../engine.ts";

/** A status that is written after an object changed; `undefined` leaves it as it is. */
export type Reaction = (object: KubeObject) => Record<string, unknown> | undefined;

/** A host in memory and a simulated API for one step. */
export interface StepWorld {
  host: FakeHost;
  api: SimKubeApi;
  kube: KubeClient;
  clock: RushingClock;
  said: string[];
  /** What the cluster's own controllers do, by kind. */
  reactions: Map<string, Reaction>;
  context(overrides?: Partial<StepContext>, inputs?: Partial<SetupInputs>): StepContext;
}

/** Time that passes only while somebody waits, and then at once. */
export class RushingClock implements MonotonicClock {
  #nowMs = Date.parse("2026-11-21T12:00:00.000Z");
  nowMs(): number {
    return this.#nowMs;
  }
  monotonicMs(): number {
    return this.#nowMs;
  }
  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.#nowMs += ms;
    await new Promise((resolve) => setTimeout(resolve, 0)); // lets the API's answers in
  }
}

export const available: Reaction = ({ metadata }) => ({
  observedGeneration: metadata.generation,
  conditions: [{ type: "Available", status: "True" }],
});

/** A step's surroundings for the time of one test. */
export async function inStepWorld(body: (world: StepWorld) => Promise<void>): Promise<void> {
  const host = new FakeHost({ [PATHS.kubeconfig]: "there" });
  const clock = new RushingClock();
  const api = await startSimKubeApi();
  const kube = api.client();
  const journal = await openJournal(host, clock);
  const said: string[] = [];
  const reactions = new Map<string, Reaction>([
    ["Deployment", available],
    ["Job", () => ({ succeeded: 1 })],
    ["PersistentVolumeClaim", () => ({ phase: "Bound" })],
  ]);
  const stopped = new AbortController();
  const end = api.store.listen(({ type, object }) => {
    if (type === "DELETED") return;
    queueMicrotask(() => react(api, reactions.get(object.kind ?? ""), object));
  });
  const context: StepWorld["context"] = (overrides = {}, inputs = {}) => ({
    host,
    clock,
    journal,
    inputs: { ...INPUTS, ...inputs },
    registry: {} as RegistryClient,
    mirrors: {},
    agentPort: 8080,
    downloadUrl: undefined,
    connectKube: () => Promise.resolve(host.files.has(PATHS.kubeconfig) ? kube : undefined),
    release: () => Promise.resolve(sampleRelease()),
    login: { isReady: () => false, waitingFor: () => "", subscribe: () => () => {} },
    say: (text) => said.push(`${text}`),
    progress: () => {},
    owe: () => Promise.reject(new Error("setup owes nothing")),
    signal: stopped.signal,
    ...overrides,
  });
  try {
    await body({ host, api, kube, clock, said, reactions, context });
  } finally {
    stopped.abort();
    end();
    kube.close();
    await api.close();
  }
}

function react(api: SimKubeApi, reaction: Reaction | undefined, object: KubeObject): void {
  const kind = Object.values(KINDS).find((it) => it.kind === object.kind);
  const status = reaction?.(object);
  if (!kind || !status) return;
  try {
    api.store.patch(kind, object.metadata.namespace, object.metadata.name, { status }, "sim", "status");
  } catch {
    // It was deleted in between.
  }
}

export function sampleRelease(overrides: Partial<ReleaseManifest> = {}): ResolvedRelease {
  return {
    reference: "stable",
    channel: "stable",
    registryHost: "ghcr.io",
    repository: "nine-minds/alga-appliance-release",
    manifestDigest: `sha256:${"2".repeat(64)}`,
    manifest: sampleReleaseManifest(overrides),
  };
}

/** "Kind namespace/name" → resourceVersion of everything in the cluster. */
export function versionsOf({ api }: StepWorld, except: (object: KubeObject) => boolean = () => false) {
  const all = api.store.kinds().flatMap((kind) => api.store.list(kind)).filter((it) => !except(it));
  return Object.fromEntries(
    all.map((
      it,
    ) => [`${it.kind} ${it.metadata.namespace ?? ""}/${it.metadata.name}`, it.metadata.resourceVersion]),
  );
}

/** A pod of a Deployment that waits for a reason. */
export function waitingPod(
  world: StepWorld,
  app: string,
  namespace: string,
  reason: string,
  message: string,
) {
  world.api.store.create(KINDS.Pod, {
    metadata: { name: `${app}-1`, namespace, labels: { app }, creationTimestamp: isoNow(world.clock) },
    status: { containerStatuses: [{ name: "manager", state: { waiting: { reason, message } } }] },
  }, "sim");
}
