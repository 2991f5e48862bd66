import type { VNode } from "preact";
import { type Content, html } from "./html.ts";

/** Said below a list that shows only its first: how many more there are, and where; nothing where it shows all. */
export function leftOut(more: number, where: Content): VNode | null {
  return more <= 0 ? null : html`
    <p class="soft">And ${more} more: ${where}</p>
  `;
}

/** Where lists are whole that Kubernetes may make longer than a page is. */
export const ALL_IN_KUBERNETES = "a support bundle has them all";
