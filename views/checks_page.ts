import { type PreflightReport, standsInTheWay } from "../agent/preflight/check.ts";
import type { SetupView } from "../agent/setup/setup_state.ts";
import { checkRow, checksTitle, quietRow, unacceptedSummary } from "./check_row.ts";
import { html } from "./html.ts";
import { csrfField, mark, type Page } from "./layout.ts";

/** A form that was sent before every box in it was ticked. */
export interface Unaccepted {
  missing: readonly string[];
  ticked: readonly string[];
}

/** What the checks found, problems first, and the ways on from there. */
export function checksPage(
  view: SetupView,
  csrfToken: string,
  { missing, ticked }: Unaccepted = { missing: [], ticked: [] },
): Page {
  const report = view.preflight as PreflightReport;
  const bad = report.results.filter(standsInTheWay);
  const warnings = report.results.filter((it) => it.status === "warn");
  const rest = report.results.filter((it) => it.status === "pass" || it.status === "skipped");
  const title = checksTitle(report);
  const isOverridable = bad.length > 0 && bad.every((it) => it.overridable);
  const acceptable = isOverridable && view.state.status === "blocked";
  const mayGoOn = isOverridable && view.state.status === "checked";
  const post = (action: string, label: string, kind: string) =>
    html`
      <form method="post" action="${action}">${csrfField(
        csrfToken,
      )}<button class="${kind}">${label}</button></form>
    `;
  const unaccepted = report.results.filter((it) => missing.includes(it.id));
  return {
    title: unaccepted.length > 0 ? `Error: ${title}` : title,
    narrow: true,
    body: [
      unacceptedSummary(unaccepted),
      html`
        <header class="${`hero ${bad.length === 0 ? "good" : "bad"}`}">
          <h1>${mark(bad.length === 0 ? "good" : "bad")}<span>${title}. Nothing was changed.</span></h1>
          <p>${bad.length === 0
            ? "“Install now” runs them once more and then installs, with the answers that you gave."
            : acceptable
            ? "Fix it and run the checks again, change your answers, or accept what was found."
            : "Fix it and run the checks again, or change your answers."}</p>
          <div class="acts">${bad.length === 0 ? post("/setup/install", "Install now", "big") : null}${post(
            "/setup/recheck",
            "Run the checks again",
            bad.length === 0 ? "quiet" : "",
          )}${mayGoOn
            ? post("/setup/install", "Go on to accept what was found", "quiet")
            : null}<a href="/setup?edit=1">Change answers</a></div>
        </header>
      `,
      html`
        <section class="panel">
          <h2>What was found</h2>
          ${bad.length + warnings.length === 0 ? null : html`
            <form method="post" action="/setup/acknowledge">
              ${csrfField(csrfToken)}
              <ul class="rows">${[...bad, ...warnings].map((it) =>
                checkRow(it, acceptable && it.overridable && bad.includes(it), {
                  isTicked: ticked.includes(it.id),
                  isFocused: it === unaccepted[0],
                })
              )}</ul>
              ${acceptable && html`
                <div class="acts"><button>Accept and install</button></div>
              `}
            </form>
          `}
          <details>
            <summary>${rest.filter((it) => it.status === "pass").length} checks passed, ${rest.filter((it) =>
              it.status === "skipped"
            ).length} did not apply</summary>
            <ul class="rows">${rest.map(quietRow)}</ul>
          </details>
        </section>
      `,
    ],
  };
}
