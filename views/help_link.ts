import type { VNode } from "preact";
import type { Blocker } from "../agent/explain/blocker.ts";
import { html } from "./html.ts";

type Found = Pick<Blocker, "id" | "component">;

/** The page that tells what a cause means; `component`: where it was found, so that commands name it. */
export function helpPath({ id, component }: Found): string {
  return `/help/${encodeURIComponent(id)}${at(component)}`;
}

/** One finding as a text for Alga support. */
export function supportTextPath({ id, component }: Found): string {
  return `/findings/${encodeURIComponent(id)}.txt${at(component)}`;
}

/** What a finding leads to besides its own action. */
export function helpLinks(found: Found): VNode {
  return html`
    <p class="page-links">
      <a href="${helpPath(found)}">What this means and what to do</a><a
        href="${supportTextPath(found)}"
      >Copy for Alga support</a>
    </p>
  `;
}

function at(component: string): string {
  return component === "" ? "" : `?at=${encodeURIComponent(component)}`;
}
