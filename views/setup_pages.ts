import type { VNode } from "preact";
import type { CheckResult, CheckStatus, PreflightReport } from "../agent/preflight/check.ts";
import type { Answer, SetupView } from "../agent/setup/setup_state.ts";
import { html, visible } from "./html.ts";
import { csrfField, mark, type Page, sentence, type Tone } from "./layout.ts";

const ORIGIN_TEXT: Record<Answer["origin"], string> = { dhcp: "DHCP", default: "default", you: "you" };

/** Everything that will happen with, before anything happens. */
export function answersPage(answers: readonly Answer[], csrfToken: string): Page {
  return {
    title: "Check your answers",
    narrow: true,
    body: html`
      <section class="panel">
        <header><h1>Check your answers</h1></header>
        <dl class="answers">${answers.map((it) =>
          html`
            <div>
              <dt>${it.label}</dt>
              <dd>${visible(it.value)} <small>· ${ORIGIN_TEXT[it.origin]}</small></dd>
              <dd><a href="${`/setup#${it.field}`}">Change<span class="hide"> ${it.label}</span></a></dd>
            </div>
          `
        )}</dl>
        <form method="post" action="/setup/start">
          ${csrfField(csrfToken)}
          <div class="acts">
            <button class="big" name="mode" value="install">Run the checks and install</button>
            <button class="quiet" name="mode" value="checks">Only run the checks</button>
          </div>
        </form>
      </section>
    `,
  };
}

/** Sign and colour of a result. */
export const CHECK_TONE: Record<CheckStatus, Tone> = {
  pass: "good",
  warn: "warn",
  fail: "bad",
  error: "bad",
  skipped: "idle",
};
/** A result in a word. */
export const CHECK_WORD: Record<CheckStatus, string> = {
  pass: "passed",
  warn: "warning",
  fail: "failed",
  error: "could not be checked",
  skipped: "skipped",
};

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
  const bad = report.results.filter((it) => it.status === "fail" || it.status === "error");
  const warnings = report.results.filter((it) => it.status === "warn");
  const rest = report.results.filter((it) => it.status === "pass" || it.status === "skipped");
  const title = checksTitle(report);
  const acceptable = bad.length > 0 && bad.every((it) => it.overridable) && view.state.status === "blocked";
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
      unaccepted.length > 0 && html`
        <div class="summary" role="alert"><b>There is a problem</b>${unaccepted.map((it) =>
          html`
            <a href="${`#ack-${it.id}`}">${it.title}: tick the box to accept what was found, or mend it</a>
          `
        )}</div>
      `,
      html`
        <header class="${`hero ${bad.length === 0 ? "good" : "bad"}`}">
          <h1>${mark(bad.length === 0 ? "good" : "bad")}<span>${title}. Nothing was changed.</span></h1>
          <p>${bad.length === 0
            ? "To install, go through your answers once more and choose “Run the checks and install”."
            : acceptable
            ? "Fix it and run the checks again, change your answers, or accept what was found."
            : "Fix it and run the checks again, or change your answers."}</p>
          <div class="acts">${bad.length === 0
            ? html`
              <a class="button" href="/setup?edit=1">Go on to your answers</a>
            `
            : null}${post("/setup/recheck", "Run the checks again", bad.length === 0 ? "quiet" : "")}${bad
              .length === 0
            ? null
            : html`
              <a href="/setup?edit=1">Change answers</a>
            `}</div>
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
            <ul class="rows">${rest.map((it) =>
              html`
                <li class="${CHECK_TONE[it.status]}">
                  ${mark(CHECK_TONE[it.status])}<h3>${it
                    .title}</h3><span class="tag">${CHECK_WORD[it.status]}</span><p class="soft">${visible(
                      it.found,
                    )}</p>
                </li>
              `
            )}</ul>
          </details>
        </section>
      `,
    ],
  };
}

/** Could not be checked is a result of its own, never a failure and never a pass. */
function checksTitle({ results }: PreflightReport): string {
  const count = (status: CheckStatus) => results.filter((it) => it.status === status).length;
  const [fails, errors, warnings] = [count("fail"), count("error"), count("warn")];
  const parts = [
    fails > 0 && `${fails} of ${results.length} checks failed`,
    errors > 0 && `${errors}${fails > 0 ? "" : ` of ${results.length} checks`} could not be run`,
  ].filter(Boolean);
  if (parts.length > 0) return parts.join(", ");
  return warnings === 0
    ? "All checks passed"
    : `No check failed, ${warnings} ${warnings === 1 ? "needs" : "need"} a look`;
}

/** One finding in full; `withBox`: it may be accepted here. */
export function checkRow(
  it: CheckResult,
  withBox: boolean,
  box: { isTicked: boolean; isFocused: boolean } = { isTicked: false, isFocused: false },
): VNode {
  return html`
    <li class="${CHECK_TONE[it.status]}">
      ${mark(CHECK_TONE[it.status])}<h3>${it.title}</h3><span class="tag">${CHECK_WORD[it.status]}</span>
      <p>Expected: ${sentence(it.expected)} Found: ${sentence(it.found)}</p>
      ${it.remediation === "" ? null : html`
        <p><b>What to do:</b> ${sentence(it.remediation)}</p>
      `} ${withBox && html`
        <p class="choice">
          <input
            type="checkbox"
            id="${`ack-${it.id}`}"
            name="checkId"
            value="${it.id}"
            checked="${box.isTicked}"
            autofocus="${box.isFocused}"
          /><label for="${`ack-${it.id}`}">I understand, go on with this</label>
        </p>
      `}
      <details>
        <summary>Technical details</summary>
        <dl class="facts">
          <dt>Check</dt>
          <dd><samp>${it.id}</samp></dd>
          <dt>Took</dt>
          <dd>${it.durationMs} ms</dd>${(it.evidence ?? []).length > 0
            ? html`
              <dt>Seen</dt>
            `
            : null}${(it.evidence ?? []).length > 0
            ? html`
              <dd>${(it.evidence ?? []).map((line) =>
                html`
                  <samp>${visible(line)}<br /></samp>
                `
              )}</dd>
            `
            : null}
        </dl>
      </details>
    </li>
  `;
}
