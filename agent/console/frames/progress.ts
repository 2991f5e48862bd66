import { standsInTheWay } from "../../preflight/check.ts";
import type { SetupView } from "../../setup/setup_state.ts";
import { utcTime } from "../../text/utc_time.ts";
import { wrap } from "../cells.ts";
import type { ConsoleDocument } from "../document.ts";
import type { Model, View } from "../model.ts";
import { type Body, type Room, scrolled } from "./body.ts";

const SIGN = { waiting: "-", running: "..", done: "ok", failed: "x" } as const;
const LOG_LINES = 6;

/** What may be done where setup stands. */
export interface ProgressKey {
  key: string;
  label: string;
  does: "recheck" | "retry" | "install" | "accept" | "edit";
}

/** Keys of the progress, none while it runs by itself. */
export function progressKeys(setup: SetupView): ProgressKey[] {
  const edit = { key: "e", label: "Edit answers", does: "edit" } as const;
  const recheck = { key: "c", label: "Check again", does: "recheck" } as const;
  switch (setup.state.status) {
    case "failed":
      return [{ key: "r", label: "Try again", does: "retry" }, edit];
    case "blocked": {
      const found = openFindings(setup);
      const mayAccept = found.length > 0 && found.every((it) => it.overridable);
      return [
        recheck,
        ...mayAccept ? [{ key: "a", label: "Accept all and install", does: "accept" } as const] : [],
        edit,
      ];
    }
    case "checked":
      return [
        ...openFindings(setup).length === 0 ? [{ key: "i", label: "Install", does: "install" } as const] : [],
        recheck,
        edit,
      ];
    default:
      return [];
  }
}

/** What failed or could not be checked, and was not accepted. */
export function openFindings(
  { preflight, acknowledgements }: Pick<SetupView, "preflight" | "acknowledgements">,
) {
  return (preflight?.results ?? []).filter((it) =>
    standsInTheWay(it) &&
    !(it.overridable && acknowledgements.some((a) => a.checkId === it.id && a.found === it.found))
  );
}

/** Where setup stands: steps, what stands in the way, the newest lines. */
export function progressBody(
  { document, notice }: Model,
  { offset }: Extract<View, { name: "progress" }>,
  { columns, rows, cells }: Room,
): Body {
  if (document === undefined) return { lines: ["  The agent has not told yet."], keys: ["Esc Back"] };
  const texts = progressTexts(document, notice);
  const lines = texts.flatMap(({ text, hang }) =>
    wrap(cells(text), columns - 2, hang).map((it) => `  ${it}`.trimEnd())
  );
  const part = scrolled(lines, offset, rows);
  const keys = progressKeys(document.setup).map((it) => `${it.key} ${it.label}`);
  return { lines: part.lines, keys: [...keys, "Esc Back", ...part.keys] };
}

interface Text {
  text: string;
  hang: number;
}

function progressTexts({ setup, holder }: ConsoleDocument, notice: string): Text[] {
  const { state } = setup;
  const say = (text: string, hang = 0): Text => ({ text, hang });
  const texts = [say(`${HEADLINE[state.status]}${holder === null ? "" : `   ${byWhom(holder)}`}`)];
  if (notice !== "") texts.push(say(notice));
  if (state.status === "failed") {
    texts.push(say(state.failure.message), say(`What to do: ${state.failure.suggestedNextStep}`, 12));
    if (state.nextAttemptAt !== undefined) texts.push(say(`Next attempt: ${utcTime(state.nextAttemptAt)}`));
  }
  if (state.status === "blocked" || state.status === "checked") {
    const found = openFindings(setup);
    if (found.length === 0) texts.push(say("Nothing stands in the way."));
    for (const it of found) {
      texts.push(say(""), say(`x ${it.title}  [${it.id}]`, 2), say(`  ${it.found}`, 2));
      texts.push(say(`  What to do: ${it.remediation}`, 14));
      if (it.overridable) texts.push(say("  May be accepted at your own risk."));
    }
    return texts;
  }
  texts.push(say(""));
  for (const it of setup.steps) {
    texts.push(say(`${SIGN[it.status].padEnd(3)}${it.title}${it.message ? `: ${it.message}` : ""}`, 5));
  }
  const log = setup.log.slice(-LOG_LINES);
  if (log.length > 0) texts.push(say(""));
  for (const it of log) texts.push(say(`${it.at.slice(11, 19)} ${it.text}`, 9));
  return texts;
}

function byWhom({ by, since }: NonNullable<ConsoleDocument["holder"]>): string {
  return since === "" ? `by ${by}` : `by ${by}, since ${utcTime(since)}`;
}

const HEADLINE: Record<SetupView["state"]["status"], string> = {
  idle: "Nothing is under way.",
  checked: "The checks have run; nothing was installed.",
  running: "Setup is running.",
  blocked: "Something stands in the way. Nothing was changed.",
  failed: "Setup has stopped.",
  done: "Ready to log in.",
};
