import { someOf } from "../agent/text/some_of.ts";
import type { VNode } from "preact";
import {
  type CheckResult,
  type CheckStatus,
  type PreflightReport,
  VANTAGE_WORDS,
} from "../agent/preflight/check.ts";
import { html, visible } from "./html.ts";
import { mark, sentence, type Tone } from "./layout.ts";

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

/** What the checks came to, by name. Could not be checked is a result of its own, never a failure and never a pass. */
export function checksTitle({ results }: PreflightReport): string {
  const of = (status: CheckStatus) => results.filter((it) => it.status === status);
  const [fails, errors, warnings] = [of("fail"), of("error"), of("warn").length];
  const parts = [
    fails.length > 0 && `${fails.length} of ${results.length} checks failed: ${names(fails)}`,
    errors.length > 0 &&
    `${errors.length}${fails.length > 0 ? "" : ` of ${results.length} checks`} could not be run: ${
      names(errors)
    }`,
  ].filter(Boolean);
  if (parts.length > 0) return parts.join("; ");
  return warnings === 0
    ? "All checks passed"
    : `No check failed, ${warnings} ${warnings === 1 ? "needs" : "need"} a look`;
}

/** What was not accepted although it was asked for, each a link to its box; `null` when nothing is left. */
export function unacceptedSummary(unaccepted: readonly CheckResult[]): VNode | null {
  return unaccepted.length === 0 ? null : html`
    <div class="summary" role="alert"><b>There is a problem</b>${unaccepted.map((it) =>
      html`
        <a href="${`#ack-${it.id}`}">${it.title}: tick the box to accept what was found, or fix it</a>
      `
    )}</div>
  `;
}

/** A headline has room for so many. */
const MAX_NAMES = 3;

function names(results: readonly CheckResult[]): string {
  return someOf(results.map((it) => it.title), MAX_NAMES);
}

/** One finding in full; `withBox`: it may be accepted here. */
export function checkRow(
  it: CheckResult,
  withBox = false,
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
          <dt>Needed by</dt>
          <dd>${VANTAGE_WORDS[it.vantage]}</dd>
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

/** A result that asks for nothing: its name and what was found. */
export function quietRow(it: CheckResult): VNode {
  return html`
    <li class="${CHECK_TONE[it.status]}">
      ${mark(CHECK_TONE[it.status])}<h3>${it.title}</h3><span class="tag">${CHECK_WORD[
        it.status
      ]}</span><p class="soft">${visible(it.found)}</p>
    </li>
  `;
}
