import { auditResult, auditText, auditWho } from "../access/audit_words.ts";
import { pageOfAudit } from "../access/page_of_audit.ts";
import { readAudit } from "../access/read_audit.ts";
import { RealHost } from "../host/real_host.ts";
import { printLine } from "../text/printable.ts";
import { type Command, EXIT, UsageError } from "./command.ts";
import { parseChoice, parseOptions, requireRoot } from "./options.ts";

/** `alga-agent audit` */
export const auditCommand: Command = {
  name: "audit",
  summary: "show who signed in and who changed what",
  help: `Usage: alga-agent audit [--since TIME] [--kind KIND] [-o table|json]
                        [--root DIR]

  --since TIME  entries of this time or later, like 2026-11-21 or
                2026-11-21T08:00:00Z
  --kind KIND   only these: sign-in, session, access, setup, settings, audit,
                or what stands before the first dot of an entry's type
  -o, --output  table (default) or json, one entry a line
  --root DIR    where the appliance's "/" lies (default /)

Oldest first. Reads the files, so it works with and without the running
service. Needs root.

Exit codes: 0 the log is whole, 4 a part of it is missing or was changed.

Example: sudo alga-agent audit --since 2026-11-21`,
  async run(args, terminal) {
    const { values } = parseOptions(
      {
        args: [...args],
        options: {
          since: { type: "string" },
          kind: { type: "string", default: "" },
          output: { type: "string", short: "o", default: "table" },
          root: { type: "string", default: "/" },
        },
      } as const,
    );
    const output = parseChoice("-o", values.output, ["table", "json"]);
    if (values.since !== undefined && Number.isNaN(Date.parse(values.since))) {
      throw new UsageError(`--since must be a time like 2026-11-21T08:00:00Z, not "${values.since}"`);
    }
    const { entries, problem } = await readAudit(new RealHost(await requireRoot(values.root)));
    const { shown } = pageOfAudit(entries, { group: values.kind, since: values.since, limit: Infinity });
    for (const { seq, at, type, data } of shown.toReversed()) {
      const line = `${at.slice(0, 19)}Z ${auditText(type)}: ${
        [auditWho(data), auditResult(data)].filter(Boolean).join(": ")
      }`;
      terminal.out(
        output === "json"
          ? `${JSON.stringify({ seq, at, type, data })}\n`
          : `${printLine(line, 21, terminal)}\n`,
      );
    }
    if (problem === undefined) return EXIT.ok;
    terminal.err(`This log is not whole. ${printLine(problem, 0, terminal)}\n`, "error");
    return EXIT.degraded;
  },
};
