import { bodyOf } from "../console/frame.ts";
import type { Room } from "../console/frames/body.ts";
import { wrap } from "../console/cells.ts";
import type { LinkView, Model } from "../console/model.ts";
import { networkKeys } from "../console/network_keys.ts";
import {
  linkChoices,
  linkErrorLine,
  linkFieldText,
  linkRows,
  linkView,
  withChoice,
} from "../console/press_link.ts";
import { LINK_FIELDS, meantBy } from "../network/link_fields.ts";
import { TRIAL_MS } from "../operation/trial_ms.ts";
import type { Terminal } from "./command.ts";
import type { ConsoleAgent, Reply } from "./console_agent.ts";

/** The network by plain prompts: what it is, what may be done, and the form one question a line. */
export async function askNetwork(
  agent: ConsoleAgent,
  terminal: Terminal,
  start: Model,
  room: Room,
): Promise<void> {
  const say = (text: string) => terminal.out(`${wrap(room.cells(text), room.columns, 2).join("\n")}\n`);
  let model = start;
  let isDecided = false;
  for (;;) {
    model = { ...model, document: await settled(agent, model, isDecided) };
    terminal.out(`${bodyOf(model, room).lines.map((it) => it.trimEnd()).join("\n")}\n`);
    const keys = model.document === undefined ? [] : networkKeys(model.document.network);
    const ways = keys.map((it) => `${it.key} ${it.label}`);
    terminal.out(`${[...ways, "Enter goes back"].join(", ")}: `);
    const text = (await terminal.readLine())?.trim().toLowerCase() ?? "";
    if (text === "" || terminal.signal.aborted) return;
    const does = keys.find((it) => it.key === text)?.does;
    const checkIds = model.document?.network.change?.acceptIds ?? [];
    let reply: Reply | undefined;
    if (does === "keep") reply = await agent.keepNetwork();
    if (does === "take-back") reply = await agent.takeNetworkBack();
    if (does === "accept") reply = await agent.acceptNetwork(checkIds);
    if (does === "change") reply = await changeLink(agent, terminal, model, say);
    isDecided = reply?.ok === true && (does === "keep" || does === "take-back");
    if (reply?.ok === false) say(reply.message);
  }
}

/** What the agent tells once a change is tried; one that was decided, once it has ended. */
async function settled(
  agent: ConsoleAgent,
  { document }: Model,
  isDecided: boolean,
): Promise<Model["document"]> {
  try {
    let now = await agent.next(undefined);
    while (now.network.change?.isRunning && (isDecided || !now.network.trial?.mayBeKept)) {
      now = await agent.next(now.revision);
    }
    return now;
  } catch {
    return document;
  }
}

/** The questions of the form; again, with what is wrong, until the agent takes it or somebody leaves it. */
async function changeLink(
  agent: ConsoleAgent,
  terminal: Terminal,
  model: Model,
  say: (text: string) => void,
): Promise<Reply | undefined> {
  say(
    'Change a link. Enter keeps what stands in brackets, "?" explains, "-" empties, "leave" changes nothing.',
  );
  let view = linkView(model);
  for (;;) {
    for (let row = 0; row < linkRows(view).length; row++) {
      const next = await askField(terminal, model, { ...view, row }, say);
      if (next === undefined) return undefined;
      view = next;
    }
    terminal.out(`Type "try" to try it for ${TRIAL_MS / 1000} seconds, or Enter to leave: `);
    if ((await terminal.readLine())?.trim().toLowerCase() !== "try") return undefined;
    const reply = await agent.tryLink(meantBy(view.form, view.shownDns));
    if (reply.ok || (reply.errors ?? []).length === 0) return reply;
    for (const it of reply.errors ?? []) say(linkErrorLine(it));
  }
}

/** The form after one answer; `undefined` where somebody leaves it. */
async function askField(
  terminal: Terminal,
  model: Model,
  view: LinkView,
  say: (text: string) => void,
): Promise<LinkView | undefined> {
  const field = linkRows(view)[view.row] ?? "dnsServers";
  const { label, help } = LINK_FIELDS[field];
  const choices = linkChoices(model, field);
  for (;;) {
    for (const [i, it] of (choices ?? []).entries()) say(`  ${i + 1} ${it.label}`);
    const now = linkFieldText(model, view, field);
    terminal.out(`${label}${now === "" ? "" : ` [${now}]`}: `);
    const text = (await terminal.readLine())?.trim();
    if (text === undefined || text === "leave" || terminal.signal.aborted) return undefined;
    if (text === "") return view;
    if (text === "?") {
      say(`  ${help || "Type its number."}`);
      continue;
    }
    if (choices === undefined) return { ...view, form: { ...view.form, [field]: text === "-" ? "" : text } };
    const chosen = choices[Number(text) - 1]?.value;
    if (chosen !== undefined) return withChoice(model, view, field, chosen);
  }
}
