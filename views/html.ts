import htm from "htm";
import { h, type VNode } from "preact";
import { render } from "preact-render-to-string";

/** What a template may hold. */
export type Content = VNode | string | number | boolean | null | undefined | readonly Content[];

/** htm's types lack `bind`; this is the tag as it is. One root per template. */
export const html = (htm as unknown as {
  bind(create: typeof h): (strings: TemplateStringsArray, ...values: unknown[]) => VNode;
}).bind(h);

/** Controls and direction marks of outside text become visible, so that a log line cannot rearrange a page. */
export function visible(text: string): string {
  return text.replaceAll(
    // deno-lint-ignore no-control-regex -- these are the characters that are made visible
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (it) => `\\u${it.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** A fragment of a page as text. */
export function renderPart(node: VNode): string {
  return render(node);
}
