import type { TierId } from "../product/tiers.ts";
import type { State, StateCode } from "./state.ts";

/** How much a state asks for: somebody, patience, or nothing. */
export type Tone = "bad" | "warn" | "busy" | "good" | "idle";

/** Worst first. What needs somebody stands before what is on its way. */
const ORDER: readonly StateCode[] = [
  "crashing",
  "no-image",
  "no-settings",
  "cannot-start",
  "no-place",
  "no-pod",
  "not-ready",
  "failed",
  "unknown",
  "preparing",
  "starting",
  "ending",
  "running",
  "stopped",
  "evicted",
  "done",
];

const ASKS: Record<StateCode, "somebody" | "patience" | "nothing" | "over"> = {
  crashing: "somebody",
  "no-image": "somebody",
  "no-settings": "somebody",
  "cannot-start": "somebody",
  "no-place": "somebody",
  "no-pod": "somebody",
  "not-ready": "somebody",
  failed: "somebody",
  unknown: "somebody",
  preparing: "patience",
  starting: "patience",
  ending: "patience",
  running: "nothing",
  stopped: "over",
  evicted: "over",
  done: "over",
};

/** Tiers without which nobody can log in. */
const CRITICAL: readonly (TierId | null)[] = ["platform", "core", "bootstrap", "login"];

const TONES: readonly Tone[] = ["bad", "warn", "busy", "good", "idle"];

/** The state that matters most; of equals the first. Never of none. */
export function worst(states: readonly State[]): State {
  return states.reduce((best, it) => ORDER.indexOf(it.code) < ORDER.indexOf(best.code) ? it : best);
}

/** Whether it can be left alone, as far as the state tells. */
export function needsAttention(code: StateCode): boolean {
  return ASKS[code] === "somebody";
}

/** What a state looks like: the same trouble is worse where people cannot log in for it. */
export function toneOf(code: StateCode, tier: TierId | null): Tone {
  switch (ASKS[code]) {
    case "somebody":
      return CRITICAL.includes(tier) ? "bad" : "warn";
    case "patience":
      return "busy";
    case "nothing":
      return "good";
    case "over":
      return "idle";
  }
}

/** For sorting: what needs attention first. */
export function toneRank(tone: Tone): number {
  return TONES.indexOf(tone);
}
