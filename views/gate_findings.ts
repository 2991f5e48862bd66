import { type PreflightReport, standsInTheWay } from "../agent/preflight/check.ts";
import { checkRow, unacceptedSummary } from "./check_row.ts";
import { button } from "./form_button.ts";
import { html } from "./html.ts";
import { csrfField, mark, type Page } from "./layout.ts";

/** Whose gate is closed, and where its forms go. */
export interface FindingsOf {
  /** Address below which "recheck" and "accept" are ("/settings"). */
  base: string;
  /** The other way out. */
  other: { href: string; label: string };
  /** What to do, with and without the choice to accept. */
  words: { mayAccept: string; mustFix: string };
  /** On the button that accepts. */
  accept: string;
}

/** A check closed the gate: fix it, or accept what may be accepted. */
export function findingsPage(
  { base, other, words, accept }: FindingsOf,
  report: PreflightReport,
  csrfToken: string,
  { missing, ticked }: { missing: readonly string[]; ticked: readonly string[] } = {
    missing: [],
    ticked: [],
  },
): Page {
  const bad = report.results.filter(standsInTheWay);
  const mayAccept = bad.every((it) => it.overridable);
  const title = "The check found something. Nothing was changed.";
  const open = bad.filter((it) => missing.includes(it.id));
  return {
    title: open.length > 0 ? `Error: ${title}` : title,
    narrow: true,
    body: [
      unacceptedSummary(open),
      html`
        <header class="hero bad">
          <h1>${mark("bad")}<span>${title}</span></h1>
          <p>${mayAccept ? words.mayAccept : words.mustFix}</p>
          <div class="acts">${button(`${base}/recheck`, "Check again", csrfToken)}<a href="${other
            .href}">${other.label}</a></div>
        </header>
      `,
      html`
        <section class="panel">
          <h2>What was found</h2>
          <form method="post" action="${`${base}/accept`}">
            ${csrfField(csrfToken)}
            <ul class="rows">${bad.map((it) =>
              checkRow(it, mayAccept, { isTicked: ticked.includes(it.id), isFocused: it === open[0] })
            )}</ul>
            ${mayAccept && html`
              <div class="acts"><button>${accept}</button></div>
            `}
          </form>
        </section>
      `,
    ],
  };
}
