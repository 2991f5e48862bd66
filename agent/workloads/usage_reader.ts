import type { MonotonicClock } from "../clock.ts";
import { errorText } from "../error.ts";
import { redactLine } from "../text/redact/redact_line.ts";
import type { KubeClient } from "../../k8s/mod.ts";
import { type NodeUsage, parseSummary } from "./usage.ts";

/** The kubelet itself measures about as often. */
const KEPT_MS = 10_000;
const ASKING_MS = 5_000;
/** An appliance has one node; a page that stands for pods of more than these says so. */
export const MOST_NODES = 8;

/** What kubelets measured, or why they did not tell. */
export interface MeasuredUsage {
  /** By node. */
  nodes: ReadonlyMap<string, NodeUsage>;
  problem: string;
}

interface Kept {
  askedMs: number;
  isOver: boolean;
  answer: Promise<NodeUsage | string>;
  last?: NodeUsage | string;
}

/**
 * Asks kubelets for what they measure, and remembers it for a moment.
 * - who comes while it is being asked waits for the same answer
 * - nobody waits longer than told: what comes later is there for the next one
 */
export class UsageReader {
  readonly #kept = new Map<string, Kept>();
  readonly #deps: { clock: MonotonicClock; connectKube: () => Promise<KubeClient | undefined> };

  constructor(deps: { clock: MonotonicClock; connectKube: () => Promise<KubeClient | undefined> }) {
    this.#deps = deps;
  }

  /** What the kubelets of these nodes measured. Never throws. */
  async read(names: readonly string[], patienceMs: number): Promise<MeasuredUsage> {
    const wanted = [...new Set(names)].filter((it) => it !== "");
    if (wanted.length > MOST_NODES) {
      return { nodes: new Map(), problem: `These pods run on more than ${MOST_NODES} nodes` };
    }
    const asked = wanted.map((name) => ({ name, kept: this.#ask(name) }));
    const over = new AbortController();
    await Promise.race([
      Promise.all(asked.map(({ kept }) => kept.answer)),
      this.#deps.clock.sleep(patienceMs, over.signal).catch(() => {}),
    ]);
    over.abort();
    const nodes = new Map<string, NodeUsage>();
    let problem = "";
    for (const { name, kept } of asked) {
      if (typeof kept.last === "object") nodes.set(name, kept.last);
      else problem = kept.last ?? "The kubelet has not answered yet";
    }
    return { nodes, problem };
  }

  #ask(node: string): Kept {
    const nowMs = this.#deps.clock.monotonicMs();
    const before = this.#kept.get(node);
    if (before !== undefined && (!before.isOver || nowMs - before.askedMs < KEPT_MS)) return before;
    const kept: Kept = { askedMs: nowMs, isOver: false, answer: this.#fetch(node) };
    if (typeof before?.last === "object") kept.last = before.last;
    void kept.answer.then((it) => {
      kept.last = it;
      kept.isOver = true;
    });
    // Nodes come and go; only those of the last look count.
    if (this.#kept.size >= 2 * MOST_NODES) this.#kept.clear();
    this.#kept.set(node, kept);
    return kept;
  }

  async #fetch(node: string): Promise<NodeUsage | string> {
    try {
      const kube = await this.#deps.connectKube();
      if (kube === undefined) return "There is no Kubernetes on this machine yet";
      return parseSummary(await kube.nodeStats(node, { signal: AbortSignal.timeout(ASKING_MS) }));
    } catch (error) {
      return `The kubelet does not tell: ${redactLine(errorText(error))}`;
    }
  }
}
