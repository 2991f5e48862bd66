import type { VNode } from "preact";
import type { CheckResult, CheckStatus, PreflightReport } from "../agent/preflight/check.ts";
import type { Answer, SetupView, StepRow } from "../agent/setup/setup_state.ts";
import { html, visible } from "./html.ts";
import { clockTime, csrfField, duration, mark, type Page, sentence, type Tone } from "./layout.ts";

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

const CHECK_TONE: Record<CheckStatus, Tone> = {
  pass: "good",
  warn: "warn",
  fail: "bad",
  error: "bad",
  skipped: "idle",
};
const CHECK_WORD: Record<CheckStatus, string> = {
  pass: "passed",
  warn: "warning",
  fail: "failed",
  error: "could not be checked",
  skipped: "skipped",
};

/** What the checks found, problems first, and the ways on from there. */
export function checksPage(view: SetupView, csrfToken: string): Page {
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
  return {
    title,
    narrow: true,
    body: [
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
                checkRow(it, acceptable && it.overridable && bad.includes(it))
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

function checkRow(it: CheckResult, withBox: boolean): VNode {
  return html`
    <li class="${CHECK_TONE[it.status]}">
      ${mark(CHECK_TONE[it.status])}<h3>${it.title}</h3><span class="tag">${CHECK_WORD[it.status]}</span>
      <p>Expected: ${sentence(it.expected)} Found: ${sentence(it.found)}</p>
      ${it.remediation === "" ? null : html`
        <p><b>What to do:</b> ${sentence(it.remediation)}</p>
      `} ${withBox && html`
        <p class="choice">
          <input type="checkbox" id="${`ack-${it.id}`}" name="checkId" value="${it
            .id}" /><label for="${`ack-${it.id}`}"
          >I understand, go on with this</label>
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

const STEP_TONE: Record<StepRow["status"], Tone> = {
  waiting: "idle",
  running: "busy",
  done: "good",
  failed: "bad",
};
const STEP_WORD: Record<StepRow["status"], string> = {
  waiting: "waiting",
  running: "running",
  done: "done",
  failed: "failed",
};

/** How the progress page speaks of each state. */
function heroOf({ state, steps }: SetupView): { tone: Tone; title: string; text: string } {
  switch (state.status) {
    case "done":
      return { tone: "good", title: "Ready to log in", text: "The installation is finished." };
    case "failed":
      return {
        tone: "bad",
        title: state.failure.message,
        text: `What to do: ${sentence(state.failure.suggestedNextStep)}`,
      };
    case "blocked":
      return {
        tone: "bad",
        title: "The checks found something to mend",
        text: "Nothing was changed.",
      };
    case "checked":
      return { tone: "idle", title: "The checks have ended", text: "Nothing was changed." };
    case "idle":
      return { tone: "idle", title: "Nothing is being installed", text: "" };
    case "running": {
      const at = steps.findIndex((it) => it.status === "running");
      const title = at < 0 ? "Installing" : `Step ${at + 1} of ${steps.length}: ${steps[at]?.title}`;
      return { tone: "busy", title, text: visible(steps[at]?.message ?? "") };
    }
  }
}

/**
 * The changing part of the progress page. `shown`: the state at which the page was opened; where it has changed, what can
 * be done now (forms, which must not be replaced under the reader) is one link away.
 */
export function progressSection(
  view: SetupView,
  nowMs: number,
  shown: SetupView["state"]["status"] = view.state.status,
): VNode {
  const { state } = view;
  const { tone, title, text } = heroOf(view);
  return html`
    <section class="live">
      <header class="${`hero ${tone}`}">
        <h1>${mark(tone)}<span>${visible(title)}</span></h1>${text === "" ? null : html`
          <p>${text}</p>
        `} ${state.status === "failed" && state.nextAttemptAt !== undefined
          ? html`
            <p>It is tried again by itself at ${clockTime(state.nextAttemptAt)} UTC.</p>
          `
          : null} ${state.status === "running"
          ? html`
            <p class="soft">You can close this page; the installation goes on.</p>
          `
          : null} ${state.status === "done"
          ? html`
            <div class="acts"><a class="button big" href="/">Go to the status page</a></div>
          `
          : state.status !== "running" && state.status !== shown
          ? html`
            <div class="acts"><a class="button" href="/setup">See what you can do</a></div>
          `
          : null}
      </header>
      <div class="panel">
        <h2>Steps</h2>
        <ol class="rows">${view.steps.map((it) => stepRow(it, nowMs))}</ol>
      </div>
      ${state.status === "failed" && html`
        <div class="panel">
          <details>
            <summary>Technical details</summary>
            <dl class="facts">
              <dt>Step</dt>
              <dd><samp>${state.stepId}</samp></dd>
              <dt>Code</dt>
              <dd><samp>${visible(state.failure.code)}</samp></dd>
              <dt>Trying again</dt>
              <dd>${state.failure.retrySafe ? "is safe" : "only after the cause is mended"}</dd>
              <dt>Details</dt>
              <dd><samp>${visible(state.failure.details)}</samp></dd>
            </dl>
          </details>
        </div>
      `}
    </section>
  `;
}

/** Title and times; what a step says stands once, in the hero. */
function stepRow(it: StepRow, nowMs: number): VNode {
  const endMs = it.finishedAt === undefined ? nowMs : Date.parse(it.finishedAt);
  return html`
    <li class="${STEP_TONE[it.status]}">
      ${mark(STEP_TONE[it.status])}<h3>${it.title}<span class="hide"> (${STEP_WORD[
        it.status
      ]})</span></h3>${it.startedAt === undefined ? null : html`
        <span class="soft when">${clockTime(it.startedAt)} UTC · ${duration(
          endMs - Date.parse(it.startedAt),
        )}</span>
      `}
    </li>
  `;
}
