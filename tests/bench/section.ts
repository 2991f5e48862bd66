import type { AgentProcess } from "../simulator/agent_process.ts";
import type { World } from "../simulator/world.ts";
import type { BareServer } from "./bare_program.ts";

/** Smallest, middle and largest of what was measured. */
export interface Spread {
  min: number;
  median: number;
  max: number;
}

/** One line of the table. */
export interface Row {
  name: string;
  unit: string;
  agent: Spread;
  /** The same, measured on the bare program in the same run. */
  floor?: Spread;
  /** Bounds for the medians' ratio, their difference, or the value itself. */
  budget?: { kind: "ratio" | "difference" | "value"; bound: "atLeast" | "atMost"; limit: number };
}

/** What the sections share. */
export interface Bench {
  /** The compiled agent. */
  program: string;
  /** The compiled bare program. */
  bareProgram: string;
  /** An appliance that is set up and whose world holds still. */
  world: World;
  agent: AgentProcess;
  bare: BareServer;
  /** Brings the cluster to this many pods, or to those of the release if they are more; gives how many there are. */
  bringTo(pods: number): Promise<number>;
  podCounts: readonly number[];
  /** Rounds of each contestant, in turn. */
  rounds: number;
  /** Length of one round of load. */
  loadMs: number;
  say(text: string): void;
}

/** One theme that can be asked for by name. */
export interface Section {
  id: string;
  title: string;
  run(bench: Bench): Promise<Row[]>;
}

export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  return { min: sorted[0] ?? NaN, median: percentile(sorted, 50), max: sorted.at(-1) ?? NaN };
}

/** Of sorted values. */
export function percentile(sorted: readonly number[], percent: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * percent / 100) - 1)] ?? NaN;
}

/** The figure that a budget speaks of, and whether it is kept. */
export function judge(
  { agent, floor, budget }: Row,
): { figure: number | undefined; ok: boolean | undefined } {
  const ratio = floor === undefined ? undefined : agent.median / floor.median;
  if (budget === undefined) return { figure: ratio, ok: undefined };
  const figure = budget.kind === "ratio"
    ? ratio
    : budget.kind === "difference"
    ? agent.median - (floor?.median ?? NaN)
    : agent.median;
  if (figure === undefined) throw new TypeError("A budget of a ratio needs a floor");
  return { figure, ok: budget.bound === "atMost" ? figure <= budget.limit : figure >= budget.limit };
}
