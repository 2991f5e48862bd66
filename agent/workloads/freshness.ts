import { isLive } from "../facts/facts.ts";
import type { ApiView, Collections, Snapshot } from "../facts/snapshot.ts";
import { ageMs, durationText } from "../text/duration.ts";
import { utcMinute } from "../text/utc_time.ts";

/** What a reader can do about data that is not of now. */
export type FreshnessStep = "setup" | "look-again" | "see-status" | "none";

/** How far what is shown can be believed. */
export interface Freshness {
  api: ApiView["state"];
  /** Read from a cluster that answers. */
  isCurrent: boolean;
  /** Something is shown, even if it is old. */
  isKnown: boolean;
  /** Of when what is shown is; `null` when nothing is. */
  asOf: string | null;
  /** Why it is not of now; "" when it is. */
  problem: string;
  next: FreshnessStep;
}

/** Whether the collections that a page needs can be believed. Pure. */
export function freshnessOf(
  snapshot: Pick<Snapshot, "api" | "knowledge">,
  needed: readonly (keyof Collections)[],
  nowMs: number,
): Freshness {
  const { api, knowledge } = snapshot;
  const isKnown = needed.every((it) => knowledge[it] === "known");
  const asOf = isKnown ? api.lastContactAt ?? null : null;
  const told = { api: api.state, isKnown, asOf };
  if (api.state === "absent") {
    return {
      ...told,
      isCurrent: false,
      problem: "There is no Kubernetes on this machine yet",
      next: "setup",
    };
  }
  if (api.state === "not-answering" && !isLive(snapshot, nowMs)) {
    const from = api.lastContactAt ?? api.since;
    const silent = from === undefined ? "" : ` for ${durationText(ageMs(from, nowMs))}`;
    const rest = asOf === null
      ? "; nothing is remembered, since the agent was started while it did not answer"
      : `; what is shown is of ${utcMinute(asOf)}`;
    return {
      ...told,
      isCurrent: false,
      problem: `Kubernetes has not answered${silent}${rest}`,
      next: "see-status",
    };
  }
  if (!isKnown) {
    return { ...told, isCurrent: false, problem: "Kubernetes is still being read", next: "look-again" };
  }
  return { ...told, isCurrent: true, problem: "", next: "none" };
}
