import { toCells, wrap } from "../console/cells.ts";
import { bodyOf } from "../console/frame.ts";
import type { Room } from "../console/frames/body.ts";
import { homeLines } from "../console/frames/home.ts";
import { homeKeys } from "../console/home_keys.ts";
import type { Model } from "../console/model.ts";
import { press } from "../console/press.ts";
import { systemClock } from "../clock.ts";
import { EXIT, type ExitCode, type Terminal } from "./command.ts";
import type { ConsoleAgent } from "./console_agent.ts";
import { askNetwork } from "./console_network.ts";
import { askAnswers } from "./console_questions.ts";

const COLUMNS = 79;
const AWAY_MS = 3_000;

/** What plain prompts stand on besides the agent: setup is followed as `alga-agent setup` does it. */
export interface PlainDeps {
  agent: ConsoleAgent;
  terminal: Terminal;
  follow(): Promise<ExitCode>;
}

/** The console as questions and answers, one line after the other; nothing is ever drawn over. */
export async function runPlain(deps: PlainDeps, start: Model): Promise<ExitCode> {
  const { agent, terminal } = deps;
  let model = start;
  const room: Room = { columns: COLUMNS, rows: Infinity, cells: (text) => toCells(text, model.charset) };
  const say = (lines: readonly string[]) => terminal.out(`${lines.map((it) => it.trimEnd()).join("\n")}\n`);
  const look = async () => {
    try {
      model = { ...model, document: await agent.next(undefined), away: undefined };
    } catch {
      model = { ...model, away: await agent.whyAway() };
    }
  };

  await look();
  if (!terminal.isTyped) return await fromLines(deps, model, say);
  for (;;) {
    say(["", ...homeLines(model, room)]);
    const keys = homeKeys(model).map((it) => `${it.key} ${it.label}`).join(", ");
    say(["", ...wrap(`Keys: ${keys}.`, COLUMNS, 6)]);
    const line = await readWhileFollowing(deps, model, (state) => say([`Now: ${room.cells(state)}`]));
    if (line === undefined || terminal.signal.aborted) return EXIT.ok;
    await look();
    const { model: next, intent } = press(model, { name: "", isCtrl: false, text: line.trim() });
    model = next;
    if (intent?.type === "leave") return EXIT.ok;
    if (intent?.type === "read-log") model = { ...model, logs: await agent.readLog(intent.source) };
    if (intent?.type === "login") {
      const reply = await agent.login();
      if (!reply.ok) say([reply.message]);
    }
    if (model.view.name === "confirm") {
      const { what } = model.view;
      if (what !== "accept" && await isSure(terminal, model, room)) {
        const reply = await agent.power(what);
        say([reply.ok ? "It is on its way." : reply.message]);
      }
    } else if (intent?.type === "read-answers" || model.view.name === "progress") {
      if (model.view.name === "progress") say(bodyOf(model, room).lines);
      await setUp(deps, model, room, say);
    } else if (model.view.name === "network") {
      await askNetwork(agent, terminal, model, room);
    } else if (model.view.name !== "home") {
      say(bodyOf(model, room).lines);
      terminal.out("Enter goes back: ");
      await terminal.readLine();
    }
    model = { ...model, view: { name: "home" }, notice: "" };
    await look();
  }
}

async function isSure(terminal: Terminal, model: Model, room: Room): Promise<boolean> {
  terminal.out(`${bodyOf(model, room).lines.join("\n")}\nType yes to go on: `);
  return (await terminal.readLine())?.trim() === "yes";
}

/** Setup from its questions on, or from where it stands. */
async function setUp(
  deps: PlainDeps,
  model: Model,
  room: Room,
  say: (lines: readonly string[]) => void,
): Promise<void> {
  const { agent, terminal, follow } = deps;
  const status = model.document?.setup.state.status ?? "idle";
  if (status === "running") return void await follow();
  if (status !== "idle") {
    const keys = bodyOf(model, room).keys.filter((it) => /^\w /.test(it));
    terminal.out(`${keys.join(", ")}, or Enter to go back: `);
    const text = (await terminal.readLine())?.trim() ?? "";
    const pressed = press(model, { name: "", isCtrl: false, text });
    const { intent } = pressed.model.view.name === "confirm" && await isSure(terminal, pressed.model, room)
      ? press(pressed.model, { name: "", isCtrl: false, text: "y" })
      : pressed;
    if (intent?.type === "post" || intent?.type === "accept") {
      const reply = intent.type === "post"
        ? await agent.post(intent.path)
        : await agent.accept(intent.checkIds);
      if (reply.ok) await follow();
      else say([reply.message]);
      return;
    }
    if (intent?.type !== "read-answers") return;
  }
  const how = await askAnswers(agent, terminal, room);
  if (how === undefined) return;
  const reply = await agent.start(how === "check");
  if (reply.ok) await follow();
  else say([reply.message]);
}

/** The answers from an input that is not a terminal: one a line, no question twice, and then setup begins. */
async function fromLines(
  { agent, terminal, follow }: PlainDeps,
  model: Model,
  say: (lines: readonly string[]) => void,
): Promise<ExitCode> {
  if (model.away !== undefined) {
    say(model.away);
    return EXIT.error;
  }
  const room: Room = { columns: COLUMNS, rows: Infinity, cells: (text) => toCells(text, model.charset) };
  say(homeLines(model, room));
  if (model.document?.setup.state.status === "done") return EXIT.ok;
  if (await askAnswers(agent, terminal, room) === undefined) return EXIT.usage;
  const reply = await agent.start(false);
  if (reply.ok) return await follow();
  terminal.err(`${reply.message}\n`);
  return EXIT.error;
}

/** A line of the input; meanwhile tells of each new state. */
async function readWhileFollowing(
  { agent, terminal }: PlainDeps,
  model: Model,
  tell: (state: string) => void,
): Promise<string | undefined> {
  const over = new AbortController();
  let shown = model.document?.status.rollup.message;
  let revision = model.document?.revision;
  const following = async () => {
    while (!over.signal.aborted) {
      try {
        const document = await agent.next(revision);
        if (over.signal.aborted) return;
        revision = document.revision;
        if (document.status.rollup.message !== shown) tell(shown = document.status.rollup.message);
      } catch {
        revision = undefined;
        await systemClock.sleep(AWAY_MS, over.signal).catch(() => {});
      }
    }
  };
  void following();
  terminal.out("> ");
  try {
    const stopped = new Promise<undefined>((resolve) =>
      terminal.signal.addEventListener("abort", () => resolve(undefined), { once: true })
    );
    return await Promise.race([terminal.readLine(), stopped]);
  } finally {
    over.abort();
  }
}
