import type { VNode } from "preact";
import { type EventList, toSearch } from "../agent/workloads/mod.ts";
import { html, visible } from "./html.ts";
import { moment, type Page } from "./layout.ts";
import { eventItem, lookedAt, namespaceField, pager, staleness } from "./workload_parts.ts";

const PATH = "/events";
const WINDOWS = [["15m", "15 min"], ["1h", "1 h"], ["6h", "6 h"], ["24h", "24 h"], ["", "all"]] as const;

/** What Kubernetes and Flux told of, newest first. `asOf`: now, ISO 8601. */
export function eventsPage(list: EventList, asOf: string, { isKept = false } = {}): Page {
  const { query, freshness, rows, total } = list;
  const here = PATH + toSearch(query);
  return {
    title: "Events",
    body: [
      html`
        <header>
          <h1>Events</h1>
          <p class="soft">
            What Kubernetes and Flux told of in the last hours, newest first: warnings, and what tells of progress.
            ${lookedAt(asOf, { path: here, isKept })} · <a href="/workloads">Workloads</a>
          </p>
        </header>
      `,
      staleness(freshness, here),
      filters(list),
      html`
        <section class="panel">
          <header><h2>${total === 1 ? "1 event" : `${total} events`}</h2><small>${windowText(
            list,
            asOf,
          )}</small></header>
          ${query.about === "" ? null : html`
            <p>About ${visible(query.about.replace("/", " "))} alone. <a href="${PATH +
              toSearch(query, { about: "", page: 1 })}">About everything</a></p>
          `} ${total === 0
            ? html`
              <p>${freshness.isKnown
                ? "Nothing fits. Kubernetes forgets events after an hour or so."
                : "Nothing is known yet."}</p>
            `
            : html`
              <ul class="rows">${rows.map((it) => eventItem(it, asOf))}</ul>
            `} ${pager(list.page, list.pages, (page) => PATH + toSearch(query, { page }))}
        </section>
      `,
    ],
  };
}

function filters({ query, namespaces }: EventList): VNode {
  const field = (name: "text" | "since" | "until", label: string, hint: string) =>
    html`
      <div class="field">
        <label class="name" for="${name}">${label}</label>
        <input id="${name}" name="${name}" value="${query[name]}" maxlength="300" placeholder="${hint}" />
      </div>
    `;
  return html`
    <form class="panel" method="get" action="${PATH}">
      <div class="filters">
        ${namespaceField(query.namespace, namespaces)} ${field(
          "text",
          "Contains",
          "name, reason or message",
        )} ${field("since", "From", "15m, 6h or a time")} ${field("until", "To", "now")}
        <label class="check"><input type="checkbox" name="warnings" value="yes" ...${query.warnings
          ? { checked: true }
          : {}} />Warnings
          alone</label>
        ${query.about === "" ? null : html`
          <input type="hidden" name="about" value="${query.about}" />
        `}
        <div class="acts"><button>Show</button></div>
      </div>
      <p class="page-links"><span class="soft">The last</span>${WINDOWS.map(([since, text]) =>
        html`
          <a href="${PATH +
            toSearch(query, { since, until: "", page: 1 })}" ...${query.since === since && query.until === ""
            ? { "aria-current": "true" }
            : {}}>${text}</a>
        `
      )}</p>
      <p class="soft">A time is like 2026-11-21T08:00:00Z, and in UTC.</p>
    </form>
  `;
}

function windowText({ since, until }: EventList, asOf: string): VNode | string {
  if (since === null && until === null) return "at any time";
  return html`
    <span>${since === null ? null : html`
      <span>from ${moment(since, asOf)} </span>
    `}${until === null ? "until now" : html`
      <span>until ${moment(until, asOf)}</span>
    `}</span>
  `;
}
