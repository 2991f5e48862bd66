import type { VNode } from "preact";
import { type Content, html } from "./html.ts";

/** Most parts that a live page has; the stylesheet knows as many. */
export const MAX_PARTS = 16;

/**
 * The changing parts of a live page, in reading order. A later section of the same place hides the one before, so a part that has
 * changed can be sent alone: what stands in the others, opened details too, stays as it is. Empty content keeps its place free.
 * Content with a `key` is sent again only when that changes: what else is in it is as of when it was sent, and says so.
 *
 * Throws where there are more parts than places: a browser shows nothing of what has none.
 */
export function liveParts(contents: readonly Content[]): VNode[] {
  if (contents.length > MAX_PARTS) {
    throw new RangeError(`A live page has ${MAX_PARTS} places, and was given ${contents.length} parts`);
  }
  return contents.map((content, i) =>
    html`
      <section class="live" slot="${`p${i}`}" key="${keyOf(content)}" ...${isEmpty(content)
        ? { hidden: true }
        : {}}>${content}</section>
    `
  );
}

/**
 * Puts the parts in their order wherever in the page they come, for eye, keyboard and screen reader alike. A browser without
 * declarative shadow roots shows them as they come.
 */
export const PLACES = `<template shadowrootmode="open"><slot></slot>${
  Array.from({ length: MAX_PARTS }, (_, i) => `<slot name="p${i}"></slot>`).join("")
}</template>`;

function keyOf(content: Content): unknown {
  return typeof content === "object" && content !== null && "key" in content ? content.key : undefined;
}

function isEmpty(content: Content): boolean {
  return content === null || content === undefined || content === false || content === "" ||
    (Array.isArray(content) && content.length === 0);
}
