import { APP_PORT } from "../product/ports.ts";
import { type Clock, isoNow } from "../clock.ts";
import { errorText } from "../error.ts";
import type { KubeClient } from "../../k8s/client/kube_client.ts";
import { detectErrors, jobState } from "../facts/bootstrap_state.ts";
import { HostObserver } from "./host_observer.ts";
import type { Host } from "../host/host.ts";
import { withinTime } from "../signals.ts";
import type { ProbeHttp } from "./http_probe.ts";
import { type KubeObserver, observeKube } from "./kube_observer.ts";
import { isProbeGood, loginUrl } from "../facts/login_url.ts";
import { redactLine } from "../text/redact_line.ts";
import { makeScene, type Scene } from "../facts/facts.ts";
import {
  type ApiView,
  type BootstrapMemory,
  emptySnapshot,
  type HttpProbe,
  type LogView,
  type RegistryProbe,
  type Snapshot,
} from "../facts/snapshot.ts";
import { appPod, bootstrapLogWish, isNoLog, type LogWish, wantedLogs } from "./wanted_logs.ts";

const TICK_MS = 1_000;
const API_CHECK_MS = 5_000;
const API_CHECK_FAILING_MS = 2_000;
const API_TIMEOUT_MS = 4_000;
const PROBE_GOOD_MS = 10_000;
const PROBE_BAD_MS = 3_000;
const PUBLIC_PROBE_MS = 30_000;
/** Lost and found again within a minute. */
const REGISTRY_PROBE_MS = { ok: 30_000, lost: 10_000 };
const LOG_LIMIT_BYTES = 64 * 1024;
const LOGS_KEPT = 30;
const SIGN_IN_PATH = "/auth/signin";

/** What the collector needs. */
export interface CollectorDeps {
  host: Host;
  clock: Clock;
  connectKube: () => Promise<KubeClient | undefined>;
  probeHttp: ProbeHttp;
  probeRegistry?: (signal: AbortSignal) => Promise<{ ok: boolean; message: string }>;
  /** Called whenever the snapshot may have changed; may be called very often. */
  onChange: () => void;
  /** Called when the first-time setup has ended, since its Job soon vanishes. */
  onBootstrapEnd: (memory: BootstrapMemory) => void;
}

/**
 * Keeps what a snapshot is made of: watches the cluster, asks the application and the registry, reads logs that tell a cause.
 *
 * - `snapshot()` never waits: an API that hangs makes the data old, not the answer slow.
 * - Works until the signal aborts; nothing it meets ends it.
 */
export class Collector {
  readonly #deps: CollectorDeps;
  #client: KubeClient | undefined;
  #observer: KubeObserver | undefined;
  #api: ApiView = { ...emptySnapshot().api, state: "connecting" };
  #apiFailures = 0;
  #local: HttpProbe | undefined;
  #localFailures = 0;
  #public: HttpProbe | undefined;
  #registry: RegistryProbe | undefined;
  readonly #hostObserver: HostObserver;
  readonly #logs = new Map<string, LogView>();
  #bootstrapLog: Snapshot["bootstrapLog"];
  /** When each log was read last, by its key. */
  readonly #readAtMs = new Map<string, number>();
  readonly #endedJobs = new Set<string>();

  constructor(deps: CollectorDeps) {
    this.#deps = deps;
    this.#hostObserver = new HostObserver(deps.host);
  }

  /** What is known of the outside now, without what set-up and the memory add. */
  parts(): Omit<Snapshot, "agent" | "setup" | "remembered"> {
    const empty = emptySnapshot();
    const seenAt = this.#observer?.lastContactAt();
    const api = seenAt !== undefined && seenAt > (this.#api.lastContactAt ?? "")
      ? { ...this.#api, lastContactAt: seenAt }
      : this.#api;
    return {
      ...empty,
      ...this.#observer?.collections(),
      api,
      probes: { local: this.#local, public: this.#public, registry: this.#registry },
      host: this.#hostObserver.view(),
      logs: [...this.#logs.values()],
      bootstrapLog: this.#bootstrapLog,
    };
  }

  /** Runs every loop until the signal aborts. `sceneOf` gives the latest view with set-up and memory in it. */
  async run(sceneOf: () => Snapshot, signal: AbortSignal): Promise<void> {
    const scene = () => makeScene(sceneOf(), this.#deps.clock.nowMs());
    await Promise.all([
      this.#loop(() => this.#checkApi(signal), signal),
      this.#loop(() => this.#probeApp(scene(), signal), signal),
      this.#loop(() => this.#probeRegistry(signal), signal),
      this.#loop(() => this.#readLogs(scene(), signal), signal),
      this.#loop(() => this.#lookAtHost(sceneOf(), signal), signal),
    ]);
    await this.#observer?.stop();
  }

  /** `work` gives how long to wait before the next time. */
  async #loop(work: () => Promise<number>, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const waitMs = await work().catch(() => TICK_MS);
      await this.#deps.clock.sleep(waitMs, signal).catch(() => {});
    }
  }

  async #checkApi(signal: AbortSignal): Promise<number> {
    const { clock, connectKube } = this.#deps;
    let client: KubeClient | undefined;
    try {
      client = await connectKube();
    } catch (error) {
      this.#setApi("not-answering", errorText(error));
      return API_CHECK_FAILING_MS;
    }
    if (client !== this.#client) await this.#use(client);
    if (!client) {
      this.#setApi("absent", "");
      return TICK_MS;
    }
    const asked = await isReady(client, signal);
    if (signal.aborted) return TICK_MS;
    if (asked.ready) {
      this.#apiFailures = 0;
      const version = this.#api.version ?? await client.version({ signal }).catch(() => undefined);
      this.#api = { ...this.#api, version, lastContactAt: isoNow(clock) };
      this.#setApi("answering", "");
      return API_CHECK_MS;
    }
    this.#apiFailures++;
    // One lost answer is no outage.
    if (this.#apiFailures >= 2 || this.#api.state !== "answering") this.#setApi("not-answering", asked.error);
    return API_CHECK_FAILING_MS;
  }

  async #use(client: KubeClient | undefined): Promise<void> {
    await this.#observer?.stop();
    this.#client = client;
    this.#observer = client && observeKube(client, this.#deps.clock, this.#deps.onChange);
    this.#api = {
      ...emptySnapshot().api,
      state: client ? "connecting" : "absent",
      since: isoNow(this.#deps.clock),
    };
    this.#deps.onChange();
  }

  #setApi(state: ApiView["state"], error: string): void {
    const before = this.#api;
    this.#api = {
      ...before,
      state,
      error: redactLine(error),
      since: before.state === state && before.since !== undefined ? before.since : isoNow(this.#deps.clock),
    };
    if (before.state !== state) this.#deps.onChange();
  }

  /** Asks the sign-in page on the node, and now and then by the address that people use. @see contract.md 7.2 */
  async #probeApp(scene: Scene, signal: AbortSignal): Promise<number> {
    const { probeHttp, clock } = this.#deps;
    const pod = appPod(scene);
    const container = pod?.containers.find((it) => !it.init);
    const address = pod?.podIp ?? pod?.hostIp;
    const runs = container?.state.kind === "running";
    if (!scene.live && this.#local === undefined) return TICK_MS;
    if (scene.live && (!runs || address === undefined)) {
      const changed = this.#local !== undefined;
      this.#local = undefined;
      this.#public = undefined;
      if (changed) this.#deps.onChange();
      return TICK_MS;
    }
    const url = loginUrl(scene.snapshot);
    // When Kubernetes is silent, the address that answered last is asked again.
    const target = address === undefined || container === undefined
      ? this.#local?.url
      : `http://${address.includes(":") ? `[${address}]` : address}:${
        container.port ?? APP_PORT
      }${SIGN_IN_PATH}`;
    if (target === undefined) return TICK_MS;
    const host = url !== undefined && URL.canParse(url) ? new URL(url).host : undefined;
    const asked = await probeHttp(target, { ...(host === undefined ? {} : { host }), signal });
    if (signal.aborted) return TICK_MS;
    const good = isProbeGood(asked, url);
    this.#localFailures = good ? 0 : this.#localFailures + 1;
    // One lost answer does not take "ready to log in" away.
    const before = this.#local;
    const keep = !good && this.#localFailures === 1 && before !== undefined && isProbeGood(before, url);
    if (!keep) this.#local = asked;
    const publicAge = clock.nowMs() - Date.parse(this.#public?.at ?? "1970-01-01T00:00:00Z");
    if (good && url !== undefined && (publicAge >= PUBLIC_PROBE_MS || this.#public?.url !== url)) {
      // People find out what they reach on their own; it must not hold up the next local question.
      probeHttp(url, { signal }).then((it) => {
        this.#public = it;
        this.#deps.onChange();
      }, () => {});
    }
    this.#deps.onChange();
    return good ? PROBE_GOOD_MS : keep ? TICK_MS : PROBE_BAD_MS;
  }

  async #probeRegistry(signal: AbortSignal): Promise<number> {
    const { probeRegistry, clock } = this.#deps;
    if (!probeRegistry || this.#api.state === "absent" || this.#api.state === "connecting") return TICK_MS;
    const asked = await probeRegistry(signal).catch((error) => ({ ok: false, message: errorText(error) }));
    if (signal.aborted) return TICK_MS;
    this.#registry = { at: isoNow(clock), ok: asked.ok, message: redactLine(asked.message) };
    this.#deps.onChange();
    return asked.ok ? REGISTRY_PROBE_MS.ok : REGISTRY_PROBE_MS.lost;
  }

  async #lookAtHost({ api, setup }: Snapshot, signal: AbortSignal): Promise<number> {
    const now = { nowMs: this.#deps.clock.nowMs(), api, setup };
    const { changed, waitMs } = await this.#hostObserver.look(now, signal);
    if (changed) this.#deps.onChange();
    return waitMs;
  }

  async #readLogs(scene: Scene, signal: AbortSignal): Promise<number> {
    if (!this.#client || !scene.live) return TICK_MS;
    const wish = bootstrapLogWish(scene);
    if (wish && this.#isDue(wish)) {
      const lines = await this.#fetchLog(this.#client, wish, signal);
      if (lines) {
        this.#bootstrapLog = { pod: wish.pod.name, tail: lines };
        this.#deps.onChange();
      }
    }
    if (!wish && this.#bootstrapLog && !scene.bootstrapJob) this.#bootstrapLog = undefined;
    for (const it of wantedLogs(scene)) {
      if (signal.aborted || !this.#client) return TICK_MS;
      if (!this.#isDue(it)) continue;
      const lines = await this.#fetchLog(this.#client, it, signal);
      if (lines) this.#keepLog(it, lines);
    }
    this.#noteBootstrapEnd(scene);
    return TICK_MS;
  }

  #isDue(wish: LogWish): boolean {
    const at = this.#readAtMs.get(wish.key);
    return at === undefined || this.#deps.clock.nowMs() - at >= wish.freshMs;
  }

  async #fetchLog(client: KubeClient, wish: LogWish, signal: AbortSignal): Promise<string[] | undefined> {
    const { pod, container, tailLines, timestamps } = wish;
    this.#readAtMs.set(wish.key, this.#deps.clock.nowMs());
    while (this.#readAtMs.size > 10 * LOGS_KEPT) {
      this.#readAtMs.delete(this.#readAtMs.keys().next().value as string);
    }
    try {
      const limit = withinTime(API_TIMEOUT_MS, signal);
      const stream = await client.logs({ namespace: pod.namespace, name: pod.name }, {
        container,
        tailLines,
        timestamps,
        limitBytes: LOG_LIMIT_BYTES,
        previous: wish.previous,
        signal: limit,
      });
      const text = await new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>).text();
      if (isNoLog(text)) return undefined;
      return text.split("\n").map(redactLine).filter((it) => it !== "").slice(-tailLines);
    } catch {
      // Logs of a container that has not begun, or of a node that does not answer: asked again with the next restart.
      return undefined;
    }
  }

  #keepLog(wish: LogWish, lines: readonly string[]): void {
    const key = `${wish.pod.namespace}/${wish.pod.name}/${wish.container}`;
    this.#logs.delete(key);
    this.#logs.set(key, {
      namespace: wish.pod.namespace,
      pod: wish.pod.name,
      container: wish.container,
      restartCount: wish.restartCount,
      lines,
    });
    while (this.#logs.size > LOGS_KEPT) this.#logs.delete(this.#logs.keys().next().value as string);
    this.#deps.onChange();
  }

  /** Runs after the log was read, so that the memory holds its last lines. */
  #noteBootstrapEnd(scene: Scene): void {
    const job = scene.bootstrapJob;
    if (!job) return;
    const state = jobState(job);
    const key = `${job.uid} ${state}`;
    if (state === "running" || this.#endedJobs.has(key)) return;
    this.#endedJobs.add(key);
    const condition = job.conditions.find((it) => it.status === "True");
    const tail = this.#bootstrapLog?.tail ?? [];
    this.#deps.onBootstrapEnd({
      outcome: state,
      at: job.finishedAt ?? condition?.since ?? scene.now,
      jobUid: job.uid,
      pod: this.#bootstrapLog?.pod ?? null,
      tail: [...tail],
      errors: detectErrors(tail),
    });
  }
}

async function isReady(client: KubeClient, signal: AbortSignal): Promise<{ ready: boolean; error: string }> {
  try {
    const ready = await client.isReady({ timeoutMs: API_TIMEOUT_MS, signal });
    return { ready, error: ready ? "" : "Kubernetes says that it is not ready" };
  } catch (error) {
    return { ready: false, error: errorText(error) };
  }
}
