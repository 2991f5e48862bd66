import type { VNode } from "preact";
import { type CheckResult, type PreflightReport, standsInTheWay } from "../agent/preflight/check.ts";
import type { SettingsPlan } from "../agent/settings/settings_view.ts";
import { html, visible } from "./html.ts";
import { csrfField, mark, type Page } from "./layout.ts";
import { CHECK_TONE, CHECK_WORD, checkRow, unacceptedSummary } from "./check_row.ts";

/** What is known of a change before it is applied. */
export interface SettingsReview {
  csrfToken: string;
  plan: SettingsPlan;
  /** The checks that it touches, when they were run. */
  report?: PreflightReport;
}

/** Says before what it does: each object, from what to what, and the checks if they were run. */
export function settingsReviewPage({ csrfToken, plan, report }: SettingsReview): Page {
  const isNothing = plan.changed.length === 0;
  const bad = report?.results.filter(standsInTheWay) ?? [];
  const mustFix = bad.some((it) => !it.overridable);
  return {
    title: "Check the change",
    narrow: true,
    body: [
      html`
        <header>
          <h1>Check the change</h1>
          <p class="soft">${isNothing
            ? "Nothing is different from now."
            : "Nothing has changed yet. This is what will."}</p>
        </header>
      `,
      report && reportPanel(report),
      isNothing ? null : settingsPanel(plan),
      isNothing ? null : stepsPanel(plan),
      isNothing ? NOTHING_ACTS : html`
        <section class="panel">
          <h2>If it stops half-way</h2>
          <p>
            It stays where it is, says why, and tries again by itself. A restart of this machine does not stop it.
            There is no way back by itself: to go back, change the settings again.
          </p>
          ${mustFix && html`
            <p><b>Before it can be applied:</b> fix what the checks found, then check again.</p>
          `}
          <div class="acts">
            ${mustFix ? null : button(
              "/settings/apply",
              bad.length > 0 ? "Apply all the same" : "Apply",
              csrfToken,
              "big",
            )} ${button("/settings/check", report ? "Check again" : "Only check", csrfToken, "quiet")}
            <a href="/settings/change">Change it</a><a href="/settings">Not now</a>
          </div>
        </section>
      `,
    ],
  };
}

const NOTHING_ACTS = html`
  <div class="acts">
    <a class="button" href="/settings/change">Change something</a><a href="/settings">Back to the settings</a>
  </div>
`;

function button(action: string, label: string, csrfToken: string, kind: string): VNode {
  return html`
    <form method="post" action="${action}">${csrfField(
      csrfToken,
    )}<button class="${kind}">${label}</button></form>
  `;
}

/** What people asked for: setting by setting. */
function settingsPanel({ settings }: SettingsPlan): VNode {
  return html`
    <section class="panel">
      <h2>What you change</h2>
      <dl class="answers">${settings.map((it) =>
        html`
          <div>
            <dt>${it.label}</dt>
            <dd><small>now</small> ${visible(it.from)}<br /><small>after</small> <b>${visible(it.to)}</b></dd>
          </div>
        `
      )}</dl>
    </section>
  `;
}

/** What the appliance does for it: step by step in words, object by object below. */
function stepsPanel({ steps }: SettingsPlan): VNode {
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
function reportPanel(report: PreflightReport): VNode {
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

/** A change whose check closed the gate: fix it, or accept what may be accepted. */
export function settingsFindingsPage(
  report: PreflightReport,
  csrfToken: string,
  { missing, ticked }: { missing: readonly string[]; ticked: readonly string[] } = {
    missing: [],
    ticked: [],
  },
): Page {
  const bad = report.results.filter(standsInTheWay);
  const mayAccept = bad.every((it) => it.overridable);
  const title = "The check found something. Nothing was changed.";
  const open = bad.filter((it) => missing.includes(it.id));
  return {
    title: open.length > 0 ? `Error: ${title}` : title,
    narrow: true,
    body: [
      unacceptedSummary(open),
      html`
        <header class="hero bad">
          <h1>${mark("bad")}<span>${title}</span></h1>
          <p>${mayAccept
            ? "Fix it and check again, change the settings, or accept what was found."
            : "Fix it and check again, or change the settings."}</p>
          <div class="acts">${button(
            "/settings/recheck",
            "Check again",
            csrfToken,
            "",
          )}<a href="/settings/change">Change the settings</a></div>
        </header>
      `,
      html`
        <section class="panel">
          <h2>What was found</h2>
          <form method="post" action="/settings/accept">
            ${csrfField(csrfToken)}
            <ul class="rows">${bad.map((it) =>
              checkRow(it, mayAccept, { isTicked: ticked.includes(it.id), isFocused: it === open[0] })
            )}</ul>
            ${mayAccept && html`
              <div class="acts"><button>Accept and apply</button></div>
            `}
          </form>
        </section>
      `,
    ],
  };
}
