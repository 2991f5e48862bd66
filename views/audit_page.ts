import type { VNode } from "preact";
import { AUDIT_GROUPS, auditResult, auditText, auditWho } from "../agent/access/audit_words.ts";
import type { JournalEntry } from "../agent/state/chained_lines.ts";
import { html, visible } from "./html.ts";
import { mark, type Page } from "./layout.ts";

export interface AuditPage {
  /** Newest first. */
  shown: readonly JournalEntry[];
  before: number | undefined;
  groups: readonly string[];
  /** The group that is shown alone; "" is all. */
  group: string;
  problem: string | undefined;
}

/** Who signed in and who changed what. */
export function auditPage({ shown, before, groups, group, problem }: AuditPage): Page {
  const older = new URLSearchParams({ ...(group === "" ? {} : { kind: group }), before: String(before) });
  return {
    title: "Audit log",
    body: html`
      <section class="panel">
        <header>
          <h1>Audit log</h1>
          <p class="page-links"><a href="/sessions">Sessions</a></p>
        </header>
        ${problem === undefined ? null : html`
          <div class="summary" role="alert"><b>This log is not whole</b><span>${visible(problem)}</span></div>
        `}
        <form class="filters" method="get" action="/audit">
          <div class="field">
            <label class="name" for="kind">Show</label>
            <select id="kind" name="kind">
              <option value="">Everything</option>
              ${groups.map((it) =>
                html`
                  <option value="${it}" ...${it === group ? { selected: true } : {}}>${AUDIT_GROUPS[it] ??
                    it}</option>
                `
              )}
            </select>
          </div>
          <div class="acts"><button class="quiet">Show</button></div>
        </form>
        ${shown.length === 0
          ? html`
            <p>There are no such entries.</p>
          `
          : [
            html`
              <h2 class="hide">Entries, newest first</h2>
            `,
            html`
              <ol class="rows">${shown.map(row)}</ol>
            `,
          ]} ${before === undefined ? null : html`
          <p class="page-links"><a href="${`/audit?${older}`}">Older entries</a></p>
        `}
      </section>
    `,
  };
}

function row({ seq, at, type, data }: JournalEntry): VNode {
  const isRefused = type === "sign-in.refused" || String(data.result ?? "").startsWith("refused");
  const tone = isRefused || type === "audit.damaged" ? "warn" : "idle";
  return html`
    <li id="${`entry-${seq}`}" class="${tone}">
      ${mark(tone)}
      <h3>${visible(auditText(type))}</h3>
      <time datetime="${at}">${at.slice(0, 19).replace("T", " ")} UTC</time>
      <p class="soft">${visible([auditWho(data), auditResult(data)].filter(Boolean).join(": "))}</p>
    </li>
  `;
}
