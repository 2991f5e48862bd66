import { systemClock } from "../clock.ts";
import { frameOf } from "../console/frame.ts";
import type { Intent, Model } from "../console/model.ts";
import { after, firstView, press } from "../console/press.ts";
import { createScreen } from "../console/screen.ts";
import { EXIT, type ExitCode, type FullTerminal } from "./command.ts";
import type { ConsoleAgent, Reply } from "./console_agent.ts";

/** A slow line shows one change in this time, not each step towards it. */
const SETTLE_MS = 500;
/** Between two looks for an agent that does not answer. */
const AWAY_MS = 3_000;

/** The console as a whole screen, until it is left, its line is hung up, or the signal aborts. */
export async function runScreen(
  agent: ConsoleAgent,
  terminal: FullTerminal,
  start: Model,
  signal: AbortSignal,
): Promise<ExitCode> {
  let model = start;
  const screen = createScreen();
  const over = new AbortController();
  const leave = () => over.abort();
  signal.addEventListener("abort", leave, { once: true });

  function become(next: Partial<Model>): void {
    model = { ...model, ...next };
    const text = screen.draw(frameOf(model));
    if (text !== "" && !over.signal.aborted) terminal.write(text);
  }

  async function follow(): Promise<void> {
    while (!over.signal.aborted) {
      try {
        const document = await agent.next(model.away === undefined ? model.document?.revision : undefined);
        if (over.signal.aborted) return;
        become({ document, away: undefined });
        await systemClock.sleep(SETTLE_MS, over.signal).catch(() => {});
      } catch {
        const away = await agent.whyAway();
        if (over.signal.aborted) return;
        become({ away });
        await systemClock.sleep(AWAY_MS, over.signal).catch(() => {});
      }
    }
  }

  /** What went well is seen in the document that follows. */
  function told(reply: Reply<unknown>, done: Partial<Model> = {}): void {
    become(reply.ok ? done : { notice: reply.message });
  }

  async function act(intent: Intent): Promise<void> {
    switch (intent.type) {
      case "read-answers": {
        const reply = await agent.answers();
        if (reply.ok) model = { ...model, typed: reply.value };
        return told(reply, reply.ok ? { view: firstView(model) } : {});
      }
      case "put": {
        const reply = await agent.put(intent.field, intent.text);
        const { view } = model;
        if (view.name !== "question" || view.field !== intent.field) return;
        if (reply.ok) {
          model = { ...model, typed: reply.value };
          return become({ view: after(model, view) });
        }
        const { first, ...rest } = view;
        const text = first === undefined ? view.text : "";
        return become({ view: { ...rest, text, isTouched: true, error: reply.message } });
      }
      case "start":
        return told(await agent.start(intent.checksOnly), { view: { name: "progress", offset: 0 } });
      case "post":
        return told(await agent.post(intent.path));
      case "accept":
        return told(await agent.accept(intent.checkIds));
      case "keep-network":
        return told(await agent.keepNetwork(), { notice: "The new settings are kept." });
      case "take-network-back":
        return told(await agent.takeNetworkBack());
      case "accept-network":
        return told(await agent.acceptNetwork(intent.checkIds));
      case "try-link": {
        const reply = await agent.tryLink(intent.form);
        const { view } = model;
        if (reply.ok) return become({ view: { name: "network", offset: 0 } });
        const { errors = [], message } = reply;
        const isShown = view.name === "link" && errors.length > 0;
        return become(isShown ? { view: { ...view, errors } } : { notice: message });
      }
      case "look-again": {
        screen.forget();
        const { status } = model.document?.setup.state ?? {};
        if (status === "blocked" || status === "checked") told(await agent.post("recheck"));
        const document = await agent.next(undefined).catch(() => model.document);
        return become({ document, notice: `Looked again at ${new Date().toISOString().slice(11, 19)} UTC.` });
      }
      case "read-log":
        return become({ logs: await agent.readLog(intent.source) });
      case "login":
        return told(await agent.login());
      case "power":
        return told(await agent.power(intent.what), { notice: "It is on its way." });
      case "redraw":
        screen.forget();
        return become({});
      case "leave":
        return leave();
    }
  }

  const endResize = terminal.onResize(() => {
    model = { ...model, ...terminal.size() };
    screen.forget();
    become({});
  });
  try {
    become({});
    const following = follow();
    const pressing = (async () => {
      for await (const key of terminal.keys()) {
        const pressed = press(model, key);
        become(pressed.model);
        if (pressed.intent) await act(pressed.intent);
        if (over.signal.aborted) return;
      }
      leave();
    })();
    await Promise.race([pressing, new Promise((resolve) => over.signal.addEventListener("abort", resolve))]);
    leave();
    void following;
    return EXIT.ok;
  } finally {
    endResize();
    terminal.write("\x1b[m\x1b[H\x1b[2J");
  }
}
