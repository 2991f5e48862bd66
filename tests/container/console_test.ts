import { findProgram } from "../cluster/find_program.ts";
import { type TmuxTerminal, withTmux } from "../walk/tmux.ts";
import type { Container } from "./container.ts";
import { containerTest, install } from "./container_case.ts";

/** Does something on the console of the machine, in a real terminal. */
async function onConsole(it: Container, body: (terminal: TmuxTerminal) => Promise<void>): Promise<void> {
  await withTmux(it.inside("alga-agent", "console"), {}, async (terminal) => {
    await terminal.shows("the first screen", /Setup token:[^]*8 Reboot/);
    await body(terminal);
  });
}

containerTest(
  "from the console the machine boots again and is powered off, each after a question alone",
  async (it) => {
    await install(it);
    await it.rebootedBy(() =>
      onConsole(it, async ({ press, shows }) => {
        await press("9");
        await shows("a question", /Power this machine off\?[^]*y Yes/);
        await press("Escape");
        await shows("the first screen again", /Setup token:/);
        await press("8");
        await shows("another question", /Reboot this machine\?/);
        await press("y");
        await shows("it has begun", /It is on its way|Pane is dead/);
      })
    );
    await onConsole(it, async ({ press, shows }) => {
      await press("9");
      await shows("a question", /Power this machine off\?/);
      await press("y");
      await it.ended();
    });
    await it.cut();
  },
  { missing: await findProgram("tmux") === undefined ? "no tmux" : undefined },
);
