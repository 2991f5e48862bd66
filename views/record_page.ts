import type { RecordDamage } from "../agent/setup/setup_record.ts";
import { html, visible } from "./html.ts";
import { csrfField, mark, type Page, sentence } from "./layout.ts";

/** The record of this appliance is damaged: what is known, and the two ways on. */
export function recordPage({ problem, facts, mayOpen, wayOn }: RecordDamage, csrfToken: string): Page {
  return {
    title: "The record of this appliance is damaged",
    narrow: true,
    body: [
      html`
        <header class="hero bad">
          <h1>${mark("bad")}<span>The record of this appliance is damaged</span></h1>
          <p>${visible(
            sentence(problem),
          )} Setup stays closed until you decide. Alga itself is not touched.</p>
        </header>
      `,
      html`
        <section class="panel">
          <h2>What is known</h2>
          <dl class="answers">${facts.map((it) =>
            html`
              <div>
                <dt>${it.label}</dt>
                <dd>${visible(it.value)}</dd>
              </div>
            `
          )}</dl>
          <form method="post" action="/setup/record">
            ${csrfField(csrfToken)}
            <div class="acts">
              <button class="big" name="decision" value="keep">Keep the installation as it is</button>
              ${mayOpen && html`
                <button class="quiet" name="decision" value="open">Open setup again</button>
              `}
            </div>
          </form>
          ${wayOn && html`
            <p>${sentence(wayOn)}</p>
          `}
          <p class="soft">${mayOpen
            ? "Open setup again only if Alga was never used on this machine: new answers make a new company."
            : "Setup cannot be opened again while the cluster holds an installation or cannot be asked."}</p>
          <p class="soft">In doubt, ask Alga support before you decide.</p>
        </section>
      `,
    ],
  };
}
