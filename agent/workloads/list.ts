import type { Snapshot } from "../facts/snapshot.ts";
import { TIER_IDS } from "../product/tiers.ts";
import { type Freshness, freshnessOf } from "./freshness.ts";
import { isInScope, namespaceRank } from "./namespaces.ts";
import { ownerKey, ownerOf, ownerRows } from "./owners.ts";
import { pageOf } from "./paging.ts";
import { ALL_WORKLOADS, type WorkloadQuery } from "./query.ts";
import { type ReleaseRow, releaseRows } from "./releases.ts";
import { imagesOf, podRow, type RowOf, type WorkloadRow } from "./row.ts";
import { lookAt } from "./state.ts";
import { needsAttention, toneRank } from "./tone.ts";

/** Rows on a page: with the longest names and messages it stays below 100 KB. */
export const ROWS_ON_A_PAGE = 40;

/** The page of workloads. */
export interface WorkloadList {
  query: WorkloadQuery;
  freshness: Freshness;
  rows: readonly WorkloadRow[];
  page: number;
  pages: number;
  /** Of all that fits, on every page together. */
  total: number;
  needAttention: number;
  /** What is over and not shown. */
  hiddenEnded: number;
  /** What needs attention in namespaces that were not asked for. */
  elsewhere: number;
  /** Every namespace that has a workload. */
  namespaces: readonly string[];
  /** Why CPU and memory are missing; "" when they are there. */
  usageProblem: string;
  releases: readonly ReleaseRow[];
  /** Of the releases, those that are not shown. */
  releasesLeftOut: number;
}

/** The list without what the kubelet measures, and the pods behind its rows. */
export interface JudgedList {
  list: WorkloadList;
  rows: readonly RowOf[];
}

/** Judges every workload of a snapshot, what needs attention first. Pure; the events are looked at for unwell pods alone. */
export function listWorkloads(snapshot: Snapshot, query: WorkloadQuery, nowMs: number): JudgedList {
  const look = lookAt(snapshot.events, nowMs);
  const all = query.of === ""
    ? ownerRows(snapshot, look)
    : snapshot.pods.filter((it) => ownerKey(ownerOf(it)) === query.of)
      .map((it): RowOf => ({ row: podRow(it, look), members: [it], images: () => imagesOf(it) }));
  const needle = query.name.toLowerCase();
  const inScope = all.filter(({ row }) => query.of !== "" || isInScope(row.namespace, query.namespace));
  const fitting = inScope.filter(({ row }) =>
    needle === "" || row.name.toLowerCase().includes(needle) || (row.component ?? "").includes(needle)
  );
  const shown = byAttention(fitting.filter(({ row }) => query.ended || !isEnded(row)));
  const page = pageOf(shown, query.page, ROWS_ON_A_PAGE);
  const rows = page.shown.map((it): RowOf => ({ ...it, row: { ...it.row, images: it.images() } }));
  const needing = (rows: readonly RowOf[]) =>
    rows.filter(({ row }) => needsAttention(row.state) && !isEnded(row));
  return {
    rows,
    list: {
      query: { ...query, page: page.page },
      freshness: freshnessOf(snapshot, ["pods", "workloads", "jobs"], nowMs),
      rows: rows.map((it) => it.row),
      page: page.page,
      pages: page.pages,
      total: page.total,
      needAttention: needing(shown).length,
      hiddenEnded: query.ended ? 0 : fitting.length - shown.length,
      elsewhere: query.of === "" ? needing(all).length - needing(inScope).length : 0,
      namespaces: [...new Set(all.map(({ row }) => row.namespace))].sort((a, b) =>
        namespaceRank(a) - namespaceRank(b) || order(a, b)
      ),
      usageProblem: "",
      ...(isFirst(query) ? releaseRows(snapshot) : { releases: [], releasesLeftOut: 0 }),
    },
  };
}

/** Over, and nothing is there that would start it again; a Job that failed is told until it is gone. */
function isEnded({ kind, state, pods }: WorkloadRow): boolean {
  if (state === "done" || state === "evicted") return true;
  return state === "failed" && kind !== "Job" && pods === 0 || state === "failed" && kind === "Pod";
}

/** Releases stand on the page that everybody opens, not on each page of a search. */
function isFirst(query: WorkloadQuery): boolean {
  return query.page === 1 && query.of === ALL_WORKLOADS.of && query.name === ALL_WORKLOADS.name;
}

/** Tone, namespace and tier are compared as one number, which is made once for each row. */
function byAttention(rows: readonly RowOf[]): readonly RowOf[] {
  return rows.map((it) => ({ it, rank: rankOf(it.row) }))
    .sort(({ it: { row: a }, rank }, { it: { row: b }, rank: other }) =>
      rank - other || order(a.namespace, b.namespace) || order(a.name, b.name) || order(a.kind, b.kind)
    ).map(({ it }) => it);
}

function rankOf({ tone, namespace, tier }: WorkloadRow): number {
  const tierRank = tier === null ? TIER_IDS.length : TIER_IDS.indexOf(tier);
  return (toneRank(tone) * 100 + namespaceRank(namespace)) * 100 + tierRank;
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
