import type { VNode } from "preact";
import type { AgentAttempt } from "../agent/self_update/history.ts";
import type { AgentUpdateView } from "../agent/self_update/agent_update_service.ts";
import { type Content, html, visible } from "./html.ts";
import { duration, mark, moment, sentence, type Tone } from "./layout.ts";
import { leftOut } from "./left_out.ts";
import { hiddenForm, runningStep } from "./operation_parts.ts";

const FORMS = { apply: "agent-apply", retry: "agent-retry", cancel: "agent-cancel" } as const;
/** Attempts that the page shows; the command and the API have them all. */
const MOST_SHOWN = 5;

/** What the buttons of the part send. */
export function agentUpdateForms(csrfToken: string): VNode[] {
  return Object.entries(FORMS).map(([action, id]) => hiddenForm(id, `/updates/agent/${action}`, csrfToken));
}

/** Updates of the agent itself: which one runs, what goes on, what there is, what was. */
export function agentUpdatePart(view: AgentUpdateView, nowMs: number): VNode {
  const { version, history } = view;
  const asOf = new Date(nowMs).toISOString();
  return html`
    <div class="panel">
      <h2>The agent itself</h2>
      <p>These pages come from agent ${visible(version)}.</p>
      ${nowPart(view)} ${history.length === 0 ? null : html`
        <ul class="rows">${history.slice(0, MOST_SHOWN).map((it) => attemptRow(it, asOf))}</ul>
        ${leftOut(
          history.length - MOST_SHOWN,
          html`
            <code>sudo alga-agent update agent</code>
          `,
        )}
      `}
    </div>
  `;
}

function nowPart({ operation, offered }: AgentUpdateView): Content {
  const { state, steps, mayCancel } = operation;
  if (state.status === "running") {
    return html`
      <p class="busy" role="status">${mark("busy")} ${runningStep(steps)?.row.title ??
        "It is being updated"}: ${visible(
          state.message,
        )}</p>
      ${mayCancel
        ? html`
          <p class="acts"><button class="quiet" form="${FORMS
            .cancel}">Stop the update of the agent</button></p>
        `
        : null}
    `;
  }
  const failed = state.status === "failed" ? state.failure : undefined;
  return html`
    <div>
      ${failed && html`
        <p class="bad">${mark("bad")} ${visible(failed.message)}.</p>
        <p><b>What to do:</b> ${sentence(failed.suggestedNextStep)}</p>
      `} ${offered
        ? html`
          <p>
            Release ${visible(offered.release)} brings agent ${visible(
              offered.version,
            )}. These pages are away for some seconds while it restarts; Alga
            goes on. If the new agent does not answer, this one comes back by itself.
          </p>
        `
        : html`
          <p class="soft">No newer agent is known.</p>
        `}
      <p class="acts">
        ${failed && html`
          <button class="quiet" form="${FORMS.retry}">Try again</button>
        `}${offered && html`
          <button form="${FORMS.apply}">Update the agent</button>
        `}
      </p>
    </div>
  `;
}

const RESULT: Record<AgentAttempt["result"], { tone: Tone; word: string }> = {
  running: { tone: "busy", word: "under way" },
  failed: { tone: "bad", word: "failed" },
  cancelled: { tone: "idle", word: "stopped" },
  done: { tone: "good", word: "done" },
};

function attemptRow(it: AgentAttempt, asOf: string): VNode {
  const { tone, word } = RESULT[it.result];
  const took = it.finishedAt === undefined || it.result !== "done"
    ? ""
    : ` in ${duration(Date.parse(it.finishedAt) - Date.parse(it.at))}`;
  return html`
    <li class="${tone}">
      ${mark(tone)}<h3>Agent ${visible(it.from)} → ${visible(
        it.to,
      )}</h3><span class="tag">${word}${took}</span>
      <p>${moment(it.at, asOf)} by ${visible(it.by)}.${it.problem === undefined
        ? ""
        : ` ${visible(it.problem)}`}</p>
    </li>
  `;
}
