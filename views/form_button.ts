import type { VNode } from "preact";
import { html } from "./html.ts";
import { csrfField } from "./layout.ts";

/** A button that sends a form of its own; `fields` go with it. */
export function button(
  action: string,
  label: string,
  csrfToken: string,
  kind = "",
  fields: Readonly<Record<string, string>> = {},
): VNode {
  return html`
    <form method="post" action="${action}">
      ${csrfField(csrfToken)}${Object.entries(fields).map(([name, value]) =>
        html`
          <input type="hidden" name="${name}" value="${value}" />
        `
      )}<button class="${kind}">${label}</button>
    </form>
  `;
}
