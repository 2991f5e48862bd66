import { fieldOf, type SetupFieldKey } from "../setup/inputs/fields.ts";
import { openFindings, progressKeys } from "./frames/progress.ts";
import { networkKeys } from "./network_keys.ts";
import { linkView, pressLink } from "./press_link.ts";
import { homeKeys } from "./home_keys.ts";
import {
  type Intent,
  type Key,
  LOG_SOURCES,
  type Model,
  type PowerAction,
  type Question,
  type View,
} from "./model.ts";

/** What a key comes to. */
export interface Pressed {
  model: Model;
  intent?: Intent;
}

const HOME: View = { name: "home" };
/** Longest text that is taken for one answer. */
const MAX_CHARS = 1_000;

/** The model after a key, and what is to be done. Pure. A key that means nothing draws the whole screen again. */
export function press(before: Model, key: Key): Pressed {
  const model = { ...before, notice: "" };
  const { view } = model;
  if (key.isCtrl && key.name === "l") return { model, intent: { type: "redraw" } };
  if (view.name !== "home" && (key.name === "escape" || key.isCtrl && key.name === "c")) {
    return to(model, HOME);
  }
  switch (view.name) {
    case "home":
      return pressHome(model, key);
    case "question":
      return pressQuestion(model, view, key);
    case "answers":
      return pressAnswers(model, view, key);
    case "progress":
      return pressProgress(model, view, key);
    case "network":
      return pressNetwork(model, view, key);
    case "link":
      return pressLink(model, view, key) ?? unknown(model);
    case "logs": {
      const source = key.text === "5" ? view.source : LOG_SOURCES[Number(key.text) - 1];
      if (source === undefined) return scroll(model, view, key, -1);
      return to(model, { name: "logs", source, offset: 0 }, { type: "read-log", source });
    }
    case "help":
      return unknown(model);
    case "confirm":
      return pressConfirm(model, view.what, key);
  }
}

function pressNetwork(model: Model, view: Extract<View, { name: "network" }>, key: Key): Pressed {
  const network = model.document?.network;
  const found = network && networkKeys(network).find((it) => it.key === key.text.toLowerCase());
  switch (found?.does) {
    case "change":
      return to(model, linkView(model));
    case "keep":
      return { model, intent: { type: "keep-network" } };
    case "take-back":
      return { model, intent: { type: "take-network-back" } };
    case "accept":
      return { model, intent: { type: "accept-network", checkIds: network?.change?.acceptIds ?? [] } };
    case undefined:
      return scroll(model, view, key);
  }
}

function pressConfirm(model: Model, what: PowerAction | "accept", key: Key): Pressed {
  const isYes = key.text.toLowerCase() === "y";
  if (what !== "accept") return to(model, HOME, isYes ? { type: "power", what } : undefined);
  const setup = model.document?.setup;
  const checkIds = setup === undefined ? [] : openFindings(setup).map((it) => it.id);
  return to(model, { name: "progress", offset: 0 }, isYes ? { type: "accept", checkIds } : undefined);
}

function pressHome(model: Model, key: Key): Pressed {
  const isLeave = key.isCtrl && key.name === "c";
  const found = homeKeys(model).find((it) => it.key === (isLeave ? "q" : key.text.toLowerCase()));
  if (!found) return unknown(model);
  const status = model.document?.setup.state.status;
  if (found.intent?.type === "read-answers" && status !== undefined && status !== "idle") {
    return to(model, { name: "progress", offset: 0 });
  }
  return to(model, found.view ?? model.view, found.intent);
}

function pressQuestion(model: Model, view: Question, key: Key): Pressed {
  const { choices, secret } = fieldOf(view.field);
  const edit = (text: string) => {
    const { error: _, ...rest } = view;
    return to(model, { ...rest, text, isTouched: true });
  };
  if (key.name === "return" || key.name === "enter") return answer(model, view);
  if (key.name === "up") return to(model, questionOf(model, neighbour(model, view.field, -1) ?? view.field));
  if (key.isCtrl && key.name === "u") return edit("");
  if (key.name === "backspace") return edit([...view.text].slice(0, -1).join(""));
  if (key.text === "" || key.isCtrl || view.text.length >= MAX_CHARS) return unknown(model);
  if (choices && secret === "none") {
    const chosen = choices[Number(key.text) - 1];
    return chosen ? edit(chosen.value) : unknown(model);
  }
  return edit(view.text + key.text);
}

/** Enter: what is as it was needs no asking; a password comes twice. */
function answer(model: Model, view: Question): Pressed {
  const { field, text, first } = view;
  const isSecret = fieldOf(field).secret === "value";
  const isWrong = model.typed?.errors.some((it) => it.field === field) ?? false;
  if (first === undefined && (isSecret ? text === "" && !isWrong : !view.isTouched && !isWrong)) {
    return to(model, after(model, view));
  }
  if (!isSecret || first === undefined && text === "") return { model, intent: { type: "put", field, text } };
  if (first === undefined) return to(model, { ...blank(view), first: text });
  if (first === text) return { model, intent: { type: "put", field, text } };
  const error = "The two passwords differ: type it again, twice";
  return to(model, { ...blank(view), error });
}

/** The same question before anything was typed. */
function blank({ name, field, isOne }: Question): Question {
  return { name, field, isOne, text: "", isTouched: false };
}

/** The question behind this one; behind the last one stand the answers. */
export function after(model: Model, { field, isOne }: Pick<Question, "field" | "isOne">): View {
  const next = isOne && model.typed?.errors.length === 0 ? undefined : neighbour(model, field, 1);
  return next === undefined ? { name: "answers", row: 0 } : questionOf(model, next);
}

function neighbour({ typed }: Model, field: SetupFieldKey, by: 1 | -1): SetupFieldKey | undefined {
  const asked = typed?.asked ?? [];
  return asked[asked.indexOf(field) + by];
}

/** A question with what is known as its answer. */
function questionOf({ typed }: Model, field: SetupFieldKey, isOne = false): Question {
  return { name: "question", field, text: typed?.values[field] ?? "", isTouched: false, isOne };
}

/** Where the questions begin: at the first that has no answer yet, else with the last look. */
export function firstView(model: Model): View {
  const [wrong] = model.typed?.errors ?? [];
  const field = model.typed?.asked.find((it) => it === wrong?.field);
  return field === undefined ? { name: "answers", row: 0 } : questionOf(model, field);
}

function pressAnswers(model: Model, view: Extract<View, { name: "answers" }>, key: Key): Pressed {
  const { asked = [], errors = [] } = model.typed ?? {};
  const step = key.name === "up" ? -1 : key.name === "down" ? 1 : 0;
  if (step !== 0) {
    return to(model, { ...view, row: Math.max(0, Math.min(view.row + step, asked.length - 1)) });
  }
  const field = asked[view.row];
  if ((key.name === "return" || key.name === "enter") && field) {
    return to(model, questionOf(model, field, true));
  }
  const checksOnly = { s: false, c: true }[key.text.toLowerCase()];
  if (checksOnly === undefined || errors.length > 0) return unknown(model);
  return { model, intent: { type: "start", checksOnly } };
}

function pressProgress(model: Model, view: Extract<View, { name: "progress" }>, key: Key): Pressed {
  const setup = model.document?.setup;
  const found = setup && progressKeys(setup).find((it) => it.key === key.text.toLowerCase());
  if (!found) return scroll(model, view, key);
  if (found.does === "edit") return { model, intent: { type: "read-answers" } };
  if (found.does === "accept") return to(model, { name: "confirm", what: "accept" });
  return { model, intent: { type: "post", path: found.does } };
}

const STEPS: Readonly<Record<string, number>> = { up: -1, down: 1, pageup: -10, pagedown: 10 };

/** `direction` -1: the offset counts from the end. */
function scroll(
  model: Model,
  view: Extract<View, { name: "network" | "logs" | "progress" }>,
  key: Key,
  direction: 1 | -1 = 1,
): Pressed {
  const step = STEPS[key.name];
  if (step === undefined) return unknown(model);
  return to(model, { ...view, offset: Math.max(0, view.offset + step * direction) });
}

function to(model: Model, view: View, intent?: Intent): Pressed {
  return { model: { ...model, view }, ...intent === undefined ? {} : { intent } };
}

function unknown(model: Model): Pressed {
  return { model, intent: { type: "redraw" } };
}
