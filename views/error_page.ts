import { html, visible } from "./html.ts";
import type { Page } from "./layout.ts";

/** What went wrong with a request, and the way back. */
export function errorPage(title: string, detail: string, requestId: string): Page {
  return {
    title,
    narrow: true,
    body: html`
      <section class="panel error-page">
        <header><h1>${visible(title)}</h1></header>
        <p>${visible(detail)}</p>
        <p class="page-links"><a href="/">Status</a><a href="/setup">Set up</a><a href="/settings">Settings</a></p>
        <p class="soft">Number of this answer: <samp>${requestId}</samp></p>
      </section>
    `,
  };
}
