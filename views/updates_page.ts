import type { VNode } from "preact";
import { acceptedText, type UpdateAttempt } from "../agent/update/history.ts";
import { heldSentence } from "../agent/update/held_text.ts";
import { rulesSentences } from "../agent/update/rules_text.ts";
import type { UpdateView } from "../agent/update/update_service.ts";
import { stoppedBy } from "../agent/update/stopped_by.ts";
import { touchesSentences } from "../agent/update/touches_text.ts";
import { wayText } from "../agent/update/way_text.ts";
import type { Verdict } from "../agent/trust/policy.ts";
import { type Content, html, visible } from "./html.ts";
import { duration, mark, moment, type Tone } from "./layout.ts";
import { leftOut } from "./left_out.ts";
import { liveParts } from "./live_parts.ts";
import { hiddenForm, operationParts } from "./operation_parts.ts";
import { prepareForms, preparePart } from "./prepare_part.ts";

const LINKS = {
  doing: "Updating",
  other: { href: "/", label: "See the status" },
  retryForm: "retry",
};
const LOOK_FORM = "look";
const CANCEL_FORM = "cancel";
const RESUME_FORM = "resume";
/** Attempts that the page shows; the command and the API have them all. */
const MOST_SHOWN = 20;

/** What stands above the changing parts: the reader's own buttons, and the heading. */
export function updatesHead(csrfToken: string): Content {
  return [
    hiddenForm(LINKS.retryForm, "/updates/retry", csrfToken),
    hiddenForm(LOOK_FORM, "/updates/look", csrfToken),
    hiddenForm(CANCEL_FORM, "/updates/cancel", csrfToken),
    hiddenForm(RESUME_FORM, "/updates/resume", csrfToken),
    ...prepareForms(csrfToken),
    html`
      <header>
        <h1>Updates</h1>
        <p class="soft">An update changes Alga and its services, not this machine and not Kubernetes.</p>
      </header>
    `,
  ];
}

/** The changing parts of the page: what goes on or what there is, what is new, what was. */
export function updatesParts(view: UpdateView, nowMs: number, agentPart?: Content): VNode[] {
  const { state, mayCancel } = view.operation;
  const isBusy = state.status === "running";
  const asOf = new Date(nowMs).toISOString();
  return liveParts([
    ...operationParts(view.operation, nowMs, LINKS),
    isBusy && goalPart(view),
    isBusy && mayCancel && html`
      <p class="acts"><button class="quiet" form="${CANCEL_FORM}">Stop the update</button></p>
    `,
    state.status === "blocked" && html`
      <div class="panel">
        <h2>The update waits for you</h2>
        <p>${view.waitsForWindow
          ? "The maintenance window is closed. It goes on by itself when that opens, or now, if you accept that."
          : "Its check found something. Nothing was changed."}</p>
        <div class="acts"><a class="button" href="/updates/findings">See what was found</a></div>
      </div>
    `,
    heldPart(view),
    leftPart(view),
    isBusy ? null : newsPart(view, asOf),
    preparePart(view, asOf),
    trustPart(view),
    notesPart(view),
    rulesPart(view),
    historyPart(view.history, asOf),
    agentPart ?? null,
  ]);
}

/** What an update that failed could not let go yet: nobody has to do anything for that. */
function heldPart({ operation }: UpdateView): Content {
  const held = heldSentence(operation);
  return held === undefined ? null : html`
    <p class="warn">${mark("warn")} ${visible(held)}</p>
  `;
}

/** An update that was stopped, or releases that were left paused: either goes on by one button. */
function leftPart({ operation, paused, history: [newest], isBetween }: UpdateView): Content {
  const { state } = operation;
  if (state.status === "running" || state.status === "failed" || isBetween) return null;
  const by = stoppedBy(operation);
  if (by === undefined && paused === undefined) return null;
  return html`
    <div class="panel">
      <h2>${by !== undefined ? "An update was stopped" : "Releases are paused"}</h2>
      ${by === undefined ? null : html`
        <p>${visible(by)} stopped ${newest === undefined
          ? "it"
          : `the update to ${visible(newest.to)}`}. It goes on where it stood, after its checks.</p>
      `} ${paused === undefined ? null : html`
        <p>The installer leaves as they are: ${visible(paused.join(", "))}. ${by !== undefined
          ? "The update lets them go."
          : "An update that was interrupted left them so, or somebody did on purpose: see why first."}</p>
      `}
      <div class="acts">
        <button class="quiet" form="${RESUME_FORM}">${by !== undefined
          ? "Go on with the update"
          : "Let them go on"}</button>
      </div>
    </div>
  `;
}

/** While an update is a step of a longer way: where that leads. */
function goalPart({ history: [newest] }: UpdateView): Content {
  return newest?.goal === undefined ? null : html`
    <p>On the way to ${visible(newest.goal.version)}: the next update begins when this one is done.</p>
  `;
}

/** Where one step does not lead to the target: over what it goes, or why there is no way. */
function wayPart(view: UpdateView): Content {
  if (view.wayProblem !== undefined) {
    return html`
      <p>One step does not lead there, and ${visible(view.wayProblem)}.</p>
    `;
  }
  return view.way === undefined ? null : html`
    <p>One step does not lead there. It goes ${visible(wayText(view))}: ${view.way
      .length} updates, one after the other.${view.wayWindow === undefined
      ? ""
      : ` ${visible(view.wayWindow)}.`}</p>
  `;
}

/** What it touches, and how long it took elsewhere. */
function touchesPart({ news: { target } }: UpdateView): Content {
  const sentences = touchesSentences(target ?? {});
  return sentences.length === 0 ? null : html`
    <p>${visible(sentences.join(" "))}</p>
  `;
}

/** The state that the tab shows. */
export function updatesTone({ operation: { state }, news }: UpdateView): Tone {
  if (state.status === "running") return "busy";
  if (state.status === "failed" || state.status === "blocked") return "bad";
  return news.answer === "update-available" ? "busy" : news.answer === "up-to-date" ? "good" : "idle";
}

/** Title of the page and of its first part. */
export function updatesTitle({ news, installed, rules }: UpdateView): string {
  switch (news.answer) {
    case "update-available":
      return `Release ${visible(news.target?.version ?? "")} is available`;
    case "up-to-date":
      return `Release ${visible(installed?.version ?? "")} is ${
        rules.override
          ? "what the testing override leads to"
          : rules.pin === undefined
          ? "the newest of its channel"
          : "the pinned one"
      }`;
    case "cannot-tell":
      return "It is not known whether there is an update";
    case "never":
      if (rules.override) return "The release of the testing override has not been looked for yet";
      return rules.pin === undefined
        ? "The channel has not been asked yet"
        : "The pinned release has not been looked for yet";
  }
}

const NEWS_TONE: Record<UpdateView["news"]["answer"], Tone> = {
  "update-available": "busy",
  "up-to-date": "good",
  "cannot-tell": "warn",
  never: "idle",
};

function newsPart(view: UpdateView, asOf: string): VNode {
  const { news, installed } = view;
  const tone = NEWS_TONE[news.answer];
  const isNew = news.answer === "update-available";
  return html`
    <header class="${`hero ${tone}`}">
      <h2>${mark(tone)}<span>${updatesTitle(view)}</span></h2>
      ${installed
        ? html`
          <p>You run ${visible(installed.version)} (${visible(installed.channel)}).${isNew
            ? " People cannot log in for some minutes of an update."
            : ""}</p>
        `
        : html`
          <p>It is not on record which release is installed.</p>
        `} ${news.problem === undefined ? null : html`
        <p>${visible(news.problem)}</p>
        <p><b>What to do:</b> ${news.refused ? `${visible(news.refused.remediation)}.` : WAY_TO_REGISTRY}</p>
      `} ${news.older === undefined ? null : html`
        <p>It is older than ${visible(news.older.version)}. Going back has to be asked for.</p>
      `} ${wayPart(view)} ${isNew ? touchesPart(view) : null}
      <div class="acts">
        ${isNew
          ? html`
            <a class="button big" href="/updates/plan">Look at the plan</a>
          `
          : null}<button class="quiet" form="${LOOK_FORM}">Ask now</button>
      </div>
      <p class="soft">${news.answeredAt === undefined ? "It has not answered yet." : html`
        <span>Answered ${moment(news.answeredAt, asOf)}. It is asked every few hours.</span>
      `}</p>
    </header>
  `;
}

const STATUS = html`
  <a href="/">status page</a>
`;
const RULES = html`
  <a href="/updates/channel">Channel and maintenance</a>
`;
const WAY_TO_REGISTRY = html`
  <span>See on the ${STATUS} whether the registry can be reached, and under ${RULES} whether a release is
    followed that is not there; then ask again.</span>
`;

const TRUST: Record<Verdict, { tone: Tone; title: string }> = {
  signed: { tone: "good", title: "The release is signed" },
  unsigned: { tone: "warn", title: "The release has no signature that could be checked" },
  stripped: { tone: "bad", title: "The release has lost its signature" },
  refused: { tone: "bad", title: "The release is not believed" },
  unknown: { tone: "warn", title: "It is not known whether the release is signed" },
};

/** Whether what the channel leads to is believed. */
function trustPart({ news }: UpdateView): Content {
  const trust = news.refused ?? news.trust;
  if (!trust) return null;
  const { tone, title } = TRUST[trust.verdict];
  const policy = trust.policy === "require" ? "refused" : "shown, and may be installed";
  return html`
    <div class="panel">
      <h2>Signature</h2>
      <ul class="rows">
        <li class="${tone}">
          ${mark(tone)}<h3>${title}</h3>
          <p>Found: ${visible(trust.found)}.${trust.remediation === "" || news.refused
            ? ""
            : ` What to do: ${visible(trust.remediation)}.`}</p>
        </li>
        ${trust.keyProblems.map((it) =>
          html`
            <li class="warn">
              ${mark("warn")}<h3>A key of this site does not count</h3>
              <p>${visible(it)}.</p>
            </li>
          `
        )}
      </ul>
      <p class="soft">
        Releases without a signature are ${policy}: one of the <a href="/settings">settings</a>.
      </p>
    </div>
  `;
}

function notesPart({ news: { target } }: UpdateView): Content {
  if (target?.notes === undefined) return null;
  return html`
    <div class="panel">
      <h2>What is new in ${visible(target.version)}</h2>
      <pre class="notes">${visible(target.notes)}</pre>
    </div>
  `;
}

const RESULT: Record<UpdateAttempt["result"], { tone: Tone; word: string }> = {
  running: { tone: "busy", word: "under way" },
  checked: { tone: "idle", word: "checked only" },
  blocked: { tone: "warn", word: "stopped by its check" },
  failed: { tone: "bad", word: "failed" },
  cancelled: { tone: "idle", word: "stopped" },
  done: { tone: "good", word: "done" },
};

function historyPart(history: readonly UpdateAttempt[], asOf: string): VNode {
  return html`
    <div class="panel">
      <h2>History</h2>
      ${history.length === 0
        ? html`
          <p class="soft">There was no update yet.</p>
        `
        : html`
          <ul class="rows">${history.slice(0, MOST_SHOWN).map((it) => attemptRow(it, asOf))}</ul>
          ${leftOut(
            history.length - MOST_SHOWN,
            html`
              <code>sudo alga-agent update history</code>
            `,
          )}
        `}
    </div>
  `;
}

function attemptRow(it: UpdateAttempt, asOf: string): VNode {
  const { tone, word } = RESULT[it.result];
  const took = it.finishedAt === undefined
    ? ""
    : ` in ${duration(Date.parse(it.finishedAt) - Date.parse(it.at))}`;
  return html`
    <li class="${tone}">
      ${mark(tone)}<h3>${visible(it.from)} → ${visible(
        it.to,
      )}</h3><span class="tag">${word}${it.result === "done" ? took : ""}</span>
      <p>${moment(it.at, asOf)} by ${visible(it.by)}.${it.source === undefined
        ? ""
        : ` From ${visible(it.source)}.`}${it.allowDowngrade
        ? " Going back was asked for."
        : ""}${it.goal === undefined
        ? ""
        : ` On the way to ${visible(it.goal.version)}.`}${it.problem === undefined
        ? ""
        : ` ${visible(it.problem)}`}${it.accepted.length === 0
        ? ""
        : ` Accepted: ${visible(acceptedText(it))}.`}</p>
    </li>
  `;
}

/** What is followed beside the channel, when updates begin, and what comes next by itself. */
function rulesPart(view: UpdateView): VNode {
  return html`
    <div class="panel">
      <h2>Channel and maintenance</h2>
      ${rulesSentences(view).map((it) =>
        html`
          <p>${visible(it)}</p>
        `
      )}
      <div class="acts"><a href="/updates/channel">Change channel, pin, window</a></div>
    </div>
  `;
}
