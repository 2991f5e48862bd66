import type { VNode } from "preact";
import type { HelpPage, ShownMeans, ShownStep } from "../agent/causes/help/mod.ts";
import type { Blocker } from "../agent/explain/blocker.ts";
import { utcMinute } from "../agent/text/utc_time.ts";
import { supportTextPath } from "./help_link.ts";
import { type Content, html, visible } from "./html.ts";
import type { Page } from "./layout.ts";

/** The cause as it was found on this appliance, with its text for Alga support. */
export interface FoundHere {
  blocker: Pick<Blocker, "id" | "component" | "title" | "reason" | "since">;
  text: string;
}

/**
 * What one cause means and what to do; `here`: where it was found just now, for who may know. `isKept`: it is of a bundle, where
 * the pages of the appliance are named and not led to.
 */
export function helpPage(help: HelpPage, here: readonly FoundHere[], { isKept = false } = {}): Page {
  const stepRow = ({ text, means }: ShownStep) =>
    html`
      <li><p>${visible(text)}</p>${isKept && means.kind === "pages" && !means.pages.every(isInBundle)
        ? pageNames(means.pages)
        : meansParts(means)}</li>
    `;
  return {
    title: help.title,
    narrow: true,
    body: [
      html`
        <header>
          <h1>${help.title}</h1>
          <p class="soft"><samp>${help.id}</samp> · <a href="/help">All causes</a></p>
        </header>
      `,
      ...here.map(foundPanel),
      html`
        <article class="panel">
          <h2>What it means</h2>
          <p>${visible(help.meaning)}</p>
          <h2>How to see that it is so</h2>
          <ul class="steps">${help.signs.map(stepRow)}</ul>
          <h2>What to do, in this order</h2>
          <ol class="steps">${help.steps.map(stepRow)}</ol>
          <h2>What not to do</h2>
          <ul class="steps">${help.never.map((it) =>
            html`
              <li><p>${visible(it)}</p></li>
            `
          )}</ul>
        </article>
      `,
      html`
        <section class="panel">
          <dl class="facts">
            <dt>Who can do it</dt>
            <dd>${help.who}</dd>
            <dt>Trying again</dt>
            <dd>${help.retry}</dd>
            <dt>Your data</dt>
            <dd>${help.data}</dd>
            <dt>On the command line</dt>
            <dd><code>alga-agent help ${help.id}</code></dd>
          </dl>
        </section>
      `,
    ],
  };
}

function foundPanel({ blocker, text }: FoundHere): VNode {
  return html`
    <section class="panel">
      <h2>Found on this appliance</h2>
      <p><b>${visible(blocker.title)}</b></p>
      <p>${visible(blocker.reason)} Since ${utcMinute(blocker.since)}.</p>
      <details>
        <summary>Copy for Alga support</summary>
        <textarea class="copy" readonly rows="14" aria-label="Text for Alga support">${visible(
          text,
        )}</textarea>
        <p><a href="${supportTextPath(blocker)}">The same as plain text</a></p>
      </details>
    </section>
  `;
}

/** Help and the status are in a bundle as well. */
function isInBundle({ path }: { path: string }): boolean {
  return path === "/" || path.startsWith("/help/");
}

function pageNames(pages: readonly { title: string; path: string }[]): VNode {
  return html`
    <p class="soft">On the appliance: ${pages.map(({ title, path }) => `${title} (${path})`).join(", ")}</p>
  `;
}

function meansParts(means: ShownMeans): Content {
  switch (means.kind) {
    case "commands":
      return means.commands.map(command);
    case "pages":
      return html`
        <p class="page-links">${means.pages.map(({ path, title }) =>
          html`
            <a href="${path}">${title}</a>
          `
        )}</p>
      `;
    case "ask":
      return means.commands.length === 0
        ? [
          html`
            <p class="soft">Send to ${means.whom}:</p>
          `,
          html`
            <blockquote class="copy">${visible(means.send)}</blockquote>
          `,
        ]
        : [
          html`
            <p class="soft">Send to ${means.whom} what this prints:</p>
          `,
          means.commands.map(command),
        ];
    case "words":
      return html`
        <p class="soft">${means.text}</p>
      `;
  }
}

/** One click takes all of it. */
function command(text: string): VNode {
  return html`
    <pre class="copy"><code>${visible(text)}</code></pre>
  `;
}
