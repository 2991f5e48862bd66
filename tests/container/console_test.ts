import { findProgram } from "../cluster/find_program.ts";
import { type TmuxTerminal, withTmux } from "../walk/tmux.ts";
import { type Container, LAN } from "./container.ts";
import { containerTest, install } from "./container_case.ts";

const missing = await findProgram("tmux") === undefined ? "no tmux" : undefined;

/** Does something on the console of the machine, in a real terminal. */
async function onConsole(
  it: Container,
  body: (terminal: TmuxTerminal) => Promise<void>,
  ...options: string[]
): Promise<void> {
  await withTmux(it.inside("alga-agent", "console", ...options), {}, async (terminal) => {
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
  { missing },
);

containerTest(
  "on the console a link gets a fixed address on trial, which is kept; by plain prompts it has DHCP again",
  async (it) => {
    await install(it);
    await onConsole(it, async ({ press, shows, type }) => {
      await shows("the address", new RegExp(`${LAN}\\.100/24 {2}DHCP`));
      await press("2", "c");
      await shows("the form", /Change a link\n\n> Link +host0\n {2}Address +From DHCP/);
      await press("Enter", "Space", "Enter", "C-u");
      await type(`${LAN}.50`);
      await press("Enter", "C-u");
      await type(`${LAN}.1`);
      await press("Enter", "Enter", "Enter");
      await shows("what the page would say", /! Fixed address lacks the length of the prefix/);
      await press("Up", "Up", "Up");
      await shows("the address is typed in", /> Fixed address/);
      await type("/24");
      await press("Down", "Down", "Down", "Enter");
      await shows(
        "it is tried",
        new RegExp(`${LAN}\\.50/24 {2}static[^]*are tried until[^]*k Keep them`),
      );
      await press("k");
      await shows("it is kept", /The last change was kept, asked for by console terminal[^]*c Change a link/);
    });
    await onConsole(it, async ({ press, shows, type }) => {
      const answer = async (question: RegExp, text: string) => {
        await shows(`${question}`, question);
        await type(text);
        await press("Enter");
      };
      await answer(/Keys: .*2 Network/, "2");
      await answer(/c Change a link, Enter goes back: ?$/m, "c");
      await answer(/1 host0\nLink \[host0\]: ?$/m, "1");
      await answer(/2 A fixed one\nAddress \[A fixed one\]: ?$/m, "1");
      await answer(/DNS servers \[?[^\n]*: ?$/m, "nowhere");
      await answer(/for 30 seconds, or Enter to leave: ?$/m, "try");
      await shows("what the page would say", /! DNS servers "nowhere" is not an IPv4 address/);
      await answer(/Link \[host0\]: ?$/m, "leave");
      await answer(/c Change a link, Enter goes back: ?$/m, "c");
      await answer(/Link \[host0\]: ?$/m, "1");
      await answer(/Address \[A fixed one\]: ?$/m, "1");
      await answer(/DNS servers \[?[^\n]*: ?$/m, "-");
      await answer(/for 30 seconds, or Enter to leave: ?$/m, "try");
      await answer(/k Keep them, t Take them back, Enter goes back: ?$/m, "t");
      await shows("it is as it was", /c Change a link, Enter goes back: ?$/m);
    }, "--plain");
    await it.sh(`ip -4 -brief address show host0 | grep -F ${LAN}.50/24`);
  },
  { missing },
);
