import { type SessionRow, toSessionRow } from "../access/session_row.ts";
import { shortId } from "../access/sessions.ts";
import { AgentError } from "../error.ts";
import { RealHost } from "../host/real_host.ts";
import { type Layout, printLine } from "../text/printable.ts";
import { utcMinute } from "../text/utc_time.ts";
import { atDesk } from "./access_desk.ts";
import { type Command, EXIT, UsageError } from "./command.ts";
import { parseChoice, parseOptions, requireRoot } from "./options.ts";

/** `alga-agent sessions` */
export const sessionsCommand: Command = {
  name: "sessions",
  summary: "show who is signed in to the pages, or end it",
  help: `Usage: alga-agent sessions show|end [ID|--all] [-o table|json] [--root DIR]

  show          each session: its name, browser, address, since, last used
  end ID        ends the session of this name
  end --all     ends every session

  --all         every session
  -o, --output  table (default) or json
  --root DIR    where the appliance's "/" lies (default /)

Works with and without the running service. Needs root.

Example: sudo alga-agent sessions end --all`,
  async run(args, terminal) {
    const { values, positionals } = parseOptions(
      {
        args: [...args],
        allowPositionals: true,
        options: {
          all: { type: "boolean", default: false },
          output: { type: "string", short: "o", default: "table" },
          root: { type: "string", default: "/" },
        },
      } as const,
    );
    const [action = "show", id, ...rest] = positionals;
    const output = parseChoice("-o", values.output, ["table", "json"]);
    if ((action !== "show" && action !== "end") || rest.length > 0) {
      throw new UsageError(`Say "show" or "end", not "${positionals.join(" ")}"`);
    }
    const host = new RealHost(await requireRoot(values.root));
    if (action === "show") {
      if (id !== undefined || values.all) throw new UsageError('"show" takes no name: it shows all');
      const rows = await atDesk<SessionRow[]>(host, {
        ask: async (client) => (await client.request("GET", "/api/v1/sessions")).sessions,
        act: (access) => Promise.resolve(access.sessions().map((it) => toSessionRow(it, undefined))),
      });
      terminal.out(
        output === "json" ? `${JSON.stringify({ sessions: rows })}\n` : sessionsTable(rows, terminal),
      );
      return EXIT.ok;
    }
    if ((id === undefined) !== values.all) throw new UsageError('Say which: "end ID", or "end --all"');
    const what = id === undefined ? { all: true } : { id };
    const ended = await atDesk<number>(host, {
      ask: async (client) => (await client.request("POST", "/api/v1/sessions/end", what)).ended,
      async act(access) {
        const found = access.sessions().filter((it) => id === undefined || shortId(it) === id);
        if (found.length === 0 && id !== undefined) {
          throw new AgentError("USAGE", `No session is called "${id}"`, {
            hint: '"alga-agent sessions show" lists them',
          });
        }
        await (id === undefined
          ? access.endSessions()
          : Promise.all(found.map((it) => access.endSession(it))));
        return found.length;
      },
      audit: "session.end",
    });
    terminal.err(`${ended} ${ended === 1 ? "session" : "sessions"} ended.\n`);
    return EXIT.ok;
  },
};

/** One session a line. Pure. */
export function sessionsTable(rows: readonly SessionRow[], layout: Pick<Layout, "columns">): string {
  if (rows.length === 0) return "Nobody is signed in.\n";
  const lines = rows.map((it) =>
    `${it.id}  ${it.browser || "unknown browser"}, ${it.address || "unknown address"}; signed in ${
      utcMinute(it.startedAt)
    } by ${it.signedInBy}, last used ${utcMinute(it.usedAt)}`
  );
  return `${lines.map((it) => printLine(it, 10, layout)).join("\n")}\n`;
}
