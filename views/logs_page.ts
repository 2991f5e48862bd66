import type { VNode } from "preact";
import { LEVELS } from "../agent/logs/log_line.ts";
import { type LogQuery, queryParams } from "../agent/logs/query.ts";
import { type LogPage, type Places, placesText } from "../agent/logs/read_page.ts";
import { type LogSource, SOURCE_GROUPS } from "../agent/logs/sources.ts";
import { type Content, html, visible } from "./html.ts";

/** How a page of a log is being read; "kept" is the newest one of a bundle. */
export type LogMode = "live" | "paused" | "older" | "full" | "kept";

/** What the page of a log shows around its lines. */
export interface LogView {
  query: LogQuery;
  sources: readonly LogSource[];
  source: LogSource;
  page: LogPage;
  mode: LogMode;
  /** More lines may come: it is a log of an appliance. */
  mayFollow: boolean;
  /** Long lines are broken. */
  wraps: boolean;
  /** Times stand in front of lines. */
  hasTimes: boolean;
  /** What of the question cannot be understood. */
  problem?: string | undefined;
}

const LEVEL_WORDS: Readonly<Record<string, string>> = {
  error: "Errors",
  warning: "Warnings and errors",
  info: "All but debug",
};
const WINDOWS: readonly (readonly [string, string])[] = [
  ["", "All that is kept"],
  ["15m", "Last 15 minutes"],
  ["1h", "Last hour"],
  ["6h", "Last 6 hours"],
  ["24h", "Last 24 hours"],
  ["7d", "Last 7 days"],
];

/** Address of a log with its filters; `extra` are parameters that are no part of the question. */
export function logPath(
  view: Pick<LogView, "query" | "wraps" | "hasTimes">,
  change: Partial<LogQuery> = {},
  extra: Record<string, string> = {},
): string {
  const params = queryParams(view.query, change);
  if (view.wraps) params.set("wrap", "on");
  if (!view.hasTimes) params.set("times", "off");
  for (const [name, value] of Object.entries(extra)) params.set(name, value);
  return `/logs?${params}`;
}

/** Headline and filters. */
export function logHead(view: LogView): Content {
  const { source, problem } = view;
  const id = source.containers.length === 0 ? null : html`
    <p class="soft">${visible(source.id)}</p>
  `;
  return [
    html`
      <header><h1>${visible(source.title)}</h1>${id}</header>
    `,
    problem === undefined ? null : html`
      <div class="summary" role="alert"><b>There is a problem</b><span>${visible(problem)}</span></div>
    `,
    filters(view),
  ];
}

function filters({ query, source, sources, wraps, hasTimes }: LogView): VNode {
  const pods = [...new Set(source.containers.map((it) => it.pod))].toSorted();
  const containers = [...new Set(source.containers.map((it) => it.container))].toSorted();
  const levels = LEVELS.filter((it) => it !== "debug");
  const windows = WINDOWS.some(([it]) => it === query.since)
    ? WINDOWS
    : [...WINDOWS, [query.since, `Since ${query.since}`] as const];
  const named = (all: readonly string[]) =>
    [["", "All, merged"], ...all.map((it) => [it, it] as const)] as const;
  const fields = [
    field("source", "Source", sourceSelect(sources, query.source)),
    field(
      "level",
      "Level",
      select(
        "level",
        [["", "All"], ...levels.map((it) => [it, LEVEL_WORDS[it] ?? it] as const)],
        query.level,
      ),
    ),
    field("grep", "Contains", textInput("grep", query.grep)),
    field("exclude", "Without", textInput("exclude", query.exclude)),
    field("since", "Window", select("since", windows, query.since)),
    pods.length < 2 ? null : field("pod", "Pod", select("pod", named(pods), query.pod)),
    containers.length < 2
      ? null
      : field("container", "Container", select("container", named(containers), query.container)),
  ];
  const checks = [
    containers.length === 0 ? null : check("previous", "on", "Before the last restart only", query.previous),
    check("wrap", "on", "Break long lines", wraps),
    check("times", "off", "Hide times", !hasTimes),
  ];
  return html`
    <form class="panel" method="get" action="/logs" aria-label="Which lines">
      <div class="filters">${fields}</div>
      <div class="acts">${checks}<button>Show</button></div>
    </form>
  `;
}

function sourceSelect(sources: readonly LogSource[], chosen: string): VNode {
  const groups = SOURCE_GROUPS.map((group) => ({ group, own: sources.filter((it) => it.group === group) }))
    .filter((it) => it.own.length > 0);
  return html`
    <select id="source" name="source">${groups.map(({ group, own }) =>
      html`
        <optgroup label="${group}">${own.map((it) => option(it.id, it.title, chosen))}</optgroup>
      `
    )}</select>
  `;
}

function select(id: string, options: readonly (readonly [string, string])[], chosen: string): VNode {
  return html`
    <select id="${id}" name="${id}">${options.map(([value, text]) => option(value, text, chosen))}</select>
  `;
}

/** What can be done with what is shown; stands in front of the lines. */
export function logLinks(view: LogView): VNode {
  const { mode, page, query, mayFollow } = view;
  const { older, newer } = page;
  const newest = logPath(view, { until: "" });
  const following = mode === "live"
    ? [tag(), link(logPath(view, {}, { live: "off" }), "Stop")]
    : mode === "older"
    ? [link(newest, mayFollow ? "Newest lines" : "Last lines")]
    : mayFollow
    ? [link(newest, "Follow")]
    : [];
  return html`
    <p class="acts">${[
      older === undefined
        ? html`
          <span class="soft">Nothing older is kept</span>
        `
        : link(logPath(view, { until: "" }, { at: placesText(older) }), "Older lines"),
      newer === undefined ? null : newerLink(view, newer, "Newer lines"),
      ...following,
      link(`/api/v1/logs/raw?${queryParams(query)}`, "Download"),
      html`
        <span class="soft">Passwords and keys are removed</span>
      `,
    ]}</p>
  `;
}

/** Where no stream has a place yet everything is newer. */
function newerLink(view: LogView, newer: Places, text: string): VNode {
  return link(logPath(view, { until: "" }, { after: placesText(newer) }), text);
}

function tag(): VNode {
  return html`
    <span class="tag busy">Following</span>
  `;
}

function link(href: string, text: string): VNode {
  return html`
    <a href="${href}">${text}</a>
  `;
}

/** What the reader must know of the lines: that some could not be read, or that the search went only so far. */
export function logNotices(view: LogView): Content {
  const { page, mode } = view;
  return [
    ...page.problems.map(({ stream, problem }) =>
      html`
        <p class="finding warn">${visible(`${stream} cannot be read: ${problem}`)}</p>
      `
    ),
    page.lookedBackTo === undefined ? null : html`
      <p class="finding idle">${searchedTo(page.lookedBackTo)} <a href="${logPath(view, {}, {
        at: placesText(page.older ?? {}),
      })}">Look further back</a></p>
    `,
    page.lookedAheadTo === undefined ? null : html`
      <p class="finding idle">${searchedTo(page.lookedAheadTo)} ${newerLink(
        view,
        page.newer ?? {},
        "Look further on",
      )}</p>
    `,
    mode === "full"
      ? html`
        <p class="finding idle">Too many pages follow logs already, so this one stands still.</p>
      `
      : null,
    page.entries.length === 0 && page.problems.length === 0 && mode !== "live"
      ? html`
        <p>There are no such lines.</p>
      `
      : null,
  ];
}

/** A search that was stopped, with how far it came. */
function searchedTo(at: string): string {
  const stopped = "The search was stopped here, since it took long.";
  return at === "" ? stopped : `${stopped} It has looked as far as ${at.slice(0, 19).replace("T", " ")} UTC.`;
}

/** The two halves around the lines, which come one by one. */
export function logBox(view: LogView): [start: string, end: string] {
  const names = ["log", view.wraps && "wrap", !view.hasTimes && "no-times"].filter(Boolean).join(" ");
  const { title } = view.source;
  const label = title.replaceAll(/[^\w .()/:-]/g, "");
  return [
    `<section><h2 class="hide">Lines, newest last</h2><div class="${names}" tabindex="0" role="log" aria-label="${label}"><ol>`,
    "</ol></div></section>",
  ];
}

/** Why no more lines come, with the way on; the last line of a page that followed. */
export function logEnd(why: "full" | "long" | "restarting" | "signed-out", path: string): VNode {
  const [text, link, href] = {
    full: ["This page has become long.", "Follow on from here", path],
    long: ["This page has followed for half an hour.", "Follow on from here", path],
    restarting: ["The agent is restarting.", "Follow again in a moment", path],
    "signed-out": ["You are signed out.", "Sign in again", `/login?next=${encodeURIComponent(path)}`],
  }[why] as [string, string, string];
  return html`
    <li class="gap over">${text} <a href="${href}">${link}</a></li>
  `;
}

/** Shows itself when nothing has come for half a minute; each one hides the one before. */
export function logBeat(path: string): VNode {
  return html`
    <li class="stale">
      <b>This page no longer follows.</b> Nothing has come from the agent for half a minute. <a
        href="${path}"
      >Follow again</a>
    </li>
  `;
}

function field(id: string, label: string, input: VNode): VNode {
  return html`
    <div class="field"><label class="name" for="${id}">${label}</label>${input}</div>
  `;
}

function textInput(name: string, value: string): VNode {
  return html`
    <input
      id="${name}"
      name="${name}"
      type="search"
      value="${value}"
      maxlength="200"
      autocomplete="off"
    />
  `;
}

function option(value: string, text: string, chosen: string): VNode {
  return html`
    <option value="${value}" ...${value === chosen ? { selected: true } : {}}>${visible(text)}</option>
  `;
}

function check(name: string, value: string, label: string, isChecked: boolean): VNode {
  const box = { type: "checkbox", name, value, ...isChecked ? { checked: true } : {} };
  return html`
    <label class="check"><input ...${box} /> <span>${label}</span></label>
  `;
}
