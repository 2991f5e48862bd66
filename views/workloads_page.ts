import type { VNode } from "preact";
import { STATE_WORD, toSearch, type WorkloadList, type WorkloadRow } from "../agent/workloads/mod.ts";
import { html, visible } from "./html.ts";
import { mark, type Page, sentence } from "./layout.ts";
import { releasesPanel } from "./releases_panel.ts";
import {
  ageCell,
  cpuCell,
  lookedAt,
  memoryCell,
  namespaceField,
  pager,
  podPath,
  restartText,
  staleness,
  tierCell,
} from "./workload_parts.ts";

const PATH = "/workloads";

/** What runs on this appliance, what needs attention first. `asOf`: now, ISO 8601. */
export function workloadsPage(list: WorkloadList, asOf: string, { isKept = false } = {}): Page {
  const { query, freshness, needAttention, total } = list;
  const here = PATH + toSearch(query);
  const what = query.of === "" ? "workload" : "pod";
  return {
    title: titleOf(list, what),
    tone: !freshness.isCurrent ? "idle" : needAttention > 0 ? list.rows[0]?.tone ?? "warn" : "good",
    body: [
      html`
        <header>
          <h1>${query.of === "" ? "Workloads" : visible(`Pods of ${query.of.replace("/", " ")}`)}</h1>
          <p class="soft">
            What runs on this appliance, what needs attention first. ${lookedAt(asOf, {
              path: here,
              isKept,
            })}${query.of === "" ? null : html`
              <span> · <a href="${PATH}">All workloads</a></span>
            `}
          </p>
        </header>
      `,
      staleness(freshness, here),
      filters(list),
      html`
        <section class="panel">
          <header>
            <h2>${titleOf(list, what)}</h2>
            <p class="page-links"><a href="/events">Events</a></p>
          </header>
          ${total === 0
            ? html`
              <p>${freshness.isKnown ? "Nothing fits." : "Nothing is known yet."}</p>
            `
            : table(list, asOf)} ${pager(
              list.page,
              list.pages,
              (page) => PATH + toSearch(query, { page }),
            )} ${notShown(list)}
        </section>
      `,
      releasesPanel(list.releases, list.releasesLeftOut, asOf),
    ],
  };
}

function titleOf({ needAttention, total, freshness }: WorkloadList, what: string): string {
  if (!freshness.isKnown) return "Workloads";
  const all = `${total} ${what}${total === 1 ? "" : "s"}`;
  return needAttention === 0
    ? `${all}, none needs attention`
    : `${needAttention} of ${all} need${needAttention === 1 ? "s" : ""} attention`;
}

function filters({ query, namespaces }: WorkloadList): VNode {
  return html`
    <form class="panel" method="get" action="${PATH}">
      <div class="filters">
        ${namespaceField(query.namespace, namespaces)}
        <div class="field">
          <label class="name" for="name">Name contains</label>
          <input id="name" name="name" type="search" value="${query.name}" maxlength="300" />
        </div>
        ${query.of === "" ? null : html`
          <input type="hidden" name="of" value="${query.of}" />
        `} ${query.ended
          ? html`
            <input type="hidden" name="ended" value="yes" />
          `
          : null}
        <div class="acts"><button>Show</button></div>
      </div>
    </form>
  `;
}

function table(list: WorkloadList, asOf: string): VNode {
  return html`
    <div class="scroll" tabindex="0" role="region" aria-label="Workloads">
      <table class="workloads">
        <thead><tr>${["Workload", "Ready", "State", "Restarts", "Age", "CPU", "Memory", "Counts for"].map((
          it,
        ) =>
          html`
            <th scope="col">${it}</th>
          `
        )}</tr></thead>
        <tbody>${list.rows.map((it) => row(it, asOf))}</tbody>
      </table>
    </div>
    ${list.usageProblem === "" ? null : html`
      <p class="soft">A dash stands where CPU and memory are not known. ${sentence(list.usageProblem)}</p>
    `}
  `;
}

function row(it: WorkloadRow, asOf: string): VNode {
  const said = [it.reason, it.message].filter((text) => text !== "").join(": ");
  return html`
    <tr class="${it.tone}">
      <th scope="row">${mark(it.tone)} ${nameLink(it)}<br /><small>${visible(
        `${it.kind} in ${it.namespace}`,
      )}</small>${it.images.map((one) =>
        html`
          <br /><small class="mono">${visible(imageText(one))}</small>
        `
      )}</th>
      <td class="num">${it.ready} of ${it.wanted}</td>
      <td><span class="tag">${STATE_WORD[it.state]}</span>${said === "" || it.tone === "good" ? null : html`
        <br /><small>${visible(said)}</small>
      `}</td>
      <td class="num">${restartText(it.restarts, it.lastEnd, asOf)}</td>
      <td class="num">${ageCell(it.createdAt, asOf)}</td>
      <td class="num">${cpuCell(it.cpuCores)}</td>
      <td class="num">${memoryCell(it.memoryBytes)}</td>
      <td>${tierCell(it.tier)}</td>
    </tr>
  `;
}

/** Name and tag, and the beginning of the digest, which is enough to compare. */
function imageText({ image, digest }: WorkloadRow["images"][number]): string {
  const [name = "", pinned] = image.split("@");
  const shown = digest ?? pinned ?? "";
  return shown === "" ? name : `${name} @${shown.slice("sha256:".length, "sha256:".length + 12)}`;
}

/** One pod leads to its page, several to their list. */
function nameLink({ kind, namespace, name, pod, pods, ended }: WorkloadRow): VNode | string {
  if (pod !== null && pods + ended === 1) return link(podPath(namespace, pod), name);
  if (pods + ended === 0) return visible(name);
  const of = { of: `${kind}/${namespace}/${name}`, ...(pods === 0 ? { ended: "yes" } : {}) };
  return link(`${PATH}?${new URLSearchParams(of)}`, name);
}

function link(href: string, text: string): VNode {
  return html`
    <a href="${href}">${visible(text)}</a>
  `;
}

function notShown({ query, hiddenEnded, elsewhere }: WorkloadList): (VNode | null)[] {
  return [
    hiddenEnded === 0 ? null : html`
      <p class="soft">
        ${hiddenEnded} that ${hiddenEnded === 1 ? "is" : "are"} over ${hiddenEnded === 1
          ? "is"
          : "are"} not shown. <a href="${PATH +
          toSearch(query, { ended: true, page: 1 })}">Show ${hiddenEnded === 1 ? "it" : "them"}</a>
      </p>
    `,
    elsewhere === 0 ? null : html`
      <p class="soft">${elsewhere} elsewhere need${elsewhere === 1 ? "s" : ""} attention. <a href="${PATH +
        toSearch(query, { namespace: "all", page: 1 })}">Show everything</a></p>
    `,
  ];
}
