import { LINK_FIELDS } from "../../network/link_fields.ts";
import { TRIAL_MS } from "../../operation/trial_ms.ts";
import { wrap } from "../cells.ts";
import type { LinkView, Model } from "../model.ts";
import { linkChoices, linkErrorLine, linkFieldText, linkRows } from "../press_link.ts";
import type { Body, Room } from "./body.ts";

const LABEL_COLUMNS = 16;

/** The form that changes a link: the fields of the page, and what sends it in the last row. */
export function linkBody(model: Model, view: LinkView, { columns, cells }: Room): Body {
  const rows = linkRows(view);
  const field = rows[view.row];
  const lines = ["  Change a link", ""];
  const mark = (isHere: boolean) => isHere ? "> " : "  ";
  let cursor: Body["cursor"];
  for (const it of rows) {
    const label = `${mark(it === field)}${LINK_FIELDS[it].label.padEnd(LABEL_COLUMNS)}`;
    // The end is what is typed at.
    const shown = cells(linkFieldText(model, view, it)).slice(-(columns - label.length - 2));
    if (it === field) cursor = { column: label.length + shown.length, row: lines.length };
    lines.push(label + shown);
  }
  const add = (text: string) => lines.push(...wrap(cells(text), columns - 2, 2).map((it) => `  ${it}`));
  const last = `${mark(field === undefined)}Try it for ${TRIAL_MS / 1000} seconds`;
  if (field === undefined) cursor = { column: last.length, row: lines.length + 1 };
  lines.push("", last, "");
  for (const it of view.errors) add(linkErrorLine(it));
  const help = field === undefined ? "" : LINK_FIELDS[field].help;
  if (model.notice !== "" || help !== "") add(model.notice || help);
  lines.push("");
  add("Unless somebody keeps them in time, the old settings come back by themselves.");
  const keys = field === undefined
    ? ["Enter Try it"]
    : linkChoices(model, field) !== undefined
    ? ["Space Another one", "Enter Next"]
    : ["Enter Next", "Ctrl-U Clear"];
  return { lines, keys: [...keys, "Up/Down Choose", "Esc Leave"], ...cursor === undefined ? {} : { cursor } };
}
