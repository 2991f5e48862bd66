import type { VNode } from "preact";
import type { Progress } from "../agent/operation/step.ts";
import type { UpdateView } from "../agent/update/update_service.ts";
import { progressText } from "../agent/text/progress_text.ts";
import { type Content, html, visible } from "./html.ts";
import { clockTime, mark, moment, sentence } from "./layout.ts";
import { hiddenForm, runningStep } from "./operation_parts.ts";

const FORMS = { start: "prepare-start", retry: "prepare-retry", cancel: "prepare-cancel" } as const;

/** What the buttons of the part send. */
export function prepareForms(csrfToken: string): VNode[] {
  return Object.entries(FORMS).map(([action, id]) =>
    hiddenForm(id, action === "start" ? "/updates/prepare" : `/updates/prepare/${action}`, csrfToken)
  );
}

/** Fetching the images of an update beforehand: how far it is, or the way to begin. Nothing where there is no update. */
export function preparePart({ prepare, news, operation }: UpdateView, asOf: string): Content {
  const isUseful = news.answer === "update-available" && operation.state.status !== "running";
  const { status } = prepare.state;
  if (!isUseful && status !== "running") return null;
  return html`
    <div class="panel">
      <h2>Images beforehand</h2>
      ${nowPart({ prepare, news }, asOf)}
    </div>
  `;
}

function nowPart({ prepare, news }: Pick<UpdateView, "prepare" | "news">, asOf: string): Content {
  const { state, steps, inputs } = prepare;
  const of = typeof inputs["to"] === "string" ? inputs["to"] : "";
  const isOther = of !== (news.target?.version ?? "");
  const begin = html`
    <p class="acts"><button class="quiet" form="${FORMS.start}">Fetch the images now</button></p>
  `;
  switch (state.status) {
    case "running": {
      const step = runningStep(steps)?.row;
      return html`
        <p class="busy" role="status">${mark("busy")} ${visible(state.message)}</p>
        ${step?.progress && html`
          <p>${countText(step.progress)}${step.progressAt === undefined ? "" : html`
            <span class="soft"> · last came on ${moment(step.progressAt, asOf)}</span>
          `}</p>
        `}
        <p class="soft">You can close this page; it goes on. Nothing that runs changes.</p>
        ${prepare.mayCancel && html`
          <p class="acts"><button class="quiet" form="${FORMS.cancel}">Stop fetching</button></p>
        `}
      `;
    }
    case "blocked":
      return html`
        <p class="warn">${mark("warn")} Its check found something. Nothing was fetched.</p>
        <p class="acts"><a class="button" href="/updates/prepare/findings">See what was found</a></p>
      `;
    case "failed": {
      const { failure, nextAttemptAt } = state;
      return html`
        <p class="bad">${mark("bad")} ${visible(failure.message)}.</p>
        <p><b>What to do:</b> ${sentence(failure.suggestedNextStep)}</p>
        ${nextAttemptAt === undefined ? null : html`
          <p>It is tried again by itself at ${clockTime(nextAttemptAt)} UTC.</p>
        `}
        <p class="acts">
          <button class="quiet" form="${FORMS.retry}">Try again now</button>
          <button class="quiet" form="${FORMS
            .cancel}">Stop fetching</button>
        </p>
      `;
    }
    case "done":
      return isOther ? begin : html`
        <p class="good">${mark("good")} The images of ${visible(of)} are on this machine, fetched ${moment(
          state.finishedAt,
          asOf,
        )}.</p>
      `;
    default:
      return html`
        <p>Fetched beforehand, the images make the update itself short. Nothing that runs changes by that.</p>
        ${begin}
      `;
  }
}

function countText(progress: Progress): string {
  return `${progressText(progress)} are on this machine`;
}
