import type { VNode } from "preact";
import { type PreflightReport, standsInTheWay } from "../agent/preflight/check.ts";
import type { SettingsPlan } from "../agent/settings/settings_view.ts";
import { html, visible } from "./html.ts";
import { type FindingsOf, findingsPage } from "./gate_findings.ts";
import { button } from "./form_button.ts";
import type { Page } from "./layout.ts";
import { planPanel, reportPanel } from "./plan_panels.ts";

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
      isNothing ? null : planPanel(plan.steps),
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

const FINDINGS: FindingsOf = {
  base: "/settings",
  other: { href: "/settings/change", label: "Change the settings" },
  words: {
    mayAccept: "Fix it and check again, change the settings, or accept what was found.",
    mustFix: "Fix it and check again, or change the settings.",
  },
  accept: "Accept and apply",
};

/** A change whose check closed the gate. */
export function settingsFindingsPage(
  report: PreflightReport,
  csrfToken: string,
  marked?: Parameters<typeof findingsPage>[3],
): Page {
  return findingsPage(FINDINGS, report, csrfToken, marked);
}
