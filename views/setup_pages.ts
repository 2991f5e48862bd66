import type { Answer } from "../agent/setup/setup_state.ts";
import { html, visible } from "./html.ts";
import { csrfField, type Page } from "./layout.ts";

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
