import { wrap } from "../console/cells.ts";
import type { Room } from "../console/frames/body.ts";
import { fieldOf, type SetupFieldKey } from "../setup/inputs/fields.ts";
import type { TypedView } from "../setup/inputs/typed_answers.ts";
import type { Terminal } from "./command.ts";
import type { ConsoleAgent } from "./console_agent.ts";

/** How the questions ended: begin with all, with the checks alone, or not. */
type Ended = "start" | "check" | undefined;

/**
 * Asks the fields of setup one after the other, errors before the question. An input that is not a terminal gives one answer a
 * line and is not asked twice: what cannot be used ends it, as its end does.
 */
export async function askAnswers(agent: ConsoleAgent, terminal: Terminal, room: Room): Promise<Ended> {
  const isTerminal = terminal.isTyped;
  const say = (text: string) => terminal.out(`${wrap(room.cells(text), room.columns, 2).join("\n")}\n`);
  const first = await agent.answers();
  if (!first.ok) return void say(first.message);
  let typed = first.value;
  if (isTerminal) {
    say("Set up this appliance. Nothing changes before you have checked your answers.");
    say('Enter keeps what stands in brackets, "?" explains, "-" empties, "<" goes back.');
  }

  /** The answers after this question; `undefined` when the input has ended. */
  async function ask(field: SetupFieldKey): Promise<"next" | "back" | "again" | undefined> {
    const { choices, secret, help } = fieldOf(field);
    for (const [i, it] of (choices ?? []).entries()) say(`  ${i + 1} ${it.label}`);
    const text = secret === "value" ? await readPassword(field) : await readText(field);
    if (text === undefined) return undefined;
    if (typeof text === "object") {
      say(`  ${text.problem}`);
      return "again";
    }
    if (text === "?" && isTerminal) {
      say(`  ${help || "There is nothing more to say about it."}`);
      return "again";
    }
    if (text === "<" && isTerminal) return "back";
    const isWrong = typed.errors.some((it) => it.field === field);
    const keeps = text === "" && (secret === "value" ? typed.hasPassword : !isWrong);
    if (keeps) return "next";
    const chosen = choices?.[Number(text) - 1]?.value ?? text;
    const reply = await agent.put(field, text === "-" ? "" : chosen);
    if (!reply.ok) {
      say(`  ${reply.message}`);
      return isTerminal ? "again" : undefined;
    }
    typed = reply.value;
    return "next";
  }

  async function readText(field: SetupFieldKey): Promise<string | undefined> {
    const value = typed.values[field] ?? "";
    terminal.out(room.cells(`${fieldOf(field).label}${value === "" ? "" : ` [${value}]`}: `));
    return (await terminal.readLine())?.trim();
  }

  async function readPassword(field: SetupFieldKey): Promise<string | undefined | { problem: string }> {
    const { label } = fieldOf(field);
    terminal.out(`${label}${typed.hasPassword ? " [as before]" : ""}: `);
    if (!terminal.isTyped) return await terminal.readLine();
    const text = await terminal.readSecret() ?? "";
    terminal.out("\n");
    if (text === "" || text === "?" || text === "<") return text;
    terminal.out(`${label}, once more: `);
    const again = await terminal.readSecret();
    terminal.out("\n");
    return text === again ? text : { problem: "The two passwords differ" };
  }

  async function askFrom(start: SetupFieldKey | undefined, isOne = false): Promise<boolean> {
    let field = start;
    while (field !== undefined) {
      if (terminal.signal.aborted) return false;
      const how = await ask(field);
      if (how === undefined) return false;
      if (how === "again") continue;
      if (isOne) return true;
      const place = typed.asked.indexOf(field) + (how === "back" ? -1 : 1);
      field = typed.asked[Math.max(0, place)];
    }
    return true;
  }

  if (!await askFrom(typed.asked[0])) return undefined;
  if (!isTerminal) return "start";
  for (;;) {
    sayAnswers(typed, say);
    const ways = typed.errors.length === 0 ? "start, check (only the checks), " : "";
    terminal.out(`Type ${ways}a number to change an answer, or leave: `);
    const line = (await terminal.readLine())?.trim().toLowerCase();
    if (line === undefined || line === "leave" || terminal.signal.aborted) return undefined;
    if ((line === "start" || line === "check") && typed.errors.length === 0) return line;
    const field = typed.asked[Number(line) - 1];
    if (field !== undefined && !await askFrom(field, true)) return undefined;
  }
}

function sayAnswers(
  { asked, answers, errors, values, hasPassword }: TypedView,
  say: (text: string) => void,
): void {
  say("Check your answers:");
  for (const [i, key] of asked.entries()) {
    const shown = answers.find((it) => it.field === key)?.value ??
      (key === "adminPassword" ? hasPassword ? "set" : "" : values[key]);
    const error = errors.find((it) => it.field === key);
    say(
      `${String(i + 1).padStart(2)} ${fieldOf(key).label}: ${error ? `! ${error.message}` : shown || "none"}`,
    );
  }
}
