import type { VNode } from "preact";
import { type CheckResult, type PreflightReport } from "../agent/preflight/check.ts";
import type { SettingsPlan } from "../agent/settings/settings_view.ts";
import { CHECK_TONE, CHECK_WORD, checkRow } from "./check_row.ts";
import { html, visible } from "./html.ts";
import { mark } from "./layout.ts";

type Change = NonNullable<SettingsPlan["steps"][number]["changes"]>[number];

/** A step that has something to do. */
export interface PlanRow {
  title: string;
  /** `component`: what people call the part; `undefined` where it can only be told when it begins. */
  changes: readonly Change[] | undefined;
}

/** What the appliance does for it: step by step in words, object by object below. */
export function planPanel(steps: readonly PlanRow[]): VNode {
  const changes = steps.flatMap((it) => it.changes ?? []);
  return html`
    <section class="panel">
      <h2>What the appliance does</h2>
      <ol class="rows">${steps.map(({ title, changes }) => {
        const parts = (changes ?? []).map((it) => it.component).filter((it) => it !== undefined);
        return html`
          <li class="idle">
            ${mark("idle")}<h3>${title}</h3>${parts.length === 0 ? null : html`
              <p class="soft">${visible(parts.join(" · "))}</p>
            `}
          </li>
        `;
      })}</ol>
      <details>
        <summary>Technical details: ${changes.length} ${changes.length === 1 ? "object" : "objects"}</summary>
        <ul>${changes.map((it) =>
          html`
            <li><samp>${visible(it.field === "" ? it.object : `${it.object} ${it.field}`)}</samp>: ${visible(
              it.from ?? "–",
            )} → ${visible(it.to ?? "removed")}</li>
          `
        )}</ul>
      </details>
    </section>
  `;
}

const ORDER: Record<CheckResult["status"], number> = { fail: 0, error: 1, warn: 2, pass: 3, skipped: 3 };

/** Problems first. */
export function reportPanel(report: PreflightReport): VNode {
  const results = [...report.results].sort((a, b) => ORDER[a.status] - ORDER[b.status]);
  return html`
    <section class="panel">
      <h2>${results.length === 0 ? "There is nothing to check" : "What the checks found"}</h2>
      <ul class="rows">${results.map((it) =>
        it.status === "pass" || it.status === "skipped" ? quietRow(it) : checkRow(it, false)
      )}</ul>
    </section>
  `;
}

function quietRow(it: CheckResult): VNode {
  return html`
    <li class="${CHECK_TONE[it.status]}">
      ${mark(CHECK_TONE[it.status])}<h3>${it.title}</h3><span class="tag">${CHECK_WORD[it.status]}</span>
      <p class="soft">${visible(it.found)}</p>
    </li>
  `;
}
