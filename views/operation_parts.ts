import type { VNode } from "preact";
import type { OperationView, StepRow } from "../agent/settings/settings_view.ts";
import { progressText } from "../agent/text/progress_text.ts";
import { type Content, html, visible } from "./html.ts";
import { clockTime, csrfField, duration, mark, moment, sentence, type Tone } from "./layout.ts";

const STEP_TONE: Record<StepRow["status"], Tone> = {
  waiting: "idle",
  running: "busy",
  done: "good",
  failed: "bad",
};

/** Where the forms of one operation are sent and where its pages lead. */
export interface OperationLinks {
  /** Words of its hero ("Applying the change"). */
  doing: string;
  /** What else can be done when it stopped. */
  other: { href: string; label: string };
  /** What "Try again now" sends, by the id of a form that stands before the section. */
  retryForm: string;
}

/** What a button of a changing part sends: it belongs to one reader, stands before that part, and shows nothing. */
export function hiddenForm(id: string, action: string, csrfToken: string): VNode {
  return html`
    <form class="hide" id="${id}" method="post" action="${action}">${csrfField(csrfToken)}</form>
  `;
}

/** The step that runs and its place in words ("Step 3 of 9: Install k3s"); `undefined` between two steps. */
export function runningStep(
  steps: readonly StepRow[],
): { row: StepRow; place: string } | undefined {
  const at = steps.findIndex((it) => it.status === "running");
  const row = steps[at];
  return row && { row, place: `Step\u00a0${at + 1}\u00a0of\u00a0${steps.length}: ${row.title}` };
}

/** What a page shows of an operation in three parts of their own: what it does or why it stopped, its steps, details. Empty when it rests. */
export function operationParts(
  view: OperationView,
  nowMs: number,
  links: OperationLinks,
): [hero: Content, steps: Content, details: Content] {
  const { state, steps } = view;
  switch (state.status) {
    case "running": {
      const step = runningStep(steps);
      return [
        html`
          <header class="hero busy">
            <h2>${mark("busy")}<span>${links.doing}</span></h2>
            <p>${step ? `${step.place}. ` : ""}${visible(state.message)}</p>
            ${countPart(step?.row, nowMs)}
            <p class="soft">You can close this page; it goes on. Asked for by ${visible(
              view.by ?? "the agent",
            )}.</p>
          </header>
        `,
        stepsPanel(steps, nowMs),
        null,
      ];
    }
    case "failed": {
      const { failure, nextAttemptAt } = state;
      return [
        html`
          <header class="hero bad">
            <h2>${mark("bad")}<span>${visible(failure.message)}</span></h2>
            <p><b>What to do:</b> ${sentence(failure.suggestedNextStep)}</p>
            ${nextAttemptAt === undefined ? null : html`
              <p>It is tried again by itself at ${clockTime(nextAttemptAt)} UTC.</p>
            `}
            <div class="acts">
              <button form="${links.retryForm}">Try again now</button><a href="${links.other
                .href}">${links.other.label}</a>
            </div>
          </header>
        `,
        stepsPanel(steps, nowMs),
        html`
          <div class="panel">
            <details>
              <summary>Technical details</summary>
              <dl class="facts">
                <dt>Step</dt>
                <dd><samp>${failure.stepId}</samp></dd>
                <dt>Code</dt>
                <dd><samp>${visible(failure.code)}</samp></dd>
                <dt>Details</dt>
                <dd><samp>${visible(failure.details)}</samp></dd>
              </dl>
            </details>
          </div>
        `,
      ];
    }
    default:
      return [null, null, null];
  }
}

/** How far the running step has come, and when it last did: what comes on is slow, what does not has stalled. */
function countPart(step: StepRow | undefined, nowMs: number): Content {
  if (!step?.progress) return null;
  return html`
    <p class="soft">${progressText(step.progress)}${step.progressAt === undefined ? "" : html`
      <span> · last came on ${moment(step.progressAt, new Date(nowMs).toISOString())}</span>
    `}</p>
  `;
}

function stepsPanel(steps: readonly StepRow[], nowMs: number): VNode {
  return html`
    <div class="panel">
      <h2>Steps</h2>
      <ol class="rows">${steps.map((it) => stepRow(it, nowMs))}</ol>
    </div>
  `;
}

function stepRow(it: StepRow, nowMs: number): VNode {
  const endMs = it.finishedAt === undefined ? nowMs : Date.parse(it.finishedAt);
  return html`
    <li class="${STEP_TONE[it.status]}">
      ${mark(STEP_TONE[it.status])}<h3>${it.title}<span class="hide"> (${it
        .status})</span></h3>${it.startedAt ===
          undefined
        ? null
        : html`
          <span class="soft when">${moment(it.startedAt, new Date(nowMs).toISOString())} · ${duration(
            endMs - Date.parse(it.startedAt),
          )}</span>
        `}
    </li>
  `;
}
