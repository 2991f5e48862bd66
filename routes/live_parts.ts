import type { VNode } from "preact";
import type { Clock } from "../agent/clock.ts";
import { renderPart } from "../views/html.ts";

/** One changing part as of now. */
export interface Part {
  bytes: Uint8Array;
  /** The same one = nothing that has to be sent again. @see liveParts */
  key: unknown;
}

/** The changing parts of a page as of now, in their order. */
export type Parts = () => readonly Part[];

/**
 * The changing parts, made once per state and second, however many pages are open: 200 pages would else render the same thing
 * 200 times on each change. `state` gives another object after each change.
 */
export function sharedParts(
  clock: Clock,
  state: () => object,
  render: (nowMs: number) => readonly VNode[],
): Parts {
  const encoder = new TextEncoder();
  let made: { of: object; second: number; parts: Part[] } | undefined;
  return () => {
    const [of, nowMs] = [state(), clock.nowMs()];
    const second = Math.floor(nowMs / 1000);
    if (made?.of !== of || made.second !== second) {
      const before = made?.parts;
      const parts = render(nowMs).map((it, i) => {
        const [bytes, known] = [encoder.encode(renderPart(it)), before?.[i]];
        if (known && isEqual(known.bytes, bytes)) return known;
        return { bytes, key: it.key ?? bytes };
      });
      made = { of, second, parts };
    }
    return made.parts;
  };
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((it, i) => it === b[i]);
}
