import { type Acknowledgement, type PreflightReport, standsInTheWay } from "../agent/preflight/check.ts";
import type { SetupView } from "../agent/setup/setup_state.ts";
import { utcMinute } from "../agent/text/utc_time.ts";
import { checkRow, checksTitle, quietRow } from "./check_row.ts";
import { html, visible } from "./html.ts";
import { mark, type Page, sentence } from "./layout.ts";

/** What setup checked and what was accepted, to read at any later time. Nothing can be done here. */
export function checkReportPage(view: Pick<SetupView, "preflight" | "acknowledgements">): Page {
  const { preflight: report, acknowledgements } = view;
  return {
    title: "Checks of the setup",
    narrow: true,
    body: [
      html`
        <header>
          <h1>Checks of the setup</h1>
          <p class="soft">${report === undefined
            ? "No report of the checks is kept on this appliance."
            : `${sentence(checksTitle(report))} ${ranAt(report)}`}</p>
        </header>
      `,
      html`
        <section class="panel">
          <h2>Accepted risks</h2>
          ${acknowledgements.length === 0
            ? html`
              <p class="soft">${noneText(report)}</p>
            `
            : html`
              <ul class="rows">${acknowledgements.map((it) => acceptedRow(it, report))}</ul>
            `}
        </section>
      `,
      report !== undefined && html`
        <section class="panel">
          <h2>What was found</h2>
          <ul class="rows">${report.results.filter((it) => !isQuiet(it)).map((it) => checkRow(it))}${report
            .results.filter(isQuiet).map(quietRow)}</ul>
        </section>
      `,
      html`
        <p class="soft"><a href="/setup">Setup</a> · <a href="/">Status</a></p>
      `,
    ],
  };
}

function isQuiet({ status }: PreflightReport["results"][number]): boolean {
  return status === "pass" || status === "skipped";
}

/** Why nothing was accepted. */
function noneText(report: PreflightReport | undefined): string {
  if (report === undefined) return "None is known.";
  return report.results.some(standsInTheWay)
    ? "None: nobody has accepted what was found."
    : "None: nothing was found that somebody had to accept.";
}

/** Reports of old journals may have no times that can be read. */
function ranAt({ finishedAt }: PreflightReport): string {
  return Number.isNaN(Date.parse(finishedAt)) ? "" : `Run on ${utcMinute(finishedAt)}.`;
}

function acceptedRow({ checkId, by, at, found }: Acknowledgement, report: PreflightReport | undefined) {
  const title = report?.results.find((it) => it.id === checkId)?.title ?? checkId;
  return html`
    <li class="warn">
      ${mark("warn")}<h3>${visible(title)}</h3><span class="soft when">${utcMinute(at)}</span>
      <p>Found: ${sentence(found)} Accepted by ${visible(by)}.</p>
    </li>
  `;
}
