import { createHash } from "node:crypto";

/** The one stylesheet, and its address, which changes with its content so that browsers may keep it for ever. */
export interface Stylesheet {
  text: string;
  path: string;
}

/** Reads the stylesheet that stands beside this module, in the source tree and in the bundle alike. */
export function readStylesheet(): Stylesheet {
  const text = Deno.readTextFileSync(new URL("./style.css", import.meta.url));
  return { text, path: `/style.${createHash("sha256").update(text).digest("hex").slice(0, 12)}.css` };
}
