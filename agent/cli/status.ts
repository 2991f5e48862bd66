import { systemClock } from "../clock.ts";
import { errorText } from "../error.ts";
import { RealHost } from "../host/real_host.ts";
import type { RollupState, StatusDocument } from "../status/document.ts";
import { type AgentClient, connectAgent } from "./agent_client.ts";
import { type Command, EXIT, type ExitCode, UsageError } from "./command.ts";
import { parseChoice, parseOptions, parseRoot } from "./options.ts";
import { printable } from "../text/printable.ts";
import { statusTable } from "./status_table.ts";

const WATCH_INTERVAL_MS = 1_000;

const EXIT_OF: Record<RollupState, ExitCode> = {
  installing: EXIT.inProgress,
  ready_to_log_in: EXIT.ok,
  ready_with_background_issues: EXIT.degraded,
  fully_healthy: EXIT.ok,
  failed_action_required: EXIT.actionRequired,
};

/** `alga-agent status` */
export const statusCommand: Command = {
  name: "status",
  summary: "show what is ready, what is not, and why",
  help: `Usage: alga-agent status [-o table|json] [--watch] [--root DIR]
       alga-agent status --for-support [--root DIR]

  -o, --output  table (default) or json, the same document as /api/status
  --watch       print again whenever something changes; ends with Ctrl-C
  --for-support
                each finding as a text for Alga support, without passwords
  --root DIR    where the appliance's "/" lies (default /)

Exit codes: 0 ready to log in, 1 the agent does not answer, 3 action required,
4 ready with background issues, 5 not ready yet.

Example: alga-agent status -o json`,
  async run(args, terminal) {
    const { values } = parseOptions(
      {
        args: [...args],
        options: {
          output: { type: "string", short: "o", default: "table" },
          watch: { type: "boolean", default: false },
          "for-support": { type: "boolean", default: false },
          root: { type: "string", default: "/" },
        },
      } as const,
    );
    const output = parseChoice("-o", values.output, ["table", "json"]);
    const forSupport = values["for-support"];
    if (forSupport && (values.watch || output === "json")) {
      throw new UsageError("--for-support goes with neither --watch nor -o json");
    }
    const client = connectAgent(new RealHost(parseRoot(values.root)));
    const print = (status: StatusDocument) =>
      terminal.out(
        output === "json"
          ? `${JSON.stringify(status)}\n`
          : statusTable(status, systemClock.nowMs(), terminal),
      );
    try {
      let status = await fetchStatus(client);
      if (forSupport) terminal.out(await supportTexts(client));
      else print(status);
      let isSilent = false;
      while (values.watch && !terminal.signal.aborted) {
        await systemClock.sleep(WATCH_INTERVAL_MS, terminal.signal).catch(() => {});
        if (terminal.signal.aborted) break;
        try {
          const shown = substance(status);
          status = await fetchStatus(client);
          if (isSilent || substance(status) !== shown) print(status);
          isSilent = false;
        } catch (error) {
          // An agent that is being restarted is waited for.
          if (!isSilent) terminal.err(`${errorText(error)}. Waiting for it\n`);
          isSilent = true;
        }
      }
      return EXIT_OF[status.rollup.state];
    } finally {
      client.close();
    }
  },
};

/** Every finding as the agent tells it to Alga support. */
async function supportTexts(client: AgentClient): Promise<string> {
  const findings: { text: string }[] = await client.request("GET", "/api/v1/findings");
  if (findings.length === 0) return "Nothing was found that needs attention.\n";
  return findings.map(({ text }) => text.split("\n").map(printable).join("\n")).join("\n");
}

async function fetchStatus(client: AgentClient): Promise<StatusDocument> {
  return await client.request("GET", "/api/v1/status");
}

/** What counts as a change: everything but the passing of time. */
function substance(status: StatusDocument): string {
  const operations = status.activeOperations.map((it) => [it.component, it.operation, it.image]);
  return JSON.stringify([
    status.rollup,
    status.tiers,
    status.topBlockers,
    status.components,
    operations,
    status.urls,
  ]);
}
