import { fieldOf } from "../../setup/inputs/fields.ts";
import { wrap } from "../cells.ts";
import type { Model, View } from "../model.ts";
import type { Body, Room } from "./body.ts";
import { ORIGIN_TEXT } from "./question.ts";

const LABEL_COLUMNS = 24;

/** The last look before anything changes: every answer, or what is still wrong. */
export function answersBody(
  { typed, notice }: Model,
  { row }: Extract<View, { name: "answers" }>,
  { columns, cells }: Room,
): Body {
  const asked = typed?.asked ?? [];
  const errors = typed?.errors ?? [];
  const lines = ["  Check your answers", ""];
  for (const [i, key] of asked.entries()) {
    const answer = typed?.answers.find((it) => it.field === key);
    const error = errors.find((it) => it.field === key);
    const value = error
      ? `! ${error.message}`
      : answer
      ? `${answer.value || "none"}  (${ORIGIN_TEXT[answer.origin]})`
      : key === "adminPassword"
      ? typed?.hasPassword ? "set" : ""
      : typed?.values[key] ?? "";
    lines.push(cells(`${i === row ? "> " : "  "}${fieldOf(key).label.padEnd(LABEL_COLUMNS)}${value}`));
  }
  lines.push("");
  const isWhole = typed !== undefined && errors.length === 0;
  const last = notice !== ""
    ? notice
    : isWhole
    ? "The checks come first; only when nothing stands in the way is anything installed."
    : "Some answers cannot be used yet. Enter opens the one that is marked.";
  lines.push(...wrap(cells(last), columns - 2).map((it) => `  ${it}`));
  return {
    lines,
    keys: [
      ...isWhole ? ["s Start: check, then install", "c Check only"] : [],
      "Up/Down Choose",
      "Enter Change",
      "Esc Leave, answers are kept",
    ],
  };
}
