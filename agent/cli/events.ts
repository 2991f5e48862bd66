import { RealHost } from "../host/real_host.ts";
import type { EventList, EventQuery, WorkloadsService } from "../workloads/mod.ts";
import { QueryError } from "../text/query_time.ts";
import { ALL_EVENTS, parseEventQuery, toSearch } from "../workloads/query.ts";
import { connectAgent } from "./agent_client.ts";
import { type Command, EXIT, type ExitCode, type Terminal, UsageError } from "./command.ts";
import { eventsText } from "./events_table.ts";
import { parseChoice, parseOptions, parsePage, parseRoot } from "./options.ts";

const BASE = "/api/v1/events";

const EVENT_OPTIONS = {
  since: { type: "string", default: "" },
  until: { type: "string", default: "" },
  warnings: { type: "boolean", default: false },
  grep: { type: "string", default: "" },
  about: { type: "string", default: "" },
  namespace: { type: "string", short: "n", default: "" },
  page: { type: "string", default: "1" },
  output: { type: "string", short: "o", default: "table" },
} as const;

/** `alga-agent events` */
export const eventsCommand: Command = {
  name: "events",
  summary: "show what Kubernetes and Flux told of, newest first",
  help: `Usage: alga-agent events [OPTIONS]

  --since WHEN, --until WHEN
                        the window: an age like 15m, 6h or 2d, or a time like
                        2026-11-21T08:00:00Z
  --warnings            warnings alone
  --grep TEXT           whose object, reason or message contains this
  --about KIND/NS/NAME  of one object, like Pod/msp/db-0
  -n, --namespace NAME  of this namespace, or "all"; without it those of the
                        appliance
  --page NUMBER         40 on a page (default 1)
  -o, --output          table (default) or json, the same as
                        ${BASE}
  --root DIR            where the appliance's "/" lies (default /)

Kept are warnings, and of the others those that tell of progress. Kubernetes
itself forgets events after an hour or so.

Exit codes: 0 shown, 1 the agent does not answer.

Example: alga-agent events --since 1h --warnings`,
  async run(args, terminal) {
    const { values } = parseOptions(
      { args: [...args], options: { ...EVENT_OPTIONS, root: { type: "string", default: "/" } } } as const,
    );
    const { output, query } = askedOf(values);
    const client = connectAgent(new RealHost(parseRoot(values.root)));
    try {
      const list: EventList = await client.request("GET", BASE + toSearch(query));
      terminal.out(output === "json" ? `${JSON.stringify(list)}\n` : eventsText(list, terminal));
      return EXIT.ok;
    } finally {
      client.close();
    }
  },
};

/** The same of what a bundle kept. @throws {UsageError} */
export function keptEvents(
  args: readonly string[],
  { workloads, terminal }: { workloads: WorkloadsService; terminal: Terminal },
): ExitCode {
  const { values } = parseOptions({ args: [...args], options: EVENT_OPTIONS } as const);
  const { output, query } = askedOf(values);
  try {
    const list = workloads.events(parseEventQuery(new URLSearchParams(toSearch(query))));
    terminal.out(output === "json" ? `${JSON.stringify(list)}\n` : eventsText(list, terminal));
  } catch (error) {
    if (error instanceof QueryError) throw new UsageError(error.message);
    throw error;
  }
  return EXIT.ok;
}

function askedOf(
  values: Record<"since" | "until" | "grep" | "about" | "namespace" | "page" | "output", string> & {
    warnings: boolean;
  },
): { output: string; query: EventQuery } {
  const output = parseChoice("-o", values.output, ["table", "json"]);
  return {
    output,
    query: {
      ...ALL_EVENTS,
      since: values.since,
      until: values.until,
      warnings: values.warnings,
      text: values.grep,
      about: values.about,
      namespace: values.namespace,
      page: parsePage(values.page),
    },
  };
}
