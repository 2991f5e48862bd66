import { wrap } from "../cells.ts";
import { LOG_SOURCES, type Model, type View } from "../model.ts";
import { type Body, type Room, scrolled } from "./body.ts";

/** Where logs are, and the newest lines of one unit. */
export function logsBody(
  { logs }: Model,
  { source, offset }: Extract<View, { name: "logs" }>,
  { columns, rows, cells }: Room,
): Body {
  const head = [`  journalctl -u ${source}   (newest below; files: /var/log/alga-appliance)`, ""];
  const texts = logs.length === 0 ? ["No lines of the last quarter of an hour."] : logs;
  const lines = texts.flatMap((it) => wrap(cells(it), columns - 2, 9)).map((it) => `  ${it}`);
  const room = rows - head.length;
  // Counted from the end: what is newest is what one came for.
  const part = scrolled(lines, lines.length - room - offset, room);
  const others = LOG_SOURCES.map((it, i) => `${i + 1} ${it.replace("@*", "")}`);
  return { lines: [...head, ...part.lines], keys: ["Esc Back", ...others, "5 Read again", ...part.keys] };
}
