import { RealHost } from "../host/real_host.ts";
import { printLine } from "../text/printable.ts";
import { connectAgent } from "./agent_client.ts";
import { type Command, EXIT } from "./command.ts";
import { diagnose, type Diagnosis } from "./diagnose.ts";
import { parseOptions, parseRoot } from "./options.ts";

const SIGN: Record<Diagnosis["status"], string> = { ok: "ok", bad: "x", unknown: "?", told: "-" };
const LABEL_COLUMNS = 14;

/** `alga-agent doctor` */
export const doctorCommand: Command = {
  name: "doctor",
  summary: "say why the agent does not answer, also when it does not",
  help: `Usage: alga-agent doctor [--root DIR]

  --root DIR  where the appliance's "/" lies (default /)

Looks at the service, its socket, the disk and the last line of its log, and
names the way out of what is wrong. Works without the agent.

Exit codes: 0 the agent is well, 3 something is to be done.

Example: sudo alga-agent doctor`,
  async run(args, terminal) {
    const { values } = parseOptions(
      { args: [...args], options: { root: { type: "string", default: "/" } } } as const,
    );
    const host = new RealHost(parseRoot(values.root));
    const client = connectAgent(host);
    try {
      const found = await diagnose(host, () => client.request("GET", "/api/v1/status"));
      for (const it of found) {
        const label = `${SIGN[it.status].padEnd(3)}${it.title.padEnd(LABEL_COLUMNS - 3)}`;
        terminal.out(`${printLine(`${label}${it.found}`, LABEL_COLUMNS, terminal)}\n`);
        if (it.wayOut === "") continue;
        const way = `${" ".repeat(LABEL_COLUMNS)}What to do: ${it.wayOut}`;
        terminal.out(`${printLine(way, LABEL_COLUMNS + 12, terminal)}\n`);
      }
      return found.some((it) => it.status === "bad") ? EXIT.actionRequired : EXIT.ok;
    } finally {
      client.close();
    }
  },
};
