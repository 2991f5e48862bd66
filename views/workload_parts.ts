import type { VNode } from "preact";
import type { TierId } from "../agent/product/tiers.ts";
import { memoryText } from "../agent/text/byte_size.ts";
import {
  cpuText,
  endText,
  type EventRow,
  type Freshness,
  type FreshnessStep,
  type LastEnd,
  NAMESPACE_TITLES,
} from "../agent/workloads/mod.ts";
import { TIER_NAME } from "../agent/status/tier_texts.ts";
import { html, visible } from "./html.ts";
import { clockTime, duration, mark, moment } from "./layout.ts";

/** Beyond these a list of namespaces helps nobody; the address takes any. */
const MOST_NAMESPACES = 60;

/** The page of one pod. */
export function podPath(namespace: string, pod: string): string {
  return `/workloads/${encodeURIComponent(namespace)}/${encodeURIComponent(pod)}`;
}

/** The events of one object. */
export function eventsPath(
  { kind, namespace, name }: { kind: string; namespace: string; name: string },
): string {
  return `/events?${new URLSearchParams({ about: `${kind}/${namespace}/${name}` })}`;
}

/** What is used, or a dash. */
export function memoryCell(bytes: number | null): string {
  return bytes === null ? "–" : memoryText(bytes);
}

/** What is used, or a dash. */
export function cpuCell(cores: number | null): string {
  return cores === null ? "–" : cpuText(cores);
}

/** The tier that something counts for. */
export function tierCell(tier: TierId | null): string {
  return tier === null ? "–" : TIER_NAME[tier];
}

/** "3 (out of memory, 13:41:02 UTC)". */
export function restartText(restarts: number, lastEnd: LastEnd | null, asOf: string): VNode | string {
  if (restarts === 0 || lastEnd === null) return String(restarts);
  return html`
    <span>${restarts} <small>(${visible(endText(lastEnd.reason, lastEnd.exitCode))}${lastEnd.at === null
      ? null
      : html`
        <span>, ${moment(lastEnd.at, asOf)}</span>
      `})</small></span>
  `;
}

/** When what a page shows was looked at, and the way to look again; a bundle's page (`isKept`) has none. `path`: of this page. */
export function lookedAt(asOf: string, { path, isKept = false }: { path: string; isKept?: boolean }): VNode {
  return html`
    <span>Looked at ${clockTime(asOf)} UTC${isKept ? null : html`
      <span> · <a href="${path}">Look again</a></span>
    `}</span>
  `;
}

/** How old something is: "3 h". */
export function ageCell(createdAt: string | null, asOf: string): string {
  return createdAt === null ? "–" : duration(Date.parse(asOf) - Date.parse(createdAt));
}

const NEXT: Record<FreshnessStep, string | null> = {
  setup: "Set up this appliance",
  "see-status": "See why on the status page",
  "look-again": "Look again",
  none: null,
};

/** That what is shown is not of now, and what to do; nothing when it is. `path`: of this page. */
export function staleness({ problem, next, api }: Freshness, path: string): VNode | null {
  if (problem === "") return null;
  const href: Record<FreshnessStep, string> = {
    setup: "/setup",
    "see-status": "/",
    "look-again": path,
    none: path,
  };
  return html`
    <div class="${`hero ${api === "not-answering" ? "bad" : "busy"}`}" role="status">
      <p><b>${visible(problem)}.</b></p>
      ${NEXT[next] === null ? null : html`
        <div class="acts"><a class="button" href="${href[next]}">${NEXT[next]}</a></div>
      `}
    </div>
  `;
}

/** Ways to the pages before and after this one. `to` gives the address of a page. */
export function pager(page: number, pages: number, to: (page: number) => string): VNode | null {
  if (pages < 2) return null;
  return html`
    <nav class="page-links" aria-label="Pages">
      ${page > 1
        ? html`
          <a rel="prev" href="${to(page - 1)}">Previous page</a>
        `
        : null}
      <span class="soft">Page ${page} of ${pages}</span>
      ${page < pages
        ? html`
          <a rel="next" href="${to(page + 1)}">Next page</a>
        `
        : null}
    </nav>
  `;
}

/** The choice of a namespace: the appliance's by what they are for, others by name. */
export function namespaceField(chosen: string, present: readonly string[]): VNode {
  const titled = new Set(NAMESPACE_TITLES.map(([name]) => name as string));
  const others = present.filter((it) => !titled.has(it));
  const shown = others.slice(0, MOST_NAMESPACES);
  const isOther = chosen !== "" && chosen !== "all" && !titled.has(chosen) && !shown.includes(chosen);
  const option = (value: string, text: string) =>
    html`
      <option value="${value}" ...${value === chosen ? { selected: true } : {}}>${visible(text)}</option>
    `;
  return html`
    <div class="field">
      <label class="name" for="namespace">Part</label>
      <select id="namespace" name="namespace">${option("", "The appliance")}${NAMESPACE_TITLES.map((
        [name, title],
      ) => option(name, `${title} (${name})`))}${[...(isOther ? [chosen] : []), ...shown].map((it) =>
        option(it, it)
      )}${option("all", "Everything")}${others.length <= shown.length ? null : html`
        <option disabled>${others.length - shown.length} more are under "Everything"</option>
      `}</select>
    </div>
  `;
}

/** One event of a list. `isOwn`: on the page of what it is about. */
export function eventItem(it: EventRow, asOf: string, isOwn = false): VNode {
  const tone = it.isWarning ? "warn" : "idle";
  const about = `${it.kind} ${it.name}`;
  return html`
    <li class="${tone}">
      ${mark(tone)}<h3>${isOwn ? visible(it.reason) : html`
        <span>${it.kind === "Pod"
          ? html`
            <a href="${podPath(it.namespace, it.name)}">${visible(about)}</a>
          `
          : visible(about)}: ${visible(it.reason)}</span>
      `}</h3>${it.at === null ? null : moment(it.at, asOf)}
      <p>${visible(it.message)}</p>
      <p class="soft">${it.isWarning ? "Warning" : "Ordinary"}${isOwn
        ? ""
        : ` · ${visible(it.namespace)}`}${it.container === null
        ? ""
        : ` · container ${visible(it.container)}`}${it.count > 1 && it.firstAt !== null
        ? html`
          <span> · ${it.count} times since ${moment(it.firstAt, asOf)}</span>
        `
        : null}</p>
    </li>
  `;
}
