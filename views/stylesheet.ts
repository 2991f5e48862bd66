import { createHash } from "node:crypto";
import { besideModule } from "../agent/beside_module.ts";

/** The one stylesheet, and its address, which changes with its content so that browsers may keep it for ever. */
export interface Stylesheet {
  text: string;
  path: string;
}

/** Reads the stylesheet that stands beside this module, in the source tree and in the bundle alike. */
export function readStylesheet(): Stylesheet {
  const text = served(Deno.readTextFileSync(besideModule("style.css", import.meta.url)));
  return { text, path: `/style.${createHash("sha256").update(text).digest("hex").slice(0, 12)}.css` };
}

/** Without what is for those who write it: comments, indentation and empty lines. */
function served(css: string): string {
  const [first = "", ...rest] = css.split("/*");
  const bare = first + rest.map((it) => it.slice(it.indexOf("*/") + 2)).join("");
  return bare.split("\n").map((it) => it.trim()).filter((it) => it !== "").join("\n");
}
