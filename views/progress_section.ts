import type { VNode } from "preact";
import type { Answer, SetupState, SetupView, StepRow } from "../agent/setup/setup_state.ts";
import { AGENT } from "../agent/causes/agent.ts";
import type { Blocker } from "../agent/explain/blocker.ts";
import type { StatusDocument } from "../agent/status/document.ts";
import { checksTitle } from "./check_row.ts";
import { helpLinks } from "./help_link.ts";
import { html, visible } from "./html.ts";
import { liveParts } from "./live_parts.ts";
import { runningStep } from "./operation_parts.ts";
import { isWebAddress } from "./web_address.ts";
import { clockTime, csrfField, duration, mark, moment, sentence, type Tone } from "./layout.ts";

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

interface Hero {
  tone: Tone;
  title: string;
  text: string;
  /** What to do. */
  action?: string;
}

/** How the progress page speaks of each state. */
function heroOf({ state, steps, preflight }: SetupView): Hero {
  switch (state.status) {
    case "done":
      return { tone: "good", title: "Ready to log in", text: "The installation is finished." };
    case "failed":
      return {
        tone: "bad",
        title: state.failure.message,
        text: "",
        action: state.failure.suggestedNextStep,
      };
    case "blocked":
      return {
        tone: "bad",
        title: preflight ? checksTitle(preflight) : "The checks found something to fix",
        text: "Nothing was changed.",
      };
    case "checked":
      return { tone: "idle", title: "The checks have ended", text: "Nothing was changed." };
    case "idle":
      return { tone: "idle", title: "Nothing is being installed", text: "" };
    case "running": {
      const step = runningStep(steps);
      return { tone: "busy", title: step?.place ?? "Installing", text: visible(step?.row.message ?? "") };
    }
  }
}

/**
 * What the button "Try again now" of the changing part sends. That part is the same for every reader; this belongs to one,
 * stands before it, and shows nothing.
 */
export function retryForm(csrfToken: string): VNode {
  return html`
    <form class="hide" id="retry" method="post" action="/setup/retry">${csrfField(csrfToken)}</form>
  `;
}

/** What the status names as the cause. */
type Cause = Pick<Blocker, "id" | "component">;
/** Until the status has seen that setup stopped. */
const SETUP_FAILED: Cause = { id: AGENT.setupFailed.id, ...AGENT.setupFailed.place };

/** What keeps people from logging in while the last step waits for them; the status page tells why. */
export type Obstacle = Pick<StatusDocument["rollup"], "message" | "nextAction"> | undefined;

/**
 * The changing parts of the progress page, with {@link retryForm} before it. `shown`: the state at which the page was opened;
 * where it has changed to one with forms of its own, that is one link away. `cause`: why it stands still, as the
 * status tells. `loginUrl`: where Alga is now; the answer without it.
 */
export function progressParts(
  view: SetupView,
  nowMs: number,
  { shown = view.state.status, obstacle, cause = SETUP_FAILED, loginUrl = null }: {
    shown?: SetupView["state"]["status"];
    obstacle?: Obstacle;
    cause?: Cause | undefined;
    loginUrl?: string | null;
  } = {},
): VNode[] {
  const { state } = view;
  const waits = waitsFor(state, obstacle);
  const { tone, title, text, action = "" } = waits ? waitingHero(waits) : heroOf(view);
  return liveParts([
    html`
      <header class="${`hero ${tone}`}">
        <h1>${mark(tone)}<span>${visible(title)}</span></h1>${text === "" ? null : html`
          <p>${text}</p>
        `} ${action === "" ? null : html`
          <p><b>What to do:</b> ${sentence(action)}</p>
        `} ${state.status === "failed" && state.nextAttemptAt !== undefined
          ? html`
            <p>It is tried again by itself at ${clockTime(state.nextAttemptAt)} UTC.</p>
          `
          : null} ${state.status === "running"
          ? html`
            <p class="soft">${waits
              ? "The installation goes on by itself once the cause is gone."
              : "You can close this page; the installation goes on."}</p>
          `
          : null} ${actsOf(view, shown, { waits, loginUrl })}
        ${(waits !== undefined || state.status === "failed") && helpLinks(cause)}
      </header>
    `,
    state.status === "failed" && failureDetails(state),
    html`
      <div class="panel">
        <h2>Steps</h2>
        <ol class="rows">${view.steps.map((it) => stepRow(it, nowMs))}</ol>
      </div>
    `,
  ]);
}

/** The state that the tab shows. */
export function progressTone(view: SetupView, obstacle?: Obstacle): Tone {
  return waitsFor(view.state, obstacle) ? "bad" : heroOf(view).tone;
}

function waitsFor(state: SetupState, obstacle: Obstacle): Obstacle {
  return state.status === "running" && state.stepId === "login" ? obstacle : undefined;
}

function waitingHero({ message, nextAction }: NonNullable<Obstacle>): Hero {
  return { tone: "bad", title: message, text: "", action: nextAction };
}

function actsOf(
  view: SetupView,
  shown: SetupState["status"],
  { waits, loginUrl }: { waits: Obstacle; loginUrl: string | null },
): VNode | VNode[] | null {
  const { state } = view;
  switch (state.status) {
    case "done":
      return finishedActs(view.answers, loginUrl);
    case "running":
      return waits === undefined ? null : html`
        <div class="acts"><a class="button" href="/">See why on the status page</a></div>
      `;
    case "failed": {
      const retry = html`
        <button form="retry" class="${state.failure.retrySafe ? "" : "quiet"}">Try again now</button>
      `;
      const change = html`
        <a class="${state.failure.retrySafe ? "" : "button"}" href="/setup?edit=1">Change the answers</a>
      `;
      return html`
        <div class="acts">${state.failure.retrySafe ? [retry, change] : [change, retry]}</div>
      `;
    }
    default:
      return state.status === shown ? null : html`
        <div class="acts"><a class="button" href="/setup">See what you can do</a></div>
      `;
  }
}

/** Where Alga is and who signs in first, and the ways to what else is to be read. */
function finishedActs(answers: SetupView["answers"], loginUrl: string | null): VNode[] {
  const answered = (field: Answer["field"]) => answers.find((it) => it.field === field)?.value;
  const address = loginUrl ?? answered("appUrl");
  const email = answered("adminEmail");
  const opens = isWebAddress(address);
  return [
    ...opens && email !== undefined
      ? [html`
        <p>Sign in as <b>${visible(email)}</b>, with the password that was given at setup.</p>
      `]
      : [],
    ...opens
      ? [html`
        <div class="acts">
          <a class="button big" href="${address}">Open Alga</a><span class="soft mono">${visible(
            address,
          )}</span>
        </div>
      `]
      : [],
    html`
      <div class="acts">
        <a class="${opens ? "" : "button big"}" href="/">Go to the status page</a><a
          href="/setup/checks"
        >Checks of the setup, and accepted risks</a><a href="/settings">Change settings</a>
      </div>
    `,
  ];
}

function failureDetails({ stepId, failure }: SetupState & { status: "failed" }): VNode {
  return html`
    <div class="panel">
      <details>
        <summary>Technical details</summary>
        <dl class="facts">
          <dt>Step</dt>
          <dd><samp>${stepId}</samp></dd>
          <dt>Code</dt>
          <dd><samp>${visible(failure.code)}</samp></dd>
          <dt>Trying again</dt>
          <dd>${failure.retrySafe ? "is safe" : "only after the cause is fixed"}</dd>
          <dt>Details</dt>
          <dd><samp>${visible(failure.details)}</samp></dd>
        </dl>
      </details>
    </div>
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
        <span class="soft when">${moment(it.startedAt, new Date(nowMs).toISOString())} · ${duration(
          endMs - Date.parse(it.startedAt),
        )}</span>
      `}
    </li>
  `;
}
