import type { Clock } from "../clock.ts";
import type { KubeClient } from "../../k8s/client/kube_client.ts";
import type { Facts } from "../facts/facts.ts";
import type { LogView, ObservedSnapshot } from "../facts/snapshot.ts";
import { withTimeout } from "../signals.ts";
import { redactLine } from "../text/redact/redact_line.ts";
import type { Changes } from "./changes.ts";
import { TICK_MS, type Wait } from "./run_loop.ts";
import { bootstrapLogWish, isNoLog, type LogWish, wantedLogs } from "./wanted_logs.ts";

const TIMEOUT_MS = 4_000;
const LIMIT_BYTES = 64 * 1024;
const LOGS_KEPT = 30;
/** Longest time without a look, should no change tell that there is something to read. */
const LOOK_MS = 30_000;

/** Reads the logs that tell a cause: of containers that stopped, of an application that does not answer, of the first-time setup. */
export class LogObserver {
  readonly #clock: Clock;
  readonly #changes: Changes;
  readonly #logs = new Map<string, LogView>();
  #bootstrap: ObservedSnapshot["bootstrapLog"];
  /** When each log was read last, by its key. */
  readonly #readAtMs = new Map<string, number>();

  constructor(deps: { clock: Clock; changes: Changes }) {
    this.#clock = deps.clock;
    this.#changes = deps.changes;
  }

  view(): Pick<ObservedSnapshot, "logs" | "bootstrapLog"> {
    return { logs: [...this.#logs.values()], bootstrapLog: this.#bootstrap };
  }

  /** Reads what is due. */
  async look(facts: Facts, client: KubeClient | undefined, signal: AbortSignal): Promise<Wait> {
    if (!client || !facts.live) return { ms: LOOK_MS, orChange: true };
    const first = bootstrapLogWish(facts);
    if (first && this.#restMs(first) <= 0) {
      const lines = await this.#fetch(client, first, signal);
      if (lines) {
        this.#bootstrap = { pod: first.pod.name, tail: lines };
        this.#changes.announce();
      }
    }
    if (!first && this.#bootstrap && !facts.bootstrap.job) this.#bootstrap = undefined;
    const wishes = wantedLogs(facts);
    for (const it of wishes) {
      if (signal.aborted) return { ms: TICK_MS, orChange: false };
      if (this.#restMs(it) > 0) continue;
      const lines = await this.#fetch(client, it, signal);
      if (lines) this.#keep(it, lines);
    }
    const rests = [...first ? [first] : [], ...wishes].map((it) => this.#restMs(it));
    return { ms: Math.max(TICK_MS, Math.min(LOOK_MS, ...rests)), orChange: true };
  }

  /** How long a log that was read is fresh enough, in ms. */
  #restMs(wish: LogWish): number {
    const at = this.#readAtMs.get(wish.key);
    return at === undefined ? 0 : at + wish.freshMs - this.#clock.nowMs();
  }

  async #fetch(client: KubeClient, wish: LogWish, signal: AbortSignal): Promise<string[] | undefined> {
    const { pod, container, tailLines, timestamps } = wish;
    this.#readAtMs.set(wish.key, this.#clock.nowMs());
    while (this.#readAtMs.size > 10 * LOGS_KEPT) {
      this.#readAtMs.delete(this.#readAtMs.keys().next().value as string);
    }
    try {
      const stream = await client.logs({ namespace: pod.namespace, name: pod.name }, {
        container,
        tailLines,
        timestamps,
        limitBytes: LIMIT_BYTES,
        previous: wish.previous,
        signal: withTimeout(TIMEOUT_MS, signal),
      });
      const text = await new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>).text();
      if (isNoLog(text)) return undefined;
      return text.split("\n").map(redactLine).filter((it) => it !== "").slice(-tailLines);
    } catch {
      // Logs of a container that has not started, or of a node that does not answer: asked again with the next restart.
      return undefined;
    }
  }

  #keep(wish: LogWish, lines: readonly string[]): void {
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
    this.#changes.announce();
  }
}
