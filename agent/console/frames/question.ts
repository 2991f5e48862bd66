import { fieldOf, GROUPS } from "../../setup/inputs/fields.ts";
import type { Origin } from "../../setup/inputs/schema.ts";
import { wrap } from "../cells.ts";
import type { Model, Question } from "../model.ts";
import type { Body, Room } from "./body.ts";

/** Where a value comes from, in words of terminals. */
export const ORIGIN_TEXT: Record<Origin, string> = {
  dhcp: "from DHCP",
  default: "the default",
  you: "yours",
};

/** One question of setup, in the words of the list of fields. */
export function questionBody(
  { typed }: Model,
  view: Question,
  { columns, cells }: Room,
): Body {
  const field = fieldOf(view.field);
  const asked = typed?.asked ?? [];
  const lines: string[] = [];
  const add = (text: string, hang = 0) =>
    lines.push(...wrap(cells(text), columns - 2, hang).map((it) => `  ${it}`.trimEnd()));
  add(`Set up this appliance   ${GROUPS[field.group]}   ${asked.indexOf(view.field) + 1} of ${asked.length}`);
  add("");
  add(view.first === undefined ? field.label : `${field.label}, once more`);
  if (field.help !== "") add(field.help);
  for (const [i, it] of (field.choices ?? []).entries()) {
    const mark = it.value === view.text ? "(*)" : "( )";
    add(`${mark} ${i + 1}  ${it.label}${it.help === "" ? "" : `. ${it.help}`}`, 7);
  }
  add("");
  const row = lines.length;
  const room = columns - 8;
  // The end is what is typed at.
  const shown = field.secret === "value" ? "" : cells(view.text).slice(-room);
  lines.push(`  > ${shown}`);
  add("");
  if (view.error !== undefined) add(`! ${view.error}`, 2);
  else add(hint(view, typed));
  lines.push("");
  add("Nothing changes before you have checked your answers. What you have typed is kept by the agent.");
  return {
    lines,
    keys: ["Enter Next", "Up Back", "Ctrl-U Clear", "Esc Leave, answers are kept"],
    cursor: { column: 4 + shown.length, row },
  };
}

function hint(view: Question, typed: Model["typed"]): string {
  const { secret, choices } = fieldOf(view.field);
  if (secret === "value") {
    const kept = typed?.hasPassword && view.first === undefined
      ? " Enter alone keeps the one that is there."
      : "";
    return `What you type is not shown.${kept}`;
  }
  if (choices) return "Press a number to choose.";
  const origin = typed?.origins[view.field];
  return origin === undefined || view.isTouched ? "" : `This value is ${ORIGIN_TEXT[origin]}.`;
}
