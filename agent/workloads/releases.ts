import { indexEvents } from "../facts/event_index.ts";
import { currentCondition, type FluxFacts, makeFluxFacts } from "../facts/flux.ts";
import type { Snapshot } from "../facts/snapshot.ts";
import { inOrder, objectKey } from "../facts/in_order.ts";
import { HELM_RELEASES } from "../product/helm_releases.ts";
import { clip } from "../text/clip.ts";
import { type Tone, toneRank } from "./tone.ts";

const MESSAGE_CHARS = 300;
/** A release of Alga has nine objects of Flux. */
const MOST_ROWS = 60;

/** How a Flux object stands. */
export type ReleaseState = "ready" | "under-way" | "failed" | "suspended";

/** One object of Flux; a HelmRelease is one release of Helm. */
export interface ReleaseRow {
  kind: FluxFacts["kind"];
  namespace: string;
  name: string;
  state: ReleaseState;
  tone: Tone;
  /** Digest or version of what it holds now. */
  revision: string | null;
  /** Of a HelmRelease: its chart and the version that was tried last. */
  chart: string | null;
  chartVersion: string | null;
  /** When it was tried last: the newest try of Helm, else the last change of its state. */
  triedAt: string | null;
  reason: string;
  message: string;
}

const TONE: Record<ReleaseState, Tone> = {
  failed: "warn",
  suspended: "warn",
  "under-way": "busy",
  ready: "good",
};

/** Objects of Flux, what needs attention first, and how many there are beside those. Pure. */
export function releaseRows(
  { flux, events }: Pick<Snapshot, "flux" | "events">,
): { releases: readonly ReleaseRow[]; releasesLeftOut: number } {
  const all = makeFluxFacts(inOrder(flux, objectKey), indexEvents(events)).map(toRow)
    .sort((a, b) => toneRank(a.tone) - toneRank(b.tone) || rank(a) - rank(b));
  return { releases: all.slice(0, MOST_ROWS), releasesLeftOut: Math.max(0, all.length - MOST_ROWS) };
}

function toRow(it: FluxFacts): ReleaseRow {
  const ready = currentCondition(it, "Ready");
  const state = stateOf(it, ready?.status);
  const said = state === "failed" && it.failure && ready?.status !== "False" ? it.failure : ready;
  return {
    kind: it.kind,
    namespace: it.namespace,
    name: it.name,
    state,
    tone: TONE[state],
    revision: it.revision ?? null,
    chart: it.helm?.chart ?? null,
    chartVersion: it.helm?.chartVersion ?? null,
    triedAt: it.helm?.triedAt ?? it.succeededAt ?? ready?.since ?? null,
    reason: said?.reason ?? "",
    message: clip(said?.message ?? "", MESSAGE_CHARS),
  };
}

function stateOf(it: FluxFacts, ready: string | undefined): ReleaseState {
  if (it.suspended) return "suspended";
  if (it.isReady) return "ready";
  // A source without a condition has nothing to fetch by itself.
  if (it.kind === "HelmRepository" && it.conditions.length === 0) return "ready";
  const stalled = it.conditions.some((one) => one.type === "Stalled" && one.status === "True");
  return ready === "False" && it.conditions.every((one) => one.type !== "Reconciling") || stalled ||
      (ready !== "True" && it.failure !== undefined)
    ? "failed"
    : "under-way";
}

/** Sources, then what they bring, then Helm's releases in the order in which they depend on each other. */
function rank({ kind, name }: ReleaseRow): number {
  const kinds: readonly FluxFacts["kind"][] = [
    "OCIRepository",
    "HelmRepository",
    "Kustomization",
    "HelmRelease",
  ];
  const at = kind === "HelmRelease" ? (HELM_RELEASES as readonly string[]).indexOf(name) : 0;
  return kinds.indexOf(kind) * 100 + (at < 0 ? 99 : at);
}
