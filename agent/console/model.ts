import type { LinkForm } from "../network/link_fields.ts";
import type { SetupFieldKey } from "../setup/inputs/fields.ts";
import type { TypedView } from "../setup/inputs/typed_answers.ts";
import type { Charset } from "./cells.ts";
import type { ConsoleDocument } from "./document.ts";

/** Units whose newest lines the console shows. */
export const LOG_SOURCES = ["alga-appliance", "k3s", "alga-appliance-console@*"] as const;
export type LogSource = typeof LOG_SOURCES[number];

/** One field of setup that is asked for. */
export interface Question {
  name: "question";
  field: SetupFieldKey;
  /** As typed so far. */
  text: string;
  isTouched: boolean;
  /** Opened from the answers, where it leads back to. */
  isOne: boolean;
  /** The password that has to come a second time. */
  first?: string;
  error?: string;
}

/** The form that changes a link. */
export interface LinkView {
  name: "link";
  form: LinkForm;
  /** The name servers that it began with. */
  shownDns: readonly string[];
  /** The row that is typed in; the one behind the last sends it. */
  row: number;
  /** What the agent finds wrong with which field. */
  errors: readonly { field: string; message: string }[];
}

/** What fills the screen. */
export type View =
  | { name: "home" }
  | Question
  | { name: "answers"; row: number }
  | { name: "progress"; offset: number }
  | { name: "network"; offset: number }
  | LinkView
  | { name: "logs"; source: LogSource; offset: number }
  | { name: "help" }
  | { name: "confirm"; what: PowerAction | "accept" };

export type PowerAction = "reboot" | "poweroff";

/** Everything that a frame is made from. */
export interface Model {
  /** The newest the agent has told; kept while it is away. */
  document: ConsoleDocument | undefined;
  /** Why the agent does not answer, with the way out, line by line; `undefined` while it answers. */
  away: readonly string[] | undefined;
  typed: TypedView | undefined;
  logs: readonly string[];
  /** What an action came to, until the next key. */
  notice: string;
  view: View;
  charset: Charset;
  columns: number;
  rows: number;
  /** The line whose console this is ("ttyS0"); `undefined` for one that somebody started by hand. */
  ownLine: string | undefined;
}

/** What the runner is asked to do. */
export type Intent =
  | { type: "read-answers" }
  | { type: "put"; field: SetupFieldKey; text: string }
  | { type: "start"; checksOnly: boolean }
  | { type: "post"; path: "recheck" | "retry" | "install" }
  | { type: "accept"; checkIds: readonly string[] }
  | { type: "look-again" }
  | { type: "keep-network" }
  | { type: "take-network-back" }
  | { type: "accept-network"; checkIds: readonly string[] }
  | { type: "try-link"; form: LinkForm }
  | { type: "read-log"; source: LogSource }
  | { type: "login" }
  | { type: "power"; what: PowerAction }
  | { type: "redraw" }
  | { type: "leave" };

/** One key as it was pressed. */
export interface Key {
  /** "return", "escape", "up", "a" …; empty for a character without a name. */
  name: string;
  isCtrl: boolean;
  /** The character, where it is one that can be written. */
  text: string;
}

/** A console before anything is known. */
export function newModel(
  given: Pick<Model, "charset" | "columns" | "rows" | "ownLine">,
): Model {
  return {
    document: undefined,
    away: undefined,
    typed: undefined,
    logs: [],
    notice: "",
    view: { name: "home" },
    ...given,
  };
}
