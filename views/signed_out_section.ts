import type { VNode } from "preact";
import { html } from "./html.ts";
import { mark } from "./layout.ts";

/** What takes the place of a live page's newest section when its reader is signed out while it is open. */
export function signedOutSection(path: string): VNode {
  return html`
    <section class="live over">
      <header class="hero idle">
        <h1>${mark("idle")}<span>You are signed out</span></h1>
        <p class="soft">This page no longer follows. <a href="${`/login?next=${
          encodeURIComponent(path)
        }`}">Sign in again</a> to go on.</p>
      </header>
    </section>
  `;
}
