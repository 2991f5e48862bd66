import { type Clock, isoNow } from "../clock.ts";
import { errorText } from "../error.ts";
import type { KubeClient } from "../../k8s/client/kube_client.ts";
import { type ApiView, emptySnapshot } from "../facts/snapshot.ts";
import type { Report } from "../report.ts";
import { redactLine } from "../text/redact/redact_line.ts";
import { latest } from "../text/time.ts";
import type { Changes } from "./changes.ts";
import { type KubeCollections, type KubeObserver, observeKube } from "./kube_observer.ts";
import { restMs, TICK_MS, type Wait } from "./run_loop.ts";

/** While no watch has broken: for connections that are silent, and dead. */
const CHECK_MS = 10_000;
const CHECK_FAILING_MS = 2_000;
/**
 * A client that is answered needs no other: the kubeconfig is read again when it is not, and after this time, should it have
 * come to name another cluster.
 */
const RECONNECT_MS = 60_000;
/** Setup makes the cluster, and its progress wakes the loop; one that is made by hand is found after this time. */
const ABSENT_MS = 5_000;
const TIMEOUT_MS = 4_000;

/** What {@link ApiObserver} needs. */
export interface ApiObserverDeps {
  clock: Clock;
  connectKube: () => Promise<KubeClient | undefined>;
  changes: Changes;
  report: Report;
}

/** Whether the Kubernetes API answers; while there is one, its objects are watched. */
export class ApiObserver {
  readonly #deps: ApiObserverDeps;
  #client: KubeClient | undefined;
  #kube: KubeObserver | undefined;
  #view: ApiView = { ...emptySnapshot().api, state: "connecting" };
  #failures = 0;
  #connectedAtMs = -Infinity;
  #askedAtMs = -Infinity;
  #wasBroken = false;

  constructor(deps: ApiObserverDeps) {
    this.#deps = deps;
  }

  /** The client whose objects are watched. */
  client(): KubeClient | undefined {
    return this.#client;
  }

  /** What is known of the cluster; `undefined` while there is none. */
  collections(): KubeCollections | undefined {
    return this.#kube?.collections();
  }

  view(): ApiView {
    return { ...this.#view, lastContactAt: latest([this.#view.lastContactAt, this.#kube?.lastContactAt()]) };
  }

  /** Asks where it is time to: at once when a watch has broken. */
  async look(signal: AbortSignal): Promise<Wait> {
    const { clock } = this.#deps;
    const waitMs = this.#waitMs();
    if (waitMs > 0) return { ms: waitMs, orChange: true };
    this.#askedAtMs = clock.nowMs();
    let client: KubeClient | undefined;
    try {
      client = await this.#connect();
    } catch (error) {
      this.#set("not-answering", errorText(error));
      return { ms: CHECK_FAILING_MS, orChange: false };
    }
    if (!client) {
      this.#set("absent", "");
      return { ms: ABSENT_MS, orChange: true };
    }
    const asked = await isReady(client, signal);
    if (signal.aborted) return { ms: TICK_MS, orChange: false };
    if (asked.ready) {
      this.#failures = 0;
      // The version is for people to read; the next round asks again.
      const version = this.#view.version ?? await client.version({ signal }).catch(() => undefined);
      this.#view = { ...this.#view, version, lastContactAt: isoNow(clock) };
      this.#set("answering", "");
      return { ms: CHECK_MS, orChange: true };
    }
    this.#failures++;
    // One lost answer is not an outage.
    if (this.#failures >= 2 || this.#view.state !== "answering") this.#set("not-answering", asked.error);
    return { ms: CHECK_FAILING_MS, orChange: false };
  }

  async stop(): Promise<void> {
    await this.#kube?.stop();
  }

  /** Until it is asked again, where nothing tells of an outage. */
  #waitMs(): number {
    const isBroken = this.#kube?.hasBroken() ?? false;
    const isNews = isBroken && !this.#wasBroken;
    this.#wasBroken = isBroken;
    if (isNews || this.#failures > 0 || this.#view.state !== "answering") return 0;
    return restMs(this.#askedAtMs, CHECK_MS, this.#deps.clock.nowMs());
  }

  async #connect(): Promise<KubeClient | undefined> {
    const { clock, connectKube } = this.#deps;
    const isSure = this.#view.state === "answering" && this.#failures === 0 &&
      clock.nowMs() - this.#connectedAtMs < RECONNECT_MS;
    if (isSure) return this.#client;
    const client = await connectKube();
    this.#connectedAtMs = clock.nowMs();
    if (client !== this.#client) await this.#use(client);
    return client;
  }

  async #use(client: KubeClient | undefined): Promise<void> {
    const { clock, changes, report } = this.#deps;
    await this.#kube?.stop();
    this.#client = client;
    this.#kube = client && observeKube(client, { clock, report, onChange: () => changes.announce() });
    this.#view = {
      ...emptySnapshot().api,
      state: client ? "connecting" : "absent",
      since: isoNow(clock),
    };
    changes.announce();
  }

  #set(state: ApiView["state"], error: string): void {
    const before = this.#view;
    const isSame = before.state === state;
    this.#view = {
      ...before,
      state,
      error: redactLine(error),
      since: isSame && before.since !== undefined ? before.since : isoNow(this.#deps.clock),
    };
    if (!isSame) this.#deps.changes.announce();
  }
}

async function isReady(client: KubeClient, signal: AbortSignal): Promise<{ ready: boolean; error: string }> {
  try {
    const ready = await client.isReady({ timeoutMs: TIMEOUT_MS, signal });
    return { ready, error: ready ? "" : "Kubernetes does not say that it is ready" };
  } catch (error) {
    return { ready: false, error: errorText(error) };
  }
}
