import type { VNode } from "preact";
import { html } from "./html.ts";
import { mark } from "./layout.ts";

/** What takes the place of a live page when its reader is signed out while it is open. */
export function signedOutSection(path: string): VNode {
  return html`
    <section class="live over" slot="p0">
      <header class="hero idle">
        <h1>${mark("idle")}<span>You are signed out</span></h1>
        <p class="soft">This page no longer follows. <a href="${`/login?next=${
          encodeURIComponent(path)
        }`}">Sign in again</a> to go on.</p>
      </header>
    </section>
  `;
}

/** What takes the place of a live page's headline when the agent stops. */
export function restartingSection(path: string): VNode {
  return html`
    <section class="live" slot="p0">
      <header class="hero idle">
        <h1>${mark("idle")}<span>The agent is restarting</span></h1>
        <p class="soft">
          What stands below is as it was. This page loads again by itself; if it does not, <a
            href="${path}"
          >load it again</a> in a moment.
        </p>
      </header>
    </section>
  `;
}

/**
 * Shows itself some time after it has come, unless the next one came meanwhile: the sign of a page that nothing reaches any more,
 * without script.
 */
export function staleNotice(path: string): VNode {
  return html`
    <p class="stale">
      <b>This page is no longer live.</b> Nothing has come from the agent for half a minute. <a
        href="${path}"
      >Load it again</a>
    </p>
  `;
}

/** Loads the page at `url` after the stream has ended. */
export function reload(url: string, afterSec: number): VNode {
  return html`
    <meta http-equiv="refresh" content="${`${afterSec}; url=${url}`}" />
  `;
}
