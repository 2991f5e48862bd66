import { isLineName, NO_LINE } from "../console/line_name.ts";
import { newModel } from "../console/model.ts";
import { RealHost } from "../host/real_host.ts";
import { connectAgent } from "./agent_client.ts";
import { type Command, type Terminal, UsageError } from "./command.ts";
import { createConsoleAgent } from "./console_agent.ts";
import { runPlain } from "./console_plain.ts";
import { runScreen } from "./console_screen.ts";
import { parseOptions, requireRoot } from "./options.ts";
import { followSetup } from "./setup.ts";

/** `alga-agent console` */
export const consoleCommand: Command = {
  name: "console",
  summary: "show address, token and state on a terminal, and set up from there",
  help: `Usage: alga-agent console [OPTIONS]

  --plain      one line after the other, for screen readers and for terminals
               that cannot move the cursor; also with ACCESSIBLE=1, TERM=dumb
               and where input or output is not a terminal
  --ascii      no other characters than those of ASCII; else what the locale
               says (LC_ALL, LC_CTYPE, LANG)
  --line NAME  the line whose console this is (tty1, ttyS0): it offers a shell
               through login and is never left; for its unit
  --root DIR   where the appliance's "/" lies (default /)

The unit alga-appliance-console@.service runs it on tty1 and on the serial
lines that the kernel uses. Keys are named on the screen; Ctrl-L draws it
again. Needs root.

Where the input is not a terminal: the answers of setup one a line, in the
order in which they are asked.

Exit codes: 0 left, 1 error.

Example: sudo alga-agent console --plain`,
  async run(args, terminal) {
    const { values } = parseOptions(
      {
        args: [...args],
        options: {
          plain: { type: "boolean", default: false },
          ascii: { type: "boolean", default: false },
          line: { type: "string" },
          root: { type: "string", default: "/" },
        },
      } as const,
    );
    if (values.line !== undefined && !isLineName(values.line)) {
      throw new UsageError(`--line must be the name of a line like tty1 or ttyS0, not "${values.line}"`);
    }
    const host = new RealHost(await requireRoot(values.root));
    const client = connectAgent(host, { line: values.line ?? NO_LINE });
    try {
      const agent = createConsoleAgent(host, client, values.line);
      const isPlain = values.plain || isTrue(terminal.env?.("ACCESSIBLE")) ||
        terminal.env?.("TERM") === "dumb";
      const charset = values.ascii || !isUtf8(terminal) ? "ascii" : "utf-8";
      const ownLine = values.line;
      if (isPlain || terminal.openFull === undefined) {
        const deps = { agent, terminal, follow: () => followSetup(client, terminal, []) };
        return await runPlain(deps, newModel({ charset, columns: 80, rows: 24, ownLine }));
      }
      const full = await terminal.openFull();
      try {
        return await runScreen(agent, full, newModel({ charset, ...full.size(), ownLine }), terminal.signal);
      } finally {
        full.close();
      }
    } finally {
      client.close();
    }
  },
};

function isTrue(text: string | undefined): boolean {
  return text !== undefined && text !== "" && text !== "0";
}

/** What the locale says; the first that is set counts. @see locale(7) */
function isUtf8({ env }: Terminal): boolean {
  const locale = ["LC_ALL", "LC_CTYPE", "LANG"].map((it) => env?.(it as "LANG")).find((it) => it);
  return /utf-?8/i.test(locale ?? "");
}
