import { fit, rowsOf, toCells } from "./cells.ts";
import { answersBody } from "./frames/answers.ts";
import type { Body } from "./frames/body.ts";
import { confirmBody } from "./frames/confirm.ts";
import { helpBody } from "./frames/help.ts";
import { homeBody } from "./frames/home.ts";
import { linkBody } from "./frames/link.ts";
import { logsBody } from "./frames/logs.ts";
import { networkBody } from "./frames/network.ts";
import { progressBody } from "./frames/progress.ts";
import { questionBody } from "./frames/question.ts";
import type { Model } from "./model.ts";

/** What stands on the screen: as many lines as it has rows, each one cell short of its width, and where the cursor is. */
export interface Frame {
  lines: readonly string[];
  cursor: { column: number; row: number };
}

/** Title and rule above, rule and two rows of keys below. */
const FIXED_ROWS = 5;
const KEY_ROWS = 2;

/** Draws a model. Pure; every character of every line is one cell. */
export function frameOf(model: Model): Frame {
  // The last column is left free: a character there leaves the cursor in a place on which terminals do not agree.
  const columns = model.columns - 1;
  const rows = model.rows - FIXED_ROWS;
  const cells = (text: string) => toCells(text, model.charset);
  const body = bodyOf(model, { columns, rows, cells });
  const shown = Array.from({ length: rows }, (_, i) => body.lines[i] ?? "");
  const keys = rowsOf(body.keys.map(cells), "   ", columns);
  const title = cells(`Alga appliance  ${model.document?.hostName ?? ""}`).trimEnd();
  const corner = cells(cornerText(model));
  const lines = [
    `${fit(title, columns - corner.length)}${corner}`,
    "-".repeat(columns),
    ...shown,
    "-".repeat(columns),
    ...Array.from({ length: KEY_ROWS }, (_, i) => keys[i] ?? ""),
  ].map((it) => fit(it, columns).trimEnd());
  const cursor = body.cursor === undefined
    ? { column: 0, row: model.rows - 1 }
    : { column: Math.min(body.cursor.column, columns - 1), row: body.cursor.row + 2 };
  return { lines, cursor };
}

/** What stands between the rules, with the keys that do something. */
export function bodyOf(model: Model, room: Parameters<typeof homeBody>[1]): Body {
  const { view } = model;
  switch (view.name) {
    case "home":
      return homeBody(model, room);
    case "question":
      return questionBody(model, view, room);
    case "answers":
      return answersBody(model, view, room);
    case "progress":
      return progressBody(model, view, room);
    case "network":
      return networkBody(model, view, room);
    case "link":
      return linkBody(model, view, room);
    case "logs":
      return logsBody(model, view, room);
    case "help":
      return helpBody(model, room);
    case "confirm":
      return confirmBody(view, room);
  }
}

/** Above every form, so that nobody types into one that cannot be sent; the first screen says more of it itself. */
const AWAY = "! The agent does not answer, Esc tells why";

function cornerText({ document, away, view }: Model): string {
  if (away !== undefined && view.name !== "home") return AWAY;
  const version = document?.status.release.selectedReleaseVersion;
  return version === undefined || version === null ? "" : `release ${version}`;
}
