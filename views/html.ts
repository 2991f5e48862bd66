import htm from "htm";
import { h, type VNode } from "preact";
import { render } from "preact-render-to-string";
import { withHiddenShown } from "../agent/text/hidden_characters.ts";

/** What a template may hold. */
export type Content = VNode | string | number | boolean | null | undefined | readonly Content[];

/** htm's types lack `bind`; this is the tag as it is. One root per template. */
export const html = (htm as unknown as {
  bind(create: typeof h): (strings: TemplateStringsArray, ...values: unknown[]) => VNode;
}).bind(h);

/** Outside text with what is not seen made visible, so that a log line cannot rearrange a page. */
export const visible = withHiddenShown;

/** A fragment of a page as text. */
export function renderPart(node: VNode): string {
  return render(node);
}
